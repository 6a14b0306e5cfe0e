// Levelling hands a phase ramp from the probe to the object: frames cannot tell, and a ramp that was put in comes back out.

import { expect, test } from "vitest";
import { createRng, normal } from "../../math/random/rng.ts";
import { levelProbe } from "./ramp.ts";

const size = 16;
const [objectHeight, objectWidth] = [24, 28];

function randomImage(pixels: number, seed: number): Float32Array {
  const rng = createRng(seed, "noise");
  return Float32Array.from({ length: 2 * pixels }, () => normal(rng));
}

/** image·e^{i(c + x·column + y·row)}, written out. */
function turned(image: Float32Array, width: number, angle: (x: number, y: number) => number): Float32Array {
  return image.map((_, k) => {
    const i = k >> 1;
    const a = angle(i % width, Math.floor(i / width));
    const [re, im] = [image[2 * i]!, image[2 * i + 1]!];
    return k % 2 === 0 ? re * Math.cos(a) - im * Math.sin(a) : re * Math.sin(a) + im * Math.cos(a);
  });
}

/** Exit wave of the first mode at a whole pixel. */
function waveAt(probe: Float32Array, object: Float32Array, x: number, y: number): [number, number][] {
  return Array.from({ length: size * size }, (_, i) => {
    const o = 2 * ((y + Math.floor(i / size)) * objectWidth + x + (i % size));
    const [pr, pi, or, oi] = [probe[2 * i]!, probe[2 * i + 1]!, object[o]!, object[o + 1]!];
    return [pr * or - pi * oi, pr * oi + pi * or];
  });
}

const start = randomImage(2 * size * size, 1);
const shape = { size, objectHeight, objectWidth };

test("a ramp and a constant come off the probe, all of its modes, and go to the object", () => {
  const object = randomImage(objectHeight * objectWidth, 2);
  const angle = (x: number, y: number) => 0.3 + 0.02 * x - 0.03 * y;
  const probe = Float32Array.from([
    ...turned(start.subarray(0, 2 * size * size), size, angle),
    ...turned(start.subarray(2 * size * size), size, angle),
  ]);
  const was = object.slice();
  // Each call leads nearer; the sine of an angle below 1 rad is near the angle.
  for (let k = 0; k < 12; k++) levelProbe({ probe, object }, start, shape);
  // float32 turns leave 1e-7 each.
  for (const [i, value] of probe.entries()) expect(value).toBeCloseTo(start[i]!, 5);
  const fromCentre = (x: number, y: number) =>
    angle(x - (objectWidth - size) / 2, y - (objectHeight - size) / 2);
  const expected = turned(was, objectWidth, fromCentre);
  for (const [i, value] of object.entries()) expect(value).toBeCloseTo(expected[i]!, 4);
});

test("exit waves change by a constant phase: frames are the same", () => {
  const object = randomImage(objectHeight * objectWidth, 3);
  const noise = randomImage(2 * size * size, 4);
  const probe = start.map((value, i) => value + 0.5 * noise[i]!);
  const places = [
    [0, 0],
    [12, 3],
    [7, 8],
  ] as const;
  const before = places.map(([x, y]) => waveAt(probe, object, x, y));
  levelProbe({ probe, object }, start, shape);
  for (const [k, [x, y]] of places.entries()) {
    let [re, im, aa, bb] = [0, 0, 0, 0];
    for (const [i, [br, bi]] of waveAt(probe, object, x, y).entries()) {
      const [ar, ai] = before[k]![i]!;
      re += ar * br + ai * bi;
      im += ar * bi - ai * br;
      aa += ar * ar + ai * ai;
      bb += br * br + bi * bi;
    }
    expect((re * re + im * im) / (aa * bb)).toBeCloseTo(1, 6);
  }
});

test("no call leads away from the start, however far the probe is from it", () => {
  for (const seed of [5, 6, 7]) {
    const probe = randomImage(2 * size * size, seed);
    const object = randomImage(objectHeight * objectWidth, 3);
    const likeness = () => probe.reduce((sum, value, i) => sum + value * start[i]!, 0);
    let last = likeness();
    for (let k = 0; k < 5; k++) {
      levelProbe({ probe, object }, start, shape);
      expect(likeness()).toBeGreaterThanOrEqual(last - 1e-3);
      last = likeness();
    }
  }
});

test("light on one line has no ramp of its own: nothing moves", () => {
  const line = new Float32Array(2 * size * size).map((_, i) => ((i >> 1) % size === 3 ? 1 : 0));
  const probe = line.slice();
  const object = randomImage(objectHeight * objectWidth, 3);
  const was = object.slice();
  levelProbe({ probe, object }, line, shape);
  expect(probe).toEqual(line);
  expect(object).toEqual(was);
});
