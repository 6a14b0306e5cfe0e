// WebAssembly kernels beyond the contract they share with the plain ones: they stay inside their memory, threads do not
// disturb each other, results repeat to the bit, and the deviance is exact from single photons to a million.

import { describe, expect, test } from "vitest";
import { randomField } from "../../../test/support/fields.ts";
import {
  planScan,
  statIndex,
  viewScan,
  type CountType,
  type ScanShape,
  type SubPixel,
} from "../scan-memory.ts";
import { hasRelaxedSimd, instantiateKernels, pageBytes, reservedBytes } from "./binary.ts";
import { kernelBytes, openWasmKernels } from "./kernels.ts";
import { compileKernels } from "./node-binary.ts";

const shapeOf = (
  size: number,
  modes: number,
  countType: CountType,
  subPixel: SubPixel = "bilinear",
): ScanShape => ({
  size,
  modes,
  frames: 2,
  objectHeight: size + 5,
  objectWidth: size + 9,
  slots: 1,
  waveSlots: 1,
  countSlots: 2,
  countType,
  nearField: false,
  subPixel,
  threads: 2,
});

/** Kernels of `threads` threads on one memory, with `guard` bytes of 0xA5 around everything that is theirs. */
function open(shape: ScanShape, { relaxed = false, threads = 1, guard = 0 } = {}) {
  const layout = planScan(shape, reservedBytes + guard);
  const scratchBytes = kernelBytes(shape) + guard;
  const bytes = layout.bytes + guard + threads * scratchBytes;
  const pages = Math.ceil(bytes / pageBytes);
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const all = new Uint8Array(memory.buffer).fill(0xa5, reservedBytes);
  const views = viewScan(layout, memory.buffer);
  for (const view of Object.values(views)) view.fill(0);
  const module = compileKernels({ relaxed, shared: true });
  const kernels = Array.from({ length: threads }, (_, thread) =>
    openWasmKernels({
      exports: instantiateKernels(module, memory),
      layout,
      views,
      scratchOffset: layout.bytes + guard + thread * scratchBytes,
    }),
  );
  views.object.set(randomField(views.object.length / 2, 1));
  views.probe.set(randomField(views.probe.length / 2, 2));
  views.scales.fill(1);
  return { views, kernels, all, layout, scratchBytes };
}

const countsOf = (size: number, of: (i: number) => number): Float32Array =>
  Float32Array.from({ length: size * size }, (_, i) => of(i));

test.each([
  { size: 16, modes: 1, countType: "uint8", subPixel: "bilinear" },
  { size: 24, modes: 3, countType: "uint16", subPixel: "bilinear" },
  { size: 24, modes: 1, countType: "uint16", subPixel: "fourier" },
] as const)(
  "side $size, $modes modes, $subPixel: nothing outside the arrays and the scratch is written",
  (given) => {
    const guard = 256;
    const shape = shapeOf(given.size, given.modes, given.countType, given.subPixel);
    const { views, kernels, all, layout, scratchBytes } = open(shape, { guard });
    const [own] = kernels;
    own!.loadCounts(
      0,
      countsOf(given.size, (i) => i % 7),
    );
    // The last position whose patch is inside: its corner is the object's.
    const [x, y] = [shape.objectWidth - given.size / 2, shape.objectHeight - given.size / 2];
    const out = new Float64Array(8);
    own!.gather(0, x, y);
    own!.correct(0, 0, 0, 0);
    own!.reflect(0, 0, 0, 0, 0.7);
    own!.measureProbe();
    own!.addGradient(0, x, y, 0, shape.objectHeight);
    own!.addWave(0, x, y, 0, shape.objectHeight);
    own!.addLight(x, y, 0, shape.objectHeight);
    own!.addProbe(0, 0, 0, given.size ** 2);
    own!.stepSums(0, 0, x, y, out, 0);
    own!.curve(0, 0, 0, x, y, out, 0);
    own!.shiftSums(0, 0, out, 0);
    views.params.set([0.1, 0.1, 0.9, 0.5, 1]);
    own!.gather(0, x - 0.25, y - 0.5);
    own!.align(0, x - 0.25, y - 0.5);
    own!.addGradient(0, x - 0.25, y - 0.5, 0, shape.objectHeight);
    own!.addWave(0, x - 0.25, y - 0.5, 0, shape.objectHeight);
    own!.addLight(x - 0.25, y - 0.5, 0, shape.objectHeight);
    const area = shape.objectWidth * shape.objectHeight;
    own!.directObject(0, area, 0.1);
    own!.directProbe(0.1, out, 0);
    own!.crossSums(0, x, y, out, 0);
    own!.crossSums(0, x - 0.25, y - 0.5, out, 0);
    own!.moveObject(0, area, 0.1);
    own!.moveProbe(0.1);
    own!.applyObject(0, area, 0.1, 1, 0.1);
    own!.applyProbe(0.1, 1, 0.1);
    own!.pie(0, 0, x - 0.5, y - 0.5);
    const touched = (from: number, to: number): boolean =>
      all.subarray(from, to).some((byte) => byte !== 0xa5);
    expect(touched(reservedBytes, reservedBytes + guard)).toBe(false);
    expect(touched(layout.bytes, layout.bytes + guard)).toBe(false);
    expect(touched(layout.bytes + scratchBytes, layout.bytes + scratchBytes + guard)).toBe(false);
  },
);

test("two threads on one memory keep their settings, plans and scratch apart", () => {
  const shape = shapeOf(32, 2, "uint16");
  const counts = countsOf(32, (i) => i % 5);
  const [both, single] = [open(shape, { threads: 2 }), open(shape)];
  const alone = single.kernels[0]!;
  const [first, second] = [both.kernels[0]!, both.kernels[1]!];
  for (const { kernels } of [both, single]) {
    kernels[0]!.loadCounts(0, counts);
    kernels[0]!.gather(0, 18.25, 17.5);
  }
  first.configure({ likelihood: "amplitude", darkCounts: 0 });
  second.configure({ likelihood: "poisson", darkCounts: 0.1 });
  for (const [kernels, likelihood] of [
    [first, "amplitude"],
    [second, "poisson"],
  ] as const) {
    kernels.correct(0, 0, 0, 0);
    alone.configure({ likelihood, darkCounts: likelihood === "poisson" ? 0.1 : 0 });
    alone.correct(0, 0, 0, 0);
    expect(both.views.waves).toEqual(single.views.waves);
    expect(both.views.stats).toEqual(single.views.stats);
  }
});

describe.each(hasRelaxedSimd() ? [false, true] : [false])("relaxed %s", (relaxed) => {
  test("the same call gives the same bytes", () => {
    const { views, kernels } = open(shapeOf(64, 1, "float32"), { relaxed });
    const [own] = kernels;
    own!.loadCounts(
      0,
      countsOf(64, (i) => i % 3),
    );
    own!.gather(0, 33.5, 32.25);
    const runs = [0, 1].map(() => {
      own!.correct(0, 0, 0, 0);
      return { waves: views.waves.slice(), stats: views.stats.slice() };
    });
    expect(runs[1]).toEqual(runs[0]);
  });

  // n ln(n/λ) − n + λ in float32: each of its three numbers rounds, at most by 2^-24 = 6e-8 of itself plus what the
  // logarithm is off (2e-7); in the sum over 1024 pixels roundings average out.
  test.each([0.01, 1, 30, 1000, 1e6])("deviance at %f photons per pixel", (mean) => {
    const size = 32;
    const { views, kernels } = open(shapeOf(size, 1, "float32"), { relaxed });
    const [own] = kernels;
    views.probe.fill(0);
    own!.gather(0, size / 2, size / 2);
    // No light: λ is the background.
    const lambda = countsOf(size, (i) => mean * (1 + 0.5 * Math.sin(i)));
    const counts = countsOf(size, (i) =>
      i % 11 === 0 ? -1 : Math.max(0, Math.floor(mean + 2 * Math.sqrt(mean) * Math.cos(i * i) + 0.9)),
    );
    own!.loadCounts(1, counts);
    own!.loadBackground(lambda);
    own!.score(0, 1, 0);
    let [misfit, deviance, total, terms] = [0, 0, 0, 0];
    counts.forEach((n, i) => {
      if (n < 0) return;
      const l = lambda[i]!;
      total += n;
      misfit += (Math.sqrt(l) - Math.sqrt(n)) ** 2;
      deviance += 2 * ((n > 0 ? n * Math.log(n / l) : 0) - n + l);
      terms += n + l;
    });
    expect(Math.abs(views.stats[statIndex.deviance]! - deviance)).toBeLessThan(2e-7 * terms);
    expect(Math.abs(views.stats[statIndex.misfit]! / misfit - 1)).toBeLessThan(1e-5);
    expect(views.stats[statIndex.counts]! / total).toBeCloseTo(1, 6);
  });
});

test.each([
  { relaxed: false, shared: false },
  { relaxed: false, shared: true },
])("the binary for relaxed $relaxed, shared $shared takes the memory it is for", ({ relaxed, shared }) => {
  const module = compileKernels({ relaxed, shared });
  const limits = { initial: 2, maximum: 2 };
  expect(() => instantiateKernels(module, new WebAssembly.Memory({ ...limits, shared }))).not.toThrow();
  expect(() => instantiateKernels(module, new WebAssembly.Memory({ ...limits, shared: !shared }))).toThrow(
    WebAssembly.LinkError,
  );
});
