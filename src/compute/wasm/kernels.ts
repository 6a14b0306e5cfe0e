// The kernels of scan-kernels.ts on a WebAssembly instance. Arrays are views of the instance's memory, so a call passes
// addresses and nothing is copied or allocated. Plan, tables and scratch of a thread lie at `scratchOffset`.
// Counts and background are stored in the order in which the row sweep meets the detector: strips of eight
// digit-reversed ky, rows of digit-reversed kx, DC at [0, 0]. Near field: strips of eight columns, rows y.
// The transfer function is read when the first frame meets it: fill it before.

import { pieParam, type Likelihood, type ScanKernels } from "../scan-kernels.ts";
import { statsPerFrame, type ScanLayout, type ScanShape, type ScanViews } from "../scan-memory.ts";
import { wasmBatch } from "./batch.ts";
import type { KernelExports } from "./binary.ts";
import { wasmPatches } from "./patches.ts";
import { placeScratch, type KernelScratch } from "./scratch.ts";
import { planFft, writePlan, type FftPlan } from "./plan.ts";

export interface KernelParts {
  readonly exports: KernelExports;
  readonly layout: ScanLayout;
  readonly views: ScanViews;
  /** Where this thread's scratch begins, a multiple of 64; {@link kernelBytes} of it are used. */
  readonly scratchOffset: number;
}

/** Kinds of constraint, as assembly/constrain.ts numbers them. */
const kinds = {
  amplitude: { correct: 0, reflect: 0, curve: 4 },
  poisson: { correct: 1, reflect: 2, curve: 5 },
} as const;
const countTypes = { uint8: 0, uint16: 1, float32: 2 } as const;
const marks = { uint8: 255, uint16: 65535, float32: -1 } as const;

/** Bytes of scratch that the kernels of one thread need. @throws Range when N is not supported. */
export function kernelBytes(shape: ScanShape): number {
  return placeScratch(planFft(shape.size), shape, 0).end;
}

/** Opens kernels for one thread. */
export function openWasmKernels({ exports, layout, views, scratchOffset }: KernelParts): ScanKernels {
  const { shape } = layout;
  const { size, modes } = shape;
  const plan = planFft(size);
  const scratch = placeScratch(plan, shape, scratchOffset);
  const { buffer } = views.object;
  openInstance(exports, plan, shape, scratch, buffer);

  const planeBytes = 8 * size * size;
  const probe = views.probe.byteOffset;
  const background = views.background.byteOffset;
  const probeStep = views.probeStep.byteOffset;
  const patches = wasmPatches({ exports, shape, plan, scratch, buffer, probe });
  const order = storedOrder(plan, shape);
  const sums = new Float64Array(buffer, scratch.out, 8);
  const countBytes = views.counts.BYTES_PER_ELEMENT * size * size;
  let likelihood: Likelihood = "amplitude";
  let transferReady = !shape.nearField;

  const patchOf = (slot: number): number => views.patches.byteOffset + slot * planeBytes;
  const gradientOf = (slot: number): number => views.gradients.byteOffset + slot * planeBytes;
  const wavesOf = (slot: number): number => views.waves.byteOffset + slot * modes * planeBytes;
  const countsOf = (slot: number): number => views.counts.byteOffset + slot * countBytes;
  const statsOf = (frame: number): number => views.stats.byteOffset + 8 * statsPerFrame * frame;

  function readyTransfer(): void {
    if (transferReady) return;
    permuteTransfer(plan, views.transfer, new Float32Array(buffer, scratch.transfer, 2 * size * size));
    transferReady = true;
  }
  function give(count: number, out: Float64Array, offset: number): void {
    for (let i = 0; i < count; i++) out[offset + i] = sums[i]!;
  }

  return {
    ...wasmBatch({ exports, shape, views, patches, scratch }),
    configure(settings) {
      likelihood = settings.likelihood;
      exports.setDarkCounts(settings.darkCounts);
    },
    loadCounts(countSlot, counts) {
      const mark = marks[shape.countType];
      const at = countSlot * size * size;
      for (let i = 0; i < order.length; i++) {
        const n = counts[order[i]!]!;
        views.counts[at + i] = n < 0 ? mark : n;
      }
    },
    loadBackground(counts) {
      for (let i = 0; i < order.length; i++) views.background[i] = counts[order[i]!]!;
    },
    gather: (slot, x, y) => patches.take(views.object, x, y, patchOf(slot)),
    correct(slot, waveSlot, countSlot, frame) {
      readyTransfer();
      exports.correct(
        kinds[likelihood].correct,
        probe,
        patchOf(slot),
        wavesOf(waveSlot),
        countsOf(countSlot),
        background,
        views.scales[frame]!,
        statsOf(frame),
      );
    },
    reflect(slot, waveSlot, countSlot, frame, relax) {
      readyTransfer();
      exports.reflect(
        kinds[likelihood].reflect,
        probe,
        patchOf(slot),
        wavesOf(waveSlot),
        gradientOf(slot),
        countsOf(countSlot),
        background,
        views.scales[frame]!,
        statsOf(frame),
        relax,
      );
    },
    gradient: (slot, waveSlot) => exports.gradient(probe, wavesOf(waveSlot), gradientOf(slot)),
    score(slot, countSlot, frame) {
      readyTransfer();
      const scale = views.scales[frame]!;
      exports.score(probe, patchOf(slot), countsOf(countSlot), background, scale, statsOf(frame));
    },
    align: (slot, x, y) => patches.align(gradientOf(slot), x, y),
    stepSums(slot, waveSlot, x, y, out, offset) {
      patches.take(views.objectStep, x, y, scratch.patch);
      exports.stepSums(probe, probeStep, patchOf(slot), wavesOf(waveSlot), scratch.out);
      give(5, out, offset);
    },
    curve(slot, countSlot, frame, x, y, out, offset) {
      readyTransfer();
      patches.take(views.objectStep, x, y, scratch.patch);
      exports.curve(
        kinds[likelihood].curve,
        probe,
        patchOf(slot),
        probeStep,
        countsOf(countSlot),
        background,
        views.scales[frame]!,
        statsOf(frame),
        scratch.out,
      );
      give(2, out, offset);
    },
    shiftSums(slot, waveSlot, out, offset) {
      exports.shiftSums(probe, patchOf(slot), wavesOf(waveSlot), scratch.out);
      give(4, out, offset);
    },
    pie(countSlot, frame, x, y) {
      readyTransfer();
      const { params } = views;
      const alpha = params[pieParam.alpha]!;
      const peak = patches.take(views.object, x, y, patchOf(0));
      params[pieParam.probePeak] = exports.pie(
        kinds[likelihood].correct,
        probe,
        patchOf(0),
        gradientOf(0),
        countsOf(countSlot),
        background,
        views.scales[frame]!,
        statsOf(frame),
        alpha,
        alpha * params[pieParam.probePeak]!,
        params[pieParam.objectStep]!,
        params[pieParam.beta]!,
        peak,
        params[pieParam.probeStep]!,
      );
      patches.align(gradientOf(0), x, y);
      patches.scatter(gradientOf(0), views.object, x, y, 0, shape.objectHeight);
    },
  };
}

function openInstance(
  exports: KernelExports,
  plan: FftPlan,
  { size, modes, countType, nearField }: ScanShape,
  scratch: KernelScratch,
  buffer: ArrayBufferLike,
): void {
  writePlan(plan, buffer, scratch);
  exports.open(size, modes, countTypes[countType], scratch.plan, plan.radices.length, scratch.places);
  exports.setScratch(
    scratch.strips,
    scratch.stripBytes,
    scratch.fields,
    scratch.patch,
    scratch.line,
    nearField ? scratch.transfer : 0,
  );
}

/** order[i] = pixel of a frame as given that is stored at place i. */
function storedOrder({ size, rowOf }: FftPlan, { nearField }: ScanShape): Int32Array {
  const order = new Int32Array(size * size);
  const shifted = new Int32Array(size);
  for (let k = 0; k < size; k++) shifted[rowOf[k]!] = (k + size / 2) % size;
  for (let strip = 0, i = 0; strip < size; strip += 8) {
    for (let row = 0; row < size; row++) {
      for (let lane = 0; lane < 8; lane++, i++) {
        order[i] = nearField ? row * size + strip + lane : shifted[strip + lane]! * size + shifted[row]!;
      }
    }
  }
  return order;
}

/** T/N² in strips of eight ky, rows kx, split like the strips of the kernels. */
function permuteTransfer({ size, rowOf }: FftPlan, transfer: Float32Array, out: Float32Array): void {
  const frequency = new Int32Array(size);
  for (let k = 0; k < size; k++) frequency[rowOf[k]!] = k;
  const scale = 1 / (size * size);
  for (let strip = 0, o = 0; strip < size; strip += 8) {
    for (let row = 0; row < size; row++) {
      for (let lane = 0; lane < 8; lane++) {
        const from = 2 * (frequency[strip + lane]! * size + frequency[row]!);
        const to = o + (lane & 3) + 8 * (lane >> 2);
        out[to] = transfer[from]! * scale;
        out[to + 4] = transfer[from + 1]! * scale;
      }
      o += 16;
    }
  }
}
