// The plain twin of batch-kernels.ts. Part of reference-kernels.ts.

import type { BatchKernels } from "./batch-kernels.ts";
import type { PatchOperator } from "./reference-patches.ts";
import type { ScanShape, ScanViews } from "./scan-memory.ts";

export function referenceBatch(
  { size, modes }: ScanShape,
  views: ScanViews,
  operator: PatchOperator,
): BatchKernels {
  const pixels = size * size;
  const numbers = 2 * pixels;
  const gradient = new Float32Array(numbers);
  const stepPatch = new Float32Array(numbers);

  /** Σ_m P_m*·wave_m. */
  function project(waveSlot: number): void {
    gradient.fill(0);
    for (let p = 0, w = waveSlot * modes * numbers; p < views.probe.length; p += 2, w += 2) {
      const o = p % numbers;
      const [pr, pi] = [views.probe[p]!, views.probe[p + 1]!];
      const [wr, wi] = [views.waves[w]!, views.waves[w + 1]!];
      gradient[o] = gradient[o]! + pr * wr + pi * wi;
      gradient[o + 1] = gradient[o + 1]! + pr * wi - pi * wr;
    }
  }

  function probeFloor(damping: number): number {
    return damping * views.probeWeight.reduce((most, weight) => Math.max(most, weight), 0);
  }

  function clearProbe(): void {
    views.probeSum.fill(0);
    views.probeWeight.fill(0);
  }

  return {
    measureProbe() {
      views.probeLight.fill(0);
      for (let p = 0; p < views.probe.length; p += 2) {
        const i = (p / 2) % pixels;
        views.probeLight[i] = views.probeLight[i]! + views.probe[p]! ** 2 + views.probe[p + 1]! ** 2;
      }
    },
    addGradient(slot, x, y, rowStart, rowEnd) {
      operator.scatter(views.gradients, slot * numbers, views.objectSum, { x, y, rowStart, rowEnd });
    },
    addWave(waveSlot, x, y, rowStart, rowEnd) {
      project(waveSlot);
      operator.scatter(gradient, 0, views.objectSum, { x, y, rowStart, rowEnd });
    },
    addLight(x, y, rowStart, rowEnd) {
      operator.scatterLight(views.probeLight, views.objectWeight, { x, y, rowStart, rowEnd });
    },
    lightPeak: (from, to) =>
      views.objectWeight.subarray(from, to).reduce((most, weight) => Math.max(most, weight), 0),
    addProbe(slot, waveSlot, from, to) {
      for (let i = from; i < to; i++) {
        const or = views.patches[2 * (slot * pixels + i)]!;
        const oi = views.patches[2 * (slot * pixels + i) + 1]!;
        views.probeWeight[i] = views.probeWeight[i]! + or * or + oi * oi;
        for (let m = 0; m < modes; m++) {
          const w = 2 * ((waveSlot * modes + m) * pixels + i);
          const o = 2 * (m * pixels + i);
          const wr = views.waves[w]!;
          const wi = views.waves[w + 1]!;
          views.probeSum[o] = views.probeSum[o]! + or * wr + oi * wi;
          views.probeSum[o + 1] = views.probeSum[o + 1]! + or * wi - oi * wr;
        }
      }
    },
    applyObject(from, to, step, keep, floor) {
      const { object, objectSum, objectWeight } = views;
      for (let i = 2 * from; i < 2 * to; i++) {
        object[i] = object[i]! + quotient(objectSum[i]!, objectWeight[i >> 1]!, { step, keep, floor });
        objectSum[i] = 0;
      }
      objectWeight.fill(0, from, to);
    },
    directObject(from, to, floor) {
      const { objectStep, objectSum, objectWeight } = views;
      let along = 0;
      for (let i = 2 * from; i < 2 * to; i++) {
        objectStep[i] = quotient(objectSum[i]!, objectWeight[i >> 1]!, { step: 1, keep: 1, floor });
        along += objectStep[i]! * objectSum[i]!;
        objectSum[i] = 0;
      }
      objectWeight.fill(0, from, to);
      return along;
    },
    moveObject(from, to, step) {
      const { object, objectStep } = views;
      for (let i = 2 * from; i < 2 * to; i++) object[i] = object[i]! + step * objectStep[i]!;
    },
    applyProbe(step, keep, damping) {
      const { probe, probeSum, probeWeight } = views;
      const floor = probeFloor(damping);
      for (let p = 0; p < probe.length; p++) {
        const weight = probeWeight[(p >> 1) % pixels]!;
        probe[p] = probe[p]! + quotient(probeSum[p]!, weight, { step, keep, floor });
      }
      clearProbe();
    },
    directProbe(damping, out, offset) {
      const { probe, probeStep, probeSum, probeWeight, probeCross } = views;
      const floor = probeFloor(damping);
      let [power, along] = [0, 0];
      probeCross.fill(0);
      for (let p = 0; p < probe.length; p += 2) {
        const weight = probeWeight[(p >> 1) % pixels]!;
        const re = quotient(probeSum[p]!, weight, { step: 1, keep: 1, floor });
        const im = quotient(probeSum[p + 1]!, weight, { step: 1, keep: 1, floor });
        power += (re * re + im * im) * weight;
        along += re * probeSum[p]! + im * probeSum[p + 1]!;
        const o = p % numbers;
        probeCross[o] = probeCross[o]! + probe[p]! * re + probe[p + 1]! * im;
        probeCross[o + 1] = probeCross[o + 1]! + probe[p]! * im - probe[p + 1]! * re;
        probeStep[p] = re;
        probeStep[p + 1] = im;
      }
      out[offset] = power;
      out[offset + 1] = along;
      clearProbe();
    },
    moveProbe(step) {
      const { probe, probeStep } = views;
      for (let p = 0; p < probe.length; p++) probe[p] = probe[p]! + step * probeStep[p]!;
    },
    crossSums(slot, x, y, out, offset) {
      const { patches, probeLight, probeCross } = views;
      operator.sample(views.objectStep, x, y, stepPatch, 0);
      let [aa, ab] = [0, 0];
      for (let i = 0, o = slot * numbers; i < numbers; i += 2, o += 2) {
        const [dr, di] = [stepPatch[i]!, stepPatch[i + 1]!];
        const [or, oi] = [patches[o]!, patches[o + 1]!];
        aa += probeLight[i / 2]! * (dr * dr + di * di);
        ab += probeCross[i]! * (dr * or + di * oi) - probeCross[i + 1]! * (dr * oi - di * or);
      }
      out[offset] = aa;
      out[offset + 1] = ab;
    },
  };
}

/** step·sum/(keep·weight + floor), 0 without weight. */
function quotient(
  sum: number,
  weight: number,
  { step, keep, floor }: { readonly step: number; readonly keep: number; readonly floor: number },
): number {
  return weight === 0 ? 0 : (step * sum) / (keep * weight + floor);
}
