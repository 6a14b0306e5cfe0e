// A tissue of soft cells: warped ellipses with membrane, nucleus, nucleolus, organelles and fibres, over a ground with
// texture at every scale. The two layers of one seed are two different tissues.

import type { RealImage } from "../../array/ndarray.ts";
import { createRng, normal, type Rng } from "../../math/random/rng.ts";
import { blankLayer, coverage, forBox, stretch } from "./canvas.ts";
import { addNoise } from "./noise.ts";

/** Values in [0, 1]: 0 is the thinnest place. */
export function cellsLayer(height: number, width: number, seed: number, layer: 0 | 1): RealImage {
  const image = blankLayer(height, width);
  const rng = createRng(seed, "phantom", { frame: 16 + layer });
  addNoise(image, 0.1, { seed, layer: 2 + layer, coarsestPx: 96, finestPx: 3, persistence: 0.72 });
  const between = (low: number, high: number): number => low + (high - low) * rng.uniform();
  // Large cells first, small ones into what is left: a new one keeps off the middles of the others.
  const placed: { cx: number; cy: number; radius: number }[] = [];
  const area = height * width;
  for (const [low, high, share] of [
    [34, 50, 0.42],
    [18, 28, 0.34],
    [9, 14, 0.16],
  ] as const) {
    const wanted = Math.max(1, Math.round((share * area) / (Math.PI * ((low + high) / 2) ** 2)));
    for (let made = 0, tries = 0; made < wanted && tries < 40 * wanted; tries++) {
      const radius = between(low, high);
      const cx = between(-0.3 * radius, width + 0.3 * radius);
      const cy = between(-0.3 * radius, height + 0.3 * radius);
      const crowded = placed.some(
        (other) => Math.hypot(cx - other.cx, cy - other.cy) < 0.86 * (radius + other.radius),
      );
      if (crowded) continue;
      placed.push({ cx, cy, radius });
      addCell(image, cx, cy, radius, rng);
      made++;
    }
  }
  // Granules between and on the cells: the smallest scale.
  for (let i = 0; i < area / 220; i++) {
    addBlob(image, between(0, width), between(0, height), between(0.8, 2.2), between(0.08, 0.3), 1.2);
  }
  // A few places where everything lies on top of each other would else take the whole range.
  stretch(image, { clipped: 0.01 });
  return image;
}

function addCell(image: RealImage, cx: number, cy: number, radius: number, rng: Rng): void {
  const between = (low: number, high: number): number => low + (high - low) * rng.uniform();
  const outline = wobble(radius, between(0.68, 0.95), rng);
  const body = between(0.22, 0.4);
  const membrane = between(0.16, 0.28);
  const rim = Math.max(1.3, 0.05 * radius);
  forBox(image, cx, cy, 1.35 * radius, (i, x, y) => {
    const inside = outline(x - cx, y - cy);
    if (inside < -2) return;
    // Thicker towards the middle, like a drop, with a sharp membrane around it.
    const drop = Math.sqrt(Math.min(1, Math.max(0, inside) / (0.7 * radius)));
    const wall = coverage(rim / 2 - Math.abs(inside - rim / 2));
    image.data[i] = image.data[i]! + coverage(inside, 1.5) * body * (0.55 + 0.45 * drop) + membrane * wall;
  });
  const [nx, ny] = [cx + 0.2 * radius * normal(rng), cy + 0.2 * radius * normal(rng)];
  addBlob(image, nx, ny, between(0.26, 0.36) * radius, between(0.22, 0.36), 1.6);
  addBlob(
    image,
    nx + 0.1 * radius * normal(rng),
    ny + 0.1 * radius * normal(rng),
    0.09 * radius + 0.7,
    0.3,
    1.2,
  );
  const organelles = Math.round(radius * between(0.5, 0.9));
  for (let k = 0; k < organelles; k++) {
    const angle = between(0, 2 * Math.PI);
    const reach = radius * 0.68 * Math.sqrt(rng.uniform());
    const sign = rng.uniform() < 0.3 ? -0.7 : 1;
    addBlob(
      image,
      cx + reach * Math.cos(angle),
      cy + 0.8 * reach * Math.sin(angle),
      between(0.9, 1.4 + 0.07 * radius),
      sign * between(0.1, 0.26),
      1.2,
      between(1, 2.6),
      between(0, Math.PI),
    );
  }
}

/** Distance inside a wavy, turned ellipse, pixels, positive inside. */
function wobble(radius: number, flatness: number, rng: Rng): (dx: number, dy: number) => number {
  const turn = Math.PI * rng.uniform();
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  const waves = [2, 3, 4, 5, 7].map((order) => ({
    order,
    size: (0.05 * normal(rng)) / Math.sqrt(order / 2),
    phase: 2 * Math.PI * rng.uniform(),
  }));
  return (dx, dy) => {
    const u = c * dx + s * dy;
    const v = (c * dy - s * dx) / flatness;
    const angle = Math.atan2(v, u);
    let edge = 1;
    for (const { order, size, phase } of waves) edge += size * Math.cos(order * angle + phase);
    return radius * edge * Math.sqrt(flatness) - Math.hypot(u, v) * Math.sqrt(flatness);
  };
}

/** A soft-edged ellipse. */
function addBlob(
  image: RealImage,
  cx: number,
  cy: number,
  radius: number,
  value: number,
  soft: number,
  stretched = 1,
  turn = 0,
): void {
  const [c, s] = [Math.cos(turn), Math.sin(turn)];
  forBox(image, cx, cy, radius * stretched + 2, (i, x, y) => {
    const u = (c * (x - cx) + s * (y - cy)) / stretched;
    const v = c * (y - cy) - s * (x - cx);
    image.data[i] = image.data[i]! + value * coverage(radius - Math.hypot(u, v), soft);
  });
}
