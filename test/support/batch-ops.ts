// The methods of batch-kernels.ts as rows of the table in kernel-ops.ts.

import type { ScanSession } from "../../src/compute/session.ts";
import { powerOf } from "./fields.ts";
import {
  flat,
  frame,
  gatherAt,
  modesOf,
  patchOf,
  slot,
  stepOf,
  sums,
  waveSlot,
  type KernelOp,
  type Numbers,
} from "./kernel-op.ts";
import type { Scene } from "./kernel-scene.ts";
import {
  inner,
  naiveGradient,
  naiveLight,
  naivePower,
  naiveScatter,
  naiveWaves,
  times,
} from "./naive-scan.ts";

const bandOf = ({ size, height }: Scene): [number, number] => [Math.floor(size / 2), height - size / 2];

/** A range of the object's pixels that begins and ends off every vector's width, and what the steps are made with. */
const range = ({ height, width }: Scene) => ({ from: 5, to: height * width - 6 });
const [step, keep, floor, damping] = [0.8, 0.6, 0.4, 0.25] as const;

/** Sums and weights that stand in for those of a batch; pixels without weight among them. */
const sumOf = ({ objectStep }: Scene): Float32Array => objectStep.map((v, i) => v + (i % 5) / 7);
const weightOf = ({ object, height, width }: Scene): Float32Array =>
  object.slice(0, height * width).map((v, i) => (i % 11 === 3 ? 0 : v * v));
const probeSumOf = ({ probeStep }: Scene): Float32Array => probeStep.map((v, i) => v + (i % 3) / 5);
const probeWeightOf = ({ object, size }: Scene): Float32Array =>
  object.slice(0, size * size).map((v) => v * v + 0.1);

function giveSums({ views }: ScanSession, scene: Scene): void {
  views.objectSum.set(sumOf(scene));
  views.objectWeight.set(weightOf(scene));
  views.probeSum.set(probeSumOf(scene));
  views.probeWeight.set(probeWeightOf(scene));
}

/** steps of all numbers of `sum`, whose weights are those of its pixels, again and again. */
function stepsOf(sum: Numbers, weight: Numbers, { k = 1, f = 0, s = 1 }): Float64Array {
  return Float64Array.from(sum, (v, i) => {
    const w = weight[(i >> 1) % weight.length]!;
    return w === 0 ? 0 : (s * v) / (k * w + f);
  });
}

/** `inside` at the numbers of a range of pixels, `outside` elsewhere. */
function within(scene: Scene, outside: Numbers, inside: Numbers): Float64Array {
  const { from, to } = range(scene);
  return Float64Array.from(outside, (v, i) => (i >= 2 * from && i < 2 * to ? inside[i]! : v));
}

const none = (like: Numbers): Float64Array => new Float64Array(like.length);
const probeFloor = (scene: Scene): number => damping * Math.max(...probeWeightOf(scene));
const probeDirection = (scene: Scene): Float64Array =>
  stepsOf(probeSumOf(scene), probeWeightOf(scene), { f: probeFloor(scene) });
/** Σ_m P_m*·ΔP_m. */
function crossOf(scene: Scene, direction: Numbers): Float64Array {
  return naiveGradient(scene, scene.probe, modesOf(scene, direction));
}

function bandOp(
  name: "addGradient" | "addWave" | "addLight",
  at: (scene: Scene) => readonly number[],
): KernelOp {
  return {
    name: `${name}, a band of rows`,
    apply(session, scene) {
      const { views, kernels } = session;
      const [start, end] = bandOf(scene);
      kernels.measureProbe();
      for (const j of at(scene)) {
        const [x, y] = [scene.x[j]!, scene.y[j]!];
        if (name === "addLight") kernels.addLight(x, y, start, end);
        else if (name === "addWave") kernels.addWave(waveSlot, x, y, start, end);
        else {
          kernels.gradient(slot, waveSlot);
          kernels.align(slot, x, y);
          kernels.addGradient(slot, x, y, start, end);
        }
      }
      return {
        sum: { values: name === "addLight" ? views.objectWeight.slice() : views.objectSum.slice() },
        light: { values: views.probeLight.slice() },
      };
    },
    expected(scene) {
      const [rowStart, rowEnd] = bandOf(scene);
      const gradient = naiveGradient(scene, scene.probe, modesOf(scene, scene.waves, waveSlot));
      const light = naivePower(scene, scene.probe);
      const isLight = name === "addLight";
      const sum = new Float64Array(scene.object.length / (isLight ? 2 : 1));
      for (const j of at(scene)) {
        const place = { x: scene.x[j]!, y: scene.y[j]!, rowStart, rowEnd };
        const added = isLight ? naiveLight(scene, light, place) : naiveScatter(scene, gradient, place);
        added.forEach((v, i) => (sum[i] = sum[i]! + v));
      }
      return { sum, light };
    },
  };
}

const everywhere = ({ x }: Scene): number[] => x.map((_, j) => j);
/** Where a wave may be added: a Fourier shift needs the whole gradient first. */
const whereWavesAdd = ({ x, y, subPixel }: Scene): number[] =>
  everywhere({ x } as Scene).filter(
    (j) => subPixel === "bilinear" || (Number.isInteger(x[j]) && Number.isInteger(y[j])),
  );

export const batchOps: readonly KernelOp[] = [
  bandOp("addGradient", everywhere),
  bandOp("addWave", whereWavesAdd),
  bandOp("addLight", everywhere),
  {
    name: "addProbe of two frames, a range of pixels",
    apply(session, scene) {
      const { views, kernels } = session;
      const pixels = scene.size ** 2;
      for (const at of [frame, frame + 1]) {
        gatherAt(session, scene, at);
        kernels.addProbe(slot, at, 8, pixels - 16);
      }
      return { sum: { values: views.probeSum.slice() }, weight: { values: views.probeWeight.slice() } };
    },
    expected(scene) {
      const pixels = scene.size ** 2;
      const sum = new Float64Array(scene.probe.length);
      const weight = new Float64Array(pixels);
      for (const at of [frame, frame + 1]) {
        const patch = patchOf(scene, at);
        flat(modesOf(scene, scene.waves, at).map((wave) => times(patch, wave, true))).forEach((v, i) => {
          const pixel = (i >> 1) % pixels;
          if (pixel >= 8 && pixel < pixels - 16) sum[i] = sum[i]! + v;
        });
        naivePower(scene, patch, 1).forEach((v, i) => {
          if (i >= 8 && i < pixels - 16) weight[i] = weight[i]! + v;
        });
      }
      return { sum, weight };
    },
  },
  {
    name: "lightPeak and applyObject, a range of pixels",
    apply(session, scene) {
      const { views, kernels } = session;
      const { from, to } = range(scene);
      giveSums(session, scene);
      const peak = kernels.lightPeak(from, to);
      kernels.applyObject(from, to, step, keep, floor);
      return {
        peak: { values: [peak] },
        object: { values: views.object.slice() },
        sum: { values: views.objectSum.slice() },
        weight: { values: views.objectWeight.slice() },
      };
    },
    expected(scene) {
      const { from, to } = range(scene);
      const [sum, weight] = [sumOf(scene), weightOf(scene)];
      const moved = stepsOf(sum, weight, { s: step, k: keep, f: floor }).map((v, i) => v + scene.object[i]!);
      return {
        peak: [Math.max(...weight.subarray(from, to))],
        object: within(scene, scene.object, moved),
        sum: within(scene, sum, none(sum)),
        weight: weight.map((v, i) => (i >= from && i < to ? 0 : v)),
      };
    },
  },
  {
    name: "directObject and moveObject, a range of pixels",
    apply(session, scene) {
      const { views, kernels } = session;
      const { from, to } = range(scene);
      giveSums(session, scene);
      const along = kernels.directObject(from, to, floor);
      kernels.moveObject(from, to, step);
      return {
        along: { values: [along] },
        direction: { values: views.objectStep.slice() },
        object: { values: views.object.slice() },
        sum: { values: views.objectSum.slice() },
        weight: { values: views.objectWeight.slice() },
      };
    },
    expected(scene) {
      const { from, to } = range(scene);
      const [sum, weight] = [sumOf(scene), weightOf(scene)];
      const direction = stepsOf(sum, weight, { f: floor });
      const part = [2 * from, 2 * to] as const;
      return {
        along: [inner([direction.slice(...part)], [Float64Array.from(sum.slice(...part))])],
        direction: within(scene, scene.objectStep, direction),
        object: within(
          scene,
          scene.object,
          direction.map((v, i) => scene.object[i]! + step * v),
        ),
        sum: within(scene, sum, none(sum)),
        weight: weight.map((v, i) => (i >= from && i < to ? 0 : v)),
      };
    },
  },
  {
    name: "applyProbe",
    apply(session, scene) {
      const { views, kernels } = session;
      giveSums(session, scene);
      kernels.applyProbe(step, keep, damping);
      return {
        probe: { values: views.probe.slice() },
        left: { values: [1, ...views.probeSum, ...views.probeWeight] },
      };
    },
    expected(scene) {
      const [sum, weight] = [probeSumOf(scene), probeWeightOf(scene)];
      const moved = stepsOf(sum, weight, { s: step, k: keep, f: probeFloor(scene) });
      return {
        probe: moved.map((v, i) => v + scene.probe[i]!),
        left: [1, ...none(sum), ...none(weight)],
      };
    },
  },
  {
    name: "directProbe and moveProbe",
    apply(session, scene) {
      const { views, kernels } = session;
      giveSums(session, scene);
      const out = new Float64Array(4);
      kernels.directProbe(damping, out, 1);
      kernels.moveProbe(step);
      return {
        sums: { values: out },
        cross: { values: views.probeCross.slice() },
        direction: { values: views.probeStep.slice() },
        probe: { values: views.probe.slice() },
        left: { values: [1, ...views.probeSum, ...views.probeWeight] },
      };
    },
    expected(scene) {
      const [sum, weight] = [probeSumOf(scene), probeWeightOf(scene)];
      const direction = probeDirection(scene);
      let power = 0;
      direction.forEach((v, i) => (power += v * v * weight[(i >> 1) % weight.length]!));
      return {
        sums: [0, power, inner([direction], [Float64Array.from(sum)]), 0],
        cross: crossOf(scene, direction),
        direction,
        probe: direction.map((v, i) => scene.probe[i]! + step * v),
        left: [1, ...none(sum), ...none(weight)],
      };
    },
  },
  {
    name: "crossSums at every kind of position",
    apply(session, scene) {
      const { kernels } = session;
      giveSums(session, scene);
      kernels.measureProbe();
      kernels.directProbe(damping, new Float64Array(2), 0);
      const out = new Float64Array(2 * scene.x.length);
      const scale = out.slice();
      scene.x.forEach((x, j) => {
        gatherAt(session, scene, j);
        kernels.crossSums(slot, x, scene.y[j]!, out, 2 * j);
        // By Cauchy and Schwarz the second is below √(Σ|a|² Σ|b|²): see stepSums.
        const b = powerOf(flat(naiveWaves(scene, probeDirection(scene), patchOf(scene, j))));
        scale.set([out[2 * j]!, Math.sqrt(out[2 * j]! * b)], 2 * j);
      });
      return { sums: sums(out, scale) };
    },
    expected(scene) {
      const direction = probeDirection(scene);
      return {
        sums: scene.x.flatMap((_, j) => {
          const a = naiveWaves(scene, scene.probe, stepOf(scene, j));
          const b = naiveWaves(scene, direction, patchOf(scene, j));
          return [inner(a, a), inner(a, b)];
        }),
      };
    },
  },
];
