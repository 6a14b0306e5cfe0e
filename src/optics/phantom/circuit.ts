// An integrated circuit in projection: stacked layers of Manhattan wiring. Each layer has its own pitch and direction;
// wires run on tracks, turn, end in pads and are joined to the next layer by vias. Below: cells of a dense memory array.
// The two layers of one seed are two different chips.

import type { RealImage } from "../../array/ndarray.ts";
import { createRng, type Rng } from "../../math/random/rng.ts";
import { addRectangle, blankLayer, stretch } from "./canvas.ts";
import { addNoise } from "./noise.ts";

interface Wiring {
  /** Distance between tracks, pixels. */
  readonly pitch: number;
  readonly wireWidth: number;
  readonly horizontal: boolean;
  readonly value: number;
  /** Part of the tracks' length that carries metal. */
  readonly density: number;
}

const stack: readonly Wiring[] = [
  { pitch: 4.2, wireWidth: 1.8, horizontal: false, value: 0.3, density: 0.5 },
  { pitch: 6.5, wireWidth: 2.8, horizontal: true, value: 0.42, density: 0.55 },
  { pitch: 12, wireWidth: 5, horizontal: false, value: 0.5, density: 0.5 },
  { pitch: 30, wireWidth: 12, horizontal: true, value: 0.6, density: 0.45 },
];

/** Values in [0, 1]: metal along the beam. */
export function circuitLayer(height: number, width: number, seed: number, layer: 0 | 1): RealImage {
  const image = blankLayer(height, width);
  addNoise(image, 0.03, { seed, layer: 4 + layer, coarsestPx: 64, finestPx: 4, persistence: 0.6 });
  const rng = createRng(seed, "phantom", { frame: 32 + layer });
  for (const wiring of stack) {
    // The second chip is wired crosswise to the first.
    addWiring(image, { ...wiring, horizontal: wiring.horizontal !== (layer === 1) }, rng);
  }
  addMemory(image, rng);
  // A few places where everything lies on top of each other would else take the whole range.
  stretch(image, { clipped: 0.02 });
  return image;
}

/** Wires along the tracks: runs of metal and gaps, here and there with a jog to the next track, a pad or a via. */
function addWiring(
  image: RealImage,
  { pitch, wireWidth, horizontal, value, density }: Wiring,
  rng: Rng,
): void {
  const length = horizontal ? image.width : image.height;
  const across = horizontal ? image.height : image.width;
  const between = (low: number, high: number): number => low + (high - low) * rng.uniform();
  const bar = (a0: number, a1: number, t0: number, t1: number): void => {
    const box = horizontal ? { x0: a0, x1: a1, y0: t0, y1: t1 } : { x0: t0, x1: t1, y0: a0, y1: a1 };
    addRectangle(image, box, value);
  };
  for (let track = between(0, pitch); track < across; track += pitch) {
    for (let at = -between(0, 12 * pitch); at < length;) {
      const run = between(3, 16) * pitch;
      if (rng.uniform() < density) {
        bar(at, at + run, track - wireWidth / 2, track + wireWidth / 2);
        const fate = rng.uniform();
        if (fate < 0.22) {
          bar(at + run, at + run + wireWidth, track - wireWidth / 2, track + pitch + wireWidth / 2);
        } else if (fate < 0.42) {
          const pad = 0.36 * pitch;
          bar(at + run - pad, at + run + pad, track - pad, track + pad);
        }
        for (let via = at + between(1, 4) * pitch; via < at + run; via += between(3, 9) * pitch) {
          bar(via - wireWidth / 3, via + wireWidth / 3, track - wireWidth / 3, track + wireWidth / 3);
        }
      }
      at += run + between(0.8, 3) * pitch;
    }
  }
}

/** A block of a regular array, as of memory cells. */
function addMemory(image: RealImage, rng: Rng): void {
  const side = 0.36 * Math.min(image.width, image.height);
  const x0 = rng.uniform() * (image.width - side);
  const y0 = rng.uniform() * (image.height - side);
  const pitch = 7;
  for (let y = y0; y < y0 + side; y += pitch) {
    for (let x = x0; x < x0 + side; x += pitch) {
      addRectangle(image, { x0: x, x1: x + 3.4, y0: y, y1: y + 4.6 }, 0.28);
      if (rng.uniform() < 0.5)
        addRectangle(image, { x0: x + 3.4, x1: x + 5.4, y0: y + 1.2, y1: y + 2.8 }, 0.28);
    }
  }
}
