// Centring: the centre of mass is where a plain sum finds it, and what moves comes from where it was.

import { describe, expect, test } from "vitest";
import { createRng } from "../../math/random/rng.ts";
import { centreFields, moveImage, offCentre } from "./centre.ts";

describe("centre of mass", () => {
  const size = 16;

  test("is told in whole pixels off (N/2, N/2), from all modes by their power", () => {
    const probe = new Float32Array(2 * 2 * size * size);
    const put = (mode: number, x: number, y: number, amplitude: number) => {
      probe[2 * (mode * size * size + y * size + x)] = amplitude;
    };
    put(0, 11, 5, 1);
    expect(offCentre(probe, size)).toEqual({ x: 3, y: -3 });
    // Three times the power two pixels to the left: the mean is 1.5 px to the left of the first.
    put(1, 9, 5, Math.sqrt(3));
    expect(offCentre(probe, size)).toEqual({ x: 2, y: -3 });
  });

  test("a centred probe is off by nothing, not by minus nothing", () => {
    const probe = new Float32Array(2 * size * size);
    probe[2 * (8 * size + 8)] = 1;
    expect(Object.is(offCentre(probe, size).x, 0)).toBe(true);
    expect(offCentre(probe, size)).toEqual({ x: 0, y: 0 });
  });

  test("moving by it brings the probe to the centre, and its object along", () => {
    const probe = new Float32Array(2 * size * size);
    probe[2 * (3 * size + 14)] = 2;
    const object = new Float32Array(2 * 20 * 24);
    object[2 * (7 * 24 + 15) + 1] = 3;
    const sides = { size, objectHeight: 20, objectWidth: 24 };
    expect(centreFields({ probe, object }, sides)).toEqual({ x: 6, y: -5 });
    expect(probe[2 * (8 * size + 8)]).toBe(2);
    expect(object[2 * (12 * 24 + 9) + 1]).toBe(3);
    expect(centreFields({ probe, object }, sides)).toBeUndefined();
  });

  test.each(["dark", "edge"] as const)(
    "reads pixel r + shift, re and im together, and nothing from the other side: %s outside",
    (outside) => {
      const [height, width] = [5, 7];
      const rng = createRng(3, "engine");
      const image = Float32Array.from({ length: 2 * height * width }, () => 2 * rng.uniform() - 1);
      const before = image.slice();
      moveImage(image, height, width, { x: -3, y: 2 }, outside);
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const isInside = y + 2 < height && x - 3 >= 0;
          const from = 2 * (Math.min(height - 1, y + 2) * width + Math.max(0, x - 3));
          const to = 2 * (y * width + x);
          const read = isInside || outside === "edge" ? [before[from], before[from + 1]] : [0, 0];
          expect([image[to], image[to + 1]]).toEqual(read);
        }
      }
    },
  );
});
