// Every method of the kernels as a row of a table: how to call it on a session, and what must come out by naive-scan.ts.
// Slots, wave slots and count slots differ from the frame on purpose.

import { pieParam } from "../../src/compute/scan-kernels.ts";
import { statIndex, statsPerFrame } from "../../src/compute/scan-memory.ts";
import type { ScanSession } from "../../src/compute/session.ts";
import { batchOps } from "./batch-ops.ts";
import { powerOf } from "./fields.ts";
import {
  fieldsAt,
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
import { placeOf, type Scene } from "./kernel-scene.ts";
import {
  gradientFactor,
  liftedIntensity,
  inner,
  naiveChange,
  naiveDetector,
  naiveGradient,
  naivePower,
  naiveScatter,
  naiveWaves,
  proximalFactor,
  times,
  type Detector,
} from "./naive-scan.ts";

const pieOptions = { objectStep: 0.8, probePeak: 7 } as const;
/** rPIE's weights, and those of ePIE, which leave nothing but the peaks. */
const pieWeights = { rpie: { alpha: 0.3, beta: 0.6 }, epie: { alpha: 1, beta: 1 } } as const;

const wavesOf = (session: ScanSession, scene: Scene, at: number = waveSlot): Float32Array =>
  fieldsAt(scene, session.views.waves, at * scene.modes, scene.modes);
const gradientOf = (session: ScanSession, scene: Scene): Float32Array =>
  fieldsAt(scene, session.views.gradients, slot, 1);

function statsOf({ views }: ScanSession): { values: Numbers; scale: Numbers } {
  const row = frame * statsPerFrame;
  const values = views.stats.slice(row, row + 4);
  // n ln(n/λ) − n + λ cancels where the model is right: its rounding is that of its terms.
  const scale = values.slice();
  scale[statIndex.deviance] = values[statIndex.deviance]! + values[statIndex.counts]!;
  return { values, scale };
}

const measured = (scene: Scene): Detector =>
  naiveDetector(scene, naiveWaves(scene, scene.probe, patchOf(scene)), frame);

function reflection(relax: number): KernelOp {
  return {
    name: `reflect with a relaxation of ${relax}`,
    apply(session, scene) {
      gatherAt(session, scene);
      session.kernels.reflect(slot, waveSlot, placeOf(frame), frame, relax);
      const { values, scale } = statsOf(session);
      return {
        waves: { values: wavesOf(session, scene) },
        gradient: { values: gradientOf(session, scene) },
        "other waves": { values: wavesOf(session, scene, waveSlot - 1) },
        // The contract says nothing of the intensity of a reflected wave.
        stats: sums(Array.from(values).slice(0, 2), Array.from(scale).slice(0, 2)),
      };
    },
    expected(scene) {
      const product = naiveWaves(scene, scene.probe, patchOf(scene));
      const kept = modesOf(scene, scene.waves, waveSlot);
      const start = product.map((wave, m) => wave.map((v, i) => (relax === 0 ? v : 2 * v - kept[m]![i]!)));
      const detector = naiveDetector(scene, start, frame);
      const change = naiveChange(scene, detector, proximalFactor(scene));
      const waves = product.map((wave, m) => wave.map((v, i) => v + relax * change[m]![i]!));
      return {
        waves: flat(waves),
        gradient: naiveGradient(scene, scene.probe, waves),
        "other waves": flat(modesOf(scene, scene.waves, waveSlot - 1)),
        stats: detector.stats.slice(0, 2),
      };
    },
  };
}

function serial(rule: keyof typeof pieWeights, probeStep: number): KernelOp {
  const { alpha, beta } = pieWeights[rule];
  return {
    name: `pie as ${rule} with a probe step of ${probeStep}`,
    apply(session, scene) {
      const { views, kernels } = session;
      for (const [name, value] of Object.entries({ ...pieOptions, alpha, beta, probeStep })) {
        views.params[pieParam[name as keyof typeof pieParam]] = value;
      }
      kernels.pie(placeOf(frame), frame, scene.x[frame]!, scene.y[frame]!);
      const peak = views.params[pieParam.probePeak]!;
      return {
        object: { values: views.object.slice() },
        probe: { values: views.probe.slice() },
        peak: { values: [peak] },
        stats: statsOf(session),
      };
    },
    expected(scene) {
      const { objectStep, probePeak } = pieOptions;
      const patch = patchOf(scene);
      const bright = naivePower(scene, patch, 1);
      const brightest = Math.max(...bright);
      const detector = measured(scene);
      const change = naiveChange(scene, detector, gradientFactor(scene));
      const power = naivePower(scene, scene.probe);
      const step = naiveGradient(scene, scene.probe, change).map(
        (v, i) => (objectStep * v) / ((1 - alpha) * power[i >> 1]! + alpha * probePeak),
      );
      const [x, y] = [scene.x[frame]!, scene.y[frame]!];
      const moved = naiveScatter(scene, step, { x, y, rowStart: 0, rowEnd: scene.height });
      const probe = modesOf(scene, scene.probe).map((mode, m) => {
        const towards = times(patch, change[m]!, true);
        return mode.map(
          (v, i) => v + (probeStep * towards[i]!) / ((1 - beta) * bright[i >> 1]! + beta * brightest),
        );
      });
      return {
        object: moved.map((v, i) => v + scene.object[i]!),
        probe: flat(probe),
        peak: [Math.max(...naivePower(scene, flat(probe)))],
        stats: detector.stats,
      };
    },
  };
}

export const kernelOps: readonly KernelOp[] = [
  {
    name: "gather at every kind of position",
    apply(session, scene) {
      const peaks = scene.x.map((x, at) => session.kernels.gather(at % 3, x, scene.y[at]!));
      const patches = scene.x.map((x, at) => {
        session.kernels.gather(slot, x, scene.y[at]!);
        return fieldsAt(scene, session.views.patches, slot, 1);
      });
      return { peaks: { values: peaks }, patches: { values: flat(patches) } };
    },
    expected(scene) {
      const patches = scene.x.map((_, at) => patchOf(scene, at));
      return {
        peaks: patches.map((patch) => Math.max(...naivePower(scene, patch, 1))),
        patches: flat(patches),
      };
    },
  },
  {
    name: "correct",
    apply(session, scene) {
      gatherAt(session, scene);
      session.kernels.correct(slot, waveSlot, placeOf(frame), frame);
      return {
        waves: { values: wavesOf(session, scene) },
        "other waves": { values: wavesOf(session, scene, waveSlot + 1) },
        stats: statsOf(session),
      };
    },
    expected(scene) {
      const detector = measured(scene);
      const change = naiveChange(scene, detector, gradientFactor(scene));
      return {
        waves: flat(change),
        "other waves": flat(modesOf(scene, scene.waves, waveSlot + 1)),
        stats: detector.stats,
      };
    },
  },
  reflection(0.75),
  reflection(0),
  {
    name: "gradient of a kept wave",
    apply(session, scene) {
      session.kernels.gradient(slot, waveSlot);
      return { gradient: { values: gradientOf(session, scene) } };
    },
    expected: (scene) => ({
      gradient: naiveGradient(scene, scene.probe, modesOf(scene, scene.waves, waveSlot)),
    }),
  },
  {
    name: "score",
    apply(session, scene) {
      gatherAt(session, scene);
      session.kernels.score(slot, placeOf(frame), frame);
      return { stats: statsOf(session), waves: { values: session.views.waves.slice() } };
    },
    expected: (scene) => ({ stats: measured(scene).stats, waves: scene.waves }),
  },
  ...batchOps,
  {
    name: "stepSums",
    apply(session, scene) {
      gatherAt(session, scene);
      const out = new Float64Array(7);
      session.kernels.stepSums(slot, waveSlot, scene.x[frame]!, scene.y[frame]!, out, 1);
      const [a, b] = [out[1]!, out[2]!];
      const c = powerOf(wavesOf(session, scene));
      return { sums: sums(out, [1, a, b, Math.sqrt(a * b), Math.sqrt(a * c), Math.sqrt(b * c), 1]) };
    },
    expected(scene) {
      const a = naiveWaves(scene, scene.probe, stepOf(scene));
      const b = naiveWaves(scene, scene.probeStep, patchOf(scene));
      const wave = modesOf(scene, scene.waves, waveSlot);
      return { sums: [0, inner(a, a), inner(b, b), inner(a, b), inner(a, wave), inner(b, wave), 0] };
    },
  },
  {
    name: "curve",
    apply(session, scene) {
      gatherAt(session, scene);
      const out = new Float64Array(4);
      session.kernels.curve(slot, placeOf(frame), frame, scene.x[frame]!, scene.y[frame]!, out, 1);
      const stats = statsOf(session);
      const misfit = stats.values[statIndex.misfit]!;
      // |slope| is below √(curvature·4 misfit) or so, by Cauchy and Schwarz.
      return { sums: sums(out, [1, Math.sqrt(4 * out[2]! * misfit), out[2]!, 1]), stats };
    },
    expected(scene) {
      const { waves, lambda, counts, stats } = measured(scene);
      const [a, b] = [
        naiveWaves(scene, scene.probe, stepOf(scene)),
        naiveWaves(scene, scene.probeStep, patchOf(scene)),
      ];
      const delta = a.map((wave, m) => wave.map((v, i) => v + b[m]![i]!));
      const moved = naiveDetector(scene, delta, frame).waves;
      let [slope, curvature] = [0, 0];
      counts.forEach((n, i) => {
        if (n < 0) return;
        let change = 0;
        for (let m = 0; m < scene.modes; m++) {
          change += waves[m]![2 * i]! * moved[m]![2 * i]! + waves[m]![2 * i + 1]! * moved[m]![2 * i + 1]!;
        }
        change *= 2 * scene.scales[frame]!;
        const l = lambda[i]!;
        const safe = liftedIntensity(scene, n, l);
        slope += change * (scene.likelihood === "amplitude" ? 1 - Math.sqrt(n / l) : (l - n) / safe);
        const bend = Math.max(1, Math.sqrt(n / l) / 4);
        curvature += scene.likelihood === "amplitude" ? change ** 2 / (2 * l) : (bend * change ** 2) / safe;
      });
      return { sums: [0, slope, curvature, 0], stats };
    },
  },
  {
    name: "shiftSums",
    apply(session, scene) {
      gatherAt(session, scene);
      const out = new Float64Array(6);
      session.kernels.shiftSums(slot, waveSlot, out, 1);
      const c = powerOf(wavesOf(session, scene));
      const [x, y] = [out[3]!, out[4]!];
      return { sums: sums(out, [1, Math.sqrt(x * c), Math.sqrt(y * c), x, y, 1]) };
    },
    expected(scene) {
      const patch = patchOf(scene);
      const [gx, gy] = [slopes(patch, scene.size, 1, 0), slopes(patch, scene.size, 0, 1)];
      const [px, py] = [naiveWaves(scene, scene.probe, gx), naiveWaves(scene, scene.probe, gy)];
      const wave = modesOf(scene, scene.waves, waveSlot);
      return { sums: [0, inner(px, wave), inner(py, wave), inner(px, px), inner(py, py), 0] };
    },
  },
  serial("rpie", 0.9),
  serial("rpie", 0),
  serial("epie", 0.9),
  serial("epie", 0),
];

/** Central differences along (dx, dy), one-sided at the edge. */
function slopes(patch: Numbers, size: number, dx: number, dy: number): Float64Array {
  const inside = (i: number): number => Math.min(size - 1, Math.max(0, i));
  return Float64Array.from({ length: patch.length }, (_, i) => {
    const [part, u, v] = [i & 1, (i >> 1) % size, Math.floor(i / 2 / size)];
    const [u0, u1] = [inside(u - dx), inside(u + dx)];
    const [v0, v1] = [inside(v - dy), inside(v + dy)];
    const distance = u1 - u0 + (v1 - v0);
    return (patch[2 * (v1 * size + u1) + part]! - patch[2 * (v0 * size + u0) + part]!) / distance;
  });
}
