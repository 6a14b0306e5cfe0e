// The plain twin of the kernels: the contract of scan-kernels.ts written down, float64 arithmetic on float32 arrays.
// Correct before fast; every other implementation is tested against it.
// Counts are stored in the order of the transform (DC at [0, 0]), or as they are in the near field.

import { referenceBatch } from "./reference-batch.ts";
import { referenceFft2 } from "./reference-fft.ts";
import { patchOperator } from "./reference-patches.ts";
import { lineSums, type SumPlace } from "./reference-sums.ts";
import { pieParam, type KernelSettings, type ScanKernels } from "./scan-kernels.ts";
import { statIndex, statsPerFrame, type ScanShape, type ScanViews } from "./scan-memory.ts";

/** Smallest λ that is divided by. */
const darkest = 1e-20;
/** Photons beyond the model's that a pixel may have before they add to ε, and their share then [ENGINE-059]. */
const [fewPhotons, ownShare] = [16, 0.5];

/** Opens kernels on the arrays of one scan. */
export function openReferenceKernels(shape: ScanShape, views: ScanViews): ScanKernels {
  const { size, modes, objectHeight } = shape;
  const pixels = size * size;
  const half = size / 2;
  const fft = referenceFft2(size);
  const operator = patchOperator(shape, fft);
  const field = new Float32Array(2 * modes * pixels);
  const lambda = new Float64Array(pixels);
  const stepPatch = new Float32Array(2 * pixels);
  const masked = maskValue(shape);
  let settings: KernelSettings = { likelihood: "amplitude", darkCounts: 0 };

  /** Where detector pixel i of a file lies in memory. */
  function placeOf(i: number): number {
    if (shape.nearField) return i;
    const y = (Math.floor(i / size) + half) % size;
    const x = ((i % size) + half) % size;
    return y * size + x;
  }

  /** field_m = P_m·patch. */
  function exitWaves(slot: number): void {
    multiply(views.probe, views.patches, 2 * slot * pixels, field, false);
  }

  /** out_m = (accumulate: out_m +) a_m·b for all modes. */
  function multiply(a: Float32Array, b: Float32Array, at: number, out: Float32Array, add: boolean): void {
    for (let m = 0, o = 0; m < modes; m++) {
      for (let i = at; i < at + 2 * pixels; i += 2, o += 2) {
        const re = a[o]! * b[i]! - a[o + 1]! * b[i + 1]!;
        const im = a[o]! * b[i + 1]! + a[o + 1]! * b[i]!;
        out[o] = add ? out[o]! + re : re;
        out[o + 1] = add ? out[o + 1]! + im : im;
      }
    }
  }

  function propagate(waves: Float32Array): void {
    for (let m = 0; m < modes; m++) {
      fft.forward(waves, 2 * m * pixels);
      if (!shape.nearField) continue;
      transfer(waves, 2 * m * pixels, 1);
      fft.inverse(waves, 2 * m * pixels);
    }
  }

  function propagateBack(waves: Float32Array): void {
    for (let m = 0; m < modes; m++) {
      if (shape.nearField) {
        fft.forward(waves, 2 * m * pixels);
        transfer(waves, 2 * m * pixels, -1);
      }
      fft.inverse(waves, 2 * m * pixels);
    }
  }

  function transfer(waves: Float32Array, at: number, sign: 1 | -1): void {
    for (let i = 0; i < 2 * pixels; i += 2) {
      const tr = views.transfer[i]!;
      const ti = sign * views.transfer[i + 1]!;
      const re = waves[at + i]!;
      const im = waves[at + i + 1]!;
      waves[at + i] = re * tr - im * ti;
      waves[at + i + 1] = re * ti + im * tr;
    }
  }

  /** λ of every detector pixel from the propagated field; fills the frame's stats. */
  function measure(countSlot: number, frame: number): void {
    const scale = views.scales[frame]!;
    let [misfit, deviance, intensity, total] = [0, 0, 0, 0];
    for (let i = 0; i < pixels; i++) {
      let power = 0;
      for (let at = 2 * i; at < field.length; at += 2 * pixels)
        power += field[at]! ** 2 + field[at + 1]! ** 2;
      lambda[i] = Math.max(darkest, scale * power + views.background[i]!);
      const n = views.counts[countSlot * pixels + i]!;
      if (masked(n)) continue;
      intensity += power;
      total += n;
      misfit += (Math.sqrt(lambda[i]!) - Math.sqrt(n)) ** 2;
      deviance += 2 * ((n > 0 ? n * Math.log(n / lambda[i]!) : 0) - n + lambda[i]!);
    }
    const row = frame * statsPerFrame;
    views.stats[row + statIndex.misfit] = misfit;
    views.stats[row + statIndex.deviance] = deviance;
    views.stats[row + statIndex.intensity] = intensity;
    views.stats[row + statIndex.counts] = total;
  }

  /** field ← F⁻¹[(f − 1)·field]. */
  function change(countSlot: number, proximal: boolean): void {
    for (let i = 0; i < pixels; i++) {
      const n = views.counts[countSlot * pixels + i]!;
      const factor = masked(n) ? 0 : factorOf(n, lambda[i]!, proximal) - 1;
      for (let at = 2 * i; at < field.length; at += 2 * pixels) {
        field[at] = field[at]! * factor;
        field[at + 1] = field[at + 1]! * factor;
      }
    }
    propagateBack(field);
  }

  function factorOf(n: number, l: number, proximal: boolean): number {
    if (settings.likelihood === "amplitude") return Math.sqrt(n / l);
    if (proximal) return (1 + Math.sqrt(1 + (8 * n) / l)) / 4;
    return 1 + (n - l) / (l + floorOf(n, l)) / 2;
  }

  /** What is added to λ where n − λ is divided by it. */
  function floorOf(n: number, l: number): number {
    return Math.max(settings.darkCounts, ownShare * (n - l - fewPhotons));
  }

  /** gradients[slot] = Σ_m P_m*·waves_m. */
  function gradient(slot: number, waves: Float32Array, at: number): void {
    const out = 2 * slot * pixels;
    views.gradients.fill(0, out, out + 2 * pixels);
    for (let m = 0, p = 0, w = at; m < modes; m++) {
      for (let o = out; o < out + 2 * pixels; o += 2, p += 2, w += 2) {
        const pr = views.probe[p]!;
        const pi = views.probe[p + 1]!;
        views.gradients[o] = views.gradients[o]! + pr * waves[w]! + pi * waves[w + 1]!;
        views.gradients[o + 1] = views.gradients[o + 1]! + pr * waves[w + 1]! - pi * waves[w]!;
      }
    }
  }

  function gather(slot: number, x: number, y: number): number {
    const at = 2 * slot * pixels;
    operator.sample(views.object, x, y, views.patches, at);
    let peak = 0;
    for (let i = at; i < at + 2 * pixels; i += 2) {
      peak = Math.max(peak, views.patches[i]! ** 2 + views.patches[i + 1]! ** 2);
    }
    return peak;
  }

  function correct(slot: number, waveSlot: number, countSlot: number, frame: number): void {
    exitWaves(slot);
    propagate(field);
    measure(countSlot, frame);
    change(countSlot, false);
    views.waves.set(field, 2 * waveSlot * modes * pixels);
  }

  const sums = lineSums(shape, views);

  return {
    ...referenceBatch(shape, views, operator),
    configure(next) {
      settings = next;
    },
    loadCounts(countSlot, counts) {
      for (let i = 0; i < pixels; i++) {
        const n = counts[i]!;
        views.counts[countSlot * pixels + placeOf(i)] = n < 0 ? markOf(shape) : n;
      }
    },
    loadBackground(counts) {
      for (let i = 0; i < pixels; i++) views.background[placeOf(i)] = counts[i]!;
    },
    gather,
    correct,
    reflect(slot, waveSlot, countSlot, frame, relax) {
      const at = 2 * waveSlot * modes * pixels;
      exitWaves(slot);
      const product = field.slice();
      if (relax !== 0) {
        for (let i = 0; i < field.length; i++) field[i] = 2 * product[i]! - views.waves[at + i]!;
      }
      propagate(field);
      measure(countSlot, frame);
      change(countSlot, true);
      for (let i = 0; i < field.length; i++) field[i] = product[i]! + relax * field[i]!;
      views.waves.set(field, at);
      gradient(slot, field, 0);
    },
    gradient: (slot, waveSlot) => gradient(slot, views.waves, 2 * waveSlot * modes * pixels),
    score(slot, countSlot, frame) {
      exitWaves(slot);
      propagate(field);
      measure(countSlot, frame);
    },
    align: (slot, x, y) => operator.align(views.gradients, 2 * slot * pixels, x, y),
    stepSums(slot, waveSlot, x, y, out, offset) {
      operator.sample(views.objectStep, x, y, stepPatch, 0);
      const place: SumPlace = { slot, waveSlot, out, offset };
      sums.steps(place, stepPatch);
    },
    curve(slot, countSlot, frame, x, y, out, offset) {
      exitWaves(slot);
      propagate(field);
      measure(countSlot, frame);
      operator.sample(views.objectStep, x, y, stepPatch, 0);
      const waves = field.slice();
      multiply(views.probe, stepPatch, 0, field, false);
      multiply(views.probeStep, views.patches, 2 * slot * pixels, field, true);
      propagate(field);
      let [slope, curvature] = [0, 0];
      for (let i = 0; i < pixels; i++) {
        const n = views.counts[countSlot * pixels + i]!;
        if (masked(n)) continue;
        let change1 = 0;
        for (let at = 2 * i; at < field.length; at += 2 * pixels) {
          change1 += waves[at]! * field[at]! + waves[at + 1]! * field[at + 1]!;
        }
        change1 *= 2 * views.scales[frame]!;
        const amplitude = settings.likelihood === "amplitude";
        const l = lambda[i]! + (amplitude ? 0 : floorOf(n, lambda[i]!));
        slope += change1 * (amplitude ? 1 - Math.sqrt(n / l) : (lambda[i]! - n) / l);
        // A wave far darker than its photons brightens by its square.
        const bend = amplitude ? 0.5 : Math.max(1, Math.sqrt(n / lambda[i]!) / 4);
        curvature += (bend * change1 * change1) / l;
      }
      out[offset] = slope;
      out[offset + 1] = curvature;
    },
    shiftSums(slot, waveSlot, out, offset) {
      sums.shifts({ slot, waveSlot, out, offset });
    },
    pie(countSlot, frame, x, y) {
      const { params, probe, patches } = views;
      const alpha = params[pieParam.alpha]!;
      const beta = params[pieParam.beta]!;
      const probeStep = params[pieParam.probeStep]!;
      const peak = gather(0, x, y);
      correct(0, 0, countSlot, frame);
      gradient(0, field, 0);
      const waves = views.waves;
      const floor = alpha * params[pieParam.probePeak]!;
      const objectStep = params[pieParam.objectStep]!;
      let probePeak = 0;
      for (let i = 0; i < 2 * pixels; i += 2) {
        let power = 0;
        let updated = 0;
        const or = patches[i]!;
        const oi = patches[i + 1]!;
        const weight = probeStep === 0 ? 0 : probeStep / ((1 - beta) * (or * or + oi * oi) + beta * peak);
        for (let p = i; p < 2 * modes * pixels; p += 2 * pixels) {
          power += probe[p]! ** 2 + probe[p + 1]! ** 2;
          if (weight !== 0) {
            const wr = waves[p]!;
            const wi = waves[p + 1]!;
            probe[p] = probe[p]! + weight * (or * wr + oi * wi);
            probe[p + 1] = probe[p + 1]! + weight * (or * wi - oi * wr);
          }
          updated += probe[p]! ** 2 + probe[p + 1]! ** 2;
        }
        probePeak = Math.max(probePeak, updated);
        const step = objectStep / ((1 - alpha) * power + floor);
        views.gradients[i] = views.gradients[i]! * step;
        views.gradients[i + 1] = views.gradients[i + 1]! * step;
      }
      params[pieParam.probePeak] = probePeak;
      operator.align(views.gradients, 0, x, y);
      operator.scatter(views.gradients, 0, views.object, { x, y, rowStart: 0, rowEnd: objectHeight });
    },
  };
}

/** The stored mark of a masked pixel. */
function markOf({ countType }: ScanShape): number {
  return { uint8: 255, uint16: 65535, float32: -1 }[countType];
}

function maskValue(shape: ScanShape): (n: number) => boolean {
  const mark = markOf(shape);
  return shape.countType === "float32" ? (n) => n < 0 : (n) => n === mark;
}
