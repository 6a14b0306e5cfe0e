// Siemens stars: the test chart of resolution. Spoke widths run from the size of the star down to the pixel, and rings
// interrupt them as on printed charts. One star for a square, a row of them for a long object.

import type { RealImage } from "../../array/ndarray.ts";
import { createRng } from "../../math/random/rng.ts";
import { blankLayer, coverage } from "./canvas.ts";
import { addNoise } from "./noise.ts";

/** Layer 0 (amplitude) and layer 1 (phase) differ in spokes, rings, turn and ground. Values in [0, 1]. */
export function siemensStarLayer(height: number, width: number, seed: number, layer: 0 | 1): RealImage {
  const image = blankLayer(height, width);
  addNoise(image, 1, { seed, layer, coarsestPx: Math.min(height, width) / 3, finestPx: 4, persistence: 0.6 });
  const [short, long] = [Math.min(height, width), Math.max(height, width)];
  const count = Math.max(1, Math.round(long / short));
  const rng = createRng(seed, "phantom", { frame: layer });
  const spokes = layer === 0 ? 36 : 24;
  const centres = Array.from({ length: count }, (_, i) => {
    const along = (long * (i + 0.5)) / count;
    // Off the middle by a few pixels, and apart for the two layers, so that neither marks the other's centre.
    const [jx, jy] = [0.04 * short * (rng.uniform() - 0.5), 0.04 * short * (rng.uniform() - 0.5)];
    const [cx, cy] = width >= height ? [along, short / 2] : [short / 2, along];
    const spread = layer === 0 ? 0 : 0.05 * short;
    return {
      cx: cx + jx + spread,
      cy: cy + jy - spread,
      turn: 2 * Math.PI * rng.uniform(),
      spokes: spokes + 4 * i,
    };
  });
  const radius = 0.41 * Math.min(short, long / count);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      // The ground: a faint texture, so that no region is without content.
      let value = 0.5 + 0.06 * Math.max(-2.5, Math.min(2.5, image.data[i]!));
      for (const star of centres) {
        const r = Math.hypot(x - star.cx, y - star.cy);
        if (r > radius + 1) continue;
        const inside = coverage(radius - r);
        value +=
          inside *
          (starValue(r, Math.atan2(y - star.cy, x - star.cx) + star.turn, star.spokes, radius, layer) -
            value);
      }
      image.data[i] = Math.min(1, Math.max(0, value));
    }
  }
  return image;
}

/** Spokes between bright rings; 0.5 where the spokes are finer than a pixel. */
function starValue(r: number, angle: number, spokes: number, radius: number, layer: 0 | 1): number {
  // Distance along the arc to the nearest spoke edge, positive inside a spoke.
  const arc = (Math.asin(Math.sin(spokes * angle)) / spokes) * r;
  // One pixel of anti-aliasing: where a spoke is narrower than that its contrast fades by itself.
  const spoke = Math.min(1, Math.max(0, 0.5 + arc));
  const rings = layer === 0 ? [0.97, 0.62, 0.3] : [0.97, 0.78, 0.45, 0.2];
  const ring = Math.max(...rings.map((at) => coverage(0.014 * radius - Math.abs(r - at * radius))));
  return 0.04 + 0.92 * (spoke + ring * ((layer === 0 ? 1 : 0) - spoke));
}
