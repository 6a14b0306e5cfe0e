// The kernels of batch-kernels.ts on a WebAssembly instance: addresses, and which kernel runs on them.

import type { BatchKernels } from "../batch-kernels.ts";
import type { ScanShape, ScanViews } from "../scan-memory.ts";
import type { KernelExports } from "./binary.ts";
import type { WasmPatches } from "./patches.ts";
import type { KernelScratch } from "./scratch.ts";

export interface BatchParts {
  readonly exports: KernelExports;
  readonly shape: ScanShape;
  readonly views: ScanViews;
  readonly patches: WasmPatches;
  readonly scratch: KernelScratch;
}

export function wasmBatch({ exports, shape, views, patches, scratch }: BatchParts): BatchKernels {
  const { size, modes } = shape;
  const pixels = size * size;
  const planeBytes = 8 * pixels;
  const object = views.object.byteOffset;
  const objectSum = views.objectSum.byteOffset;
  const objectWeight = views.objectWeight.byteOffset;
  const objectStep = views.objectStep.byteOffset;
  const probe = views.probe.byteOffset;
  const probeSum = views.probeSum.byteOffset;
  const probeWeight = views.probeWeight.byteOffset;
  const probeStep = views.probeStep.byteOffset;
  const probeLight = views.probeLight.byteOffset;
  const probeCross = views.probeCross.byteOffset;
  const sums = new Float64Array(views.object.buffer, scratch.out, 8);
  const patchOf = (slot: number): number => views.patches.byteOffset + slot * planeBytes;
  const wavesOf = (slot: number): number => views.waves.byteOffset + slot * modes * planeBytes;
  const probePeak = (): number => exports.peak(probeWeight, pixels);

  return {
    measureProbe: () => exports.measureProbe(probe, probeLight),
    addGradient(slot, x, y, rowStart, rowEnd) {
      const gradient = views.gradients.byteOffset + slot * planeBytes;
      patches.scatter(gradient, views.objectSum, x, y, rowStart, rowEnd);
    },
    addWave: (waveSlot, x, y, rowStart, rowEnd) =>
      patches.scatterWave(wavesOf(waveSlot), views.objectSum, x, y, rowStart, rowEnd),
    addLight: (x, y, rowStart, rowEnd) =>
      patches.scatterLight(probeLight, views.objectWeight, x, y, rowStart, rowEnd),
    lightPeak: (from, to) => exports.peak(objectWeight + 4 * from, to - from),
    addProbe: (slot, waveSlot, from, to) =>
      exports.addProbe(patchOf(slot), wavesOf(waveSlot), probeSum, probeWeight, from, to),
    applyObject(from, to, step, keep, floor) {
      const weight = objectWeight + 4 * from;
      exports.applySum(object + 8 * from, objectSum + 8 * from, weight, to - from, step, keep, floor);
      views.objectWeight.fill(0, from, to);
    },
    directObject(from, to, floor) {
      const weight = objectWeight + 4 * from;
      const along = exports.directSum(objectStep + 8 * from, objectSum + 8 * from, weight, to - from, floor);
      views.objectWeight.fill(0, from, to);
      return along;
    },
    moveObject: (from, to, step) => exports.move(object + 8 * from, objectStep + 8 * from, to - from, step),
    applyProbe(step, keep, damping) {
      const floor = damping * probePeak();
      for (let m = 0; m < modes; m++) {
        const at = m * planeBytes;
        exports.applySum(probe + at, probeSum + at, probeWeight, pixels, step, keep, floor);
      }
      views.probeWeight.fill(0);
    },
    directProbe(damping, out, offset) {
      const floor = damping * probePeak();
      out[offset + 1] = 0;
      for (let m = 0; m < modes; m++) {
        const at = m * planeBytes;
        out[offset + 1] =
          out[offset + 1]! + exports.directSum(probeStep + at, probeSum + at, probeWeight, pixels, floor);
      }
      out[offset] = exports.crossProbe(probe, probeStep, probeWeight, probeCross);
      views.probeWeight.fill(0);
    },
    moveProbe: (step) => exports.move(probe, probeStep, modes * pixels, step),
    crossSums(slot, x, y, out, offset) {
      const whole = patches.wholeAt(views.objectStep, x, y);
      if (whole === 0) patches.take(views.objectStep, x, y, scratch.patch);
      const step = whole === 0 ? scratch.patch : whole;
      const pitch = 8 * (whole === 0 ? size : shape.objectWidth);
      exports.crossSums(probeLight, probeCross, step, pitch, patchOf(slot), scratch.out);
      out[offset] = sums[0]!;
      out[offset + 1] = sums[1]!;
    },
  };
}
