// The floor is the inverse of the dense Fisher matrix seen through gauge and rings, follows the closed forms, and is reached by
// a maximum-likelihood fit.

import { describe, expect, test } from "vitest";
import {
  denseCovariance,
  denseFisher,
  denseScan,
  tinyScan,
  type TinyScan,
} from "../../test/support/dense-scan.ts";
import { flatImage } from "../array/ndarray.ts";
import { referenceBackend } from "../compute/reference.ts";
import { poisson } from "../math/random/poisson.ts";
import { createRng } from "../math/random/rng.ts";
import { cramerRaoFloor, type FloorOptions, type ObjectFloor } from "./floor.ts";
import { gaugeFreedoms } from "./freedoms.ts";

const side = 14;
const window = { x0: 2, y0: 2, x1: 12, y1: 12 };
const [span, pixels] = [10, 100];
const mask = new Uint8Array(pixels).fill(1);

function floorOf(scan: TinyScan, options: Partial<FloorOptions> & { background?: number } = {}): ObjectFloor {
  const { background = 0, ...rest } = options;
  const rules = {
    subPixel: "bilinear",
    backgroundPhotonsPerPx: background,
    backend: referenceBackend,
  } as const;
  return cramerRaoFloor({
    model: { ...scan, ...rules },
    window,
    mask,
    seed: 4,
    tolerance: 1e-6,
    mostIterations: 600,
    ...rest,
  });
}

/** Index of a window pixel's real part among the parameters. */
const parameterOf = (i: number): number => 2 * ((2 + Math.floor(i / span)) * side + 2 + (i % span));

/** Rows that turn δO on the window into amplitude or phase errors without the gauge's freedoms, [pixel][parameter]. */
function errorRows({ object }: TinyScan, part: "amplitude" | "phase"): Float64Array[] {
  const crop = flatImage(span, span);
  for (let i = 0; i < pixels; i++) {
    crop.data.set(object.data.subarray(parameterOf(i), parameterOf(i) + 2), 2 * i);
  }
  const modes = gaugeFreedoms(crop, mask)[part];
  const plain = Array.from({ length: pixels }, (_, i) => {
    const row = new Float64Array(object.data.length);
    const [re, im] = [crop.data[2 * i]!, crop.data[2 * i + 1]!];
    const a = Math.hypot(re, im);
    row.set(part === "amplitude" ? [re / a, im / a] : [-im / a / a, re / a / a], parameterOf(i));
    return row;
  });
  return plain.map((row, i) =>
    row.map((value, p) =>
      modes.reduce((rest, mode) => {
        let along = 0;
        for (let k = 0; k < pixels; k++) along += mode[2 * k]! * plain[k]![p]!;
        return rest - mode[2 * i]! * along;
      }, value),
    ),
  );
}

/** M C Mᵀ. */
function seenThrough(rows: readonly Float64Array[], covariance: readonly Float64Array[]): Float64Array[] {
  const half = rows.map((row) => {
    const out = new Float64Array(row.length);
    for (let p = 0; p < row.length; p++) {
      if (row[p] === 0) continue;
      for (let q = 0; q < row.length; q++) out[q] = out[q]! + row[p]! * covariance[p]![q]!;
    }
    return out;
  });
  return half.map((row) =>
    Float64Array.from(rows, (other) => other.reduce((sum, value, q) => sum + value * row[q]!, 0)),
  );
}

/** Mean over each ring of the variance of Σ hann (e − mean) e^{−2πikx/N}, frequency by frequency. */
function naiveRingNoise(error: readonly Float64Array[]): number[] {
  const hann = (t: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * t) / (span - 1));
  const weight = Float64Array.from({ length: pixels }, (_, i) => hann(i % span) * hann(Math.floor(i / span)));
  const rings = Array.from({ length: span / 2 }, () => [0, 0]);
  for (let ky = -span / 2; ky < span / 2; ky++) {
    for (let kx = -span / 2; kx < span / 2; kx++) {
      const ring = rings[Math.round(Math.hypot(kx, ky)) - 1];
      if (ring === undefined) continue;
      const row = [Math.cos, Math.sin].map((wave) => {
        const bare = Float64Array.from(weight, (w, i) => {
          return w * wave((2 * Math.PI * (kx * (i % span) + ky * Math.floor(i / span))) / span);
        });
        const lost = bare.reduce((sum, v) => sum + v, 0) / pixels;
        return bare.map((v) => v - lost);
      });
      for (const r of row) {
        for (let i = 0; i < pixels; i++) {
          for (let k = 0; k < pixels; k++) ring[0]! += r[i]! * r[k]! * error[i]![k]!;
        }
      }
      ring[1]!++;
    }
  }
  return rings.map(([sum, count]) => sum! / count!);
}

describe("against the dense matrix", () => {
  const scan = tinyScan({ side });
  const dense = denseScan(scan);
  const o = scan.object.data;
  const covariance = denseCovariance(denseFisher(dense.jacobian(o), dense.expected(o)), o);
  const floor = floorOf(scan, { vectors: 96 });

  test.each(["amplitude", "phase"] as const)("the error of the %s is the trace of the inverse", (part) => {
    const error = seenThrough(errorRows(scan, part), covariance);
    const wanted = error.reduce((sum, row, i) => sum + row[i]!, 0) / pixels;
    const { mse, mseStandardError } = floor[part];
    expect(mseStandardError).toBeLessThan(0.05 * wanted);
    expect(Math.abs(mse - wanted)).toBeLessThan(4 * mseStandardError);
  });

  test.each(["amplitude", "phase"] as const)(
    "noise power of the %s is the diagonal of its spectrum",
    (part) => {
      const wanted = naiveRingNoise(seenThrough(errorRows(scan, part), covariance));
      floor[part].noisePower.forEach((power, r) => {
        // 96 vectors on rings of at least 8 frequencies, 4 of them independent: 1/√384 at one sigma.
        expect(Math.abs(power / wanted[r]! - 1)).toBeLessThan(0.2);
      });
    },
  );

  test("a maximum-likelihood fit at this dose reaches it", () => {
    // Fisher scoring with the matrix at the truth, until the score is gone: 1e5 photons per frame.
    const start = Float64Array.from(o);
    const expected = dense.expected(o);
    const rng = createRng(7, "noise");
    const rounds = 30;
    const errors = { amplitude: [] as number[], phase: [] as number[] };
    const rows = { amplitude: errorRows(scan, "amplitude"), phase: errorRows(scan, "phase") };
    for (let round = 0; round < rounds; round++) {
      const counts = expected.map((value) => poisson(rng, value));
      const guess = start.slice();
      for (let step = 0; step < 4; step++) {
        const model = dense.expected(guess);
        const score = new Float64Array(guess.length);
        dense.jacobian(guess).forEach((row, q) => {
          const weight = counts[q]! / model[q]! - 1;
          for (let i = 0; i < row.length; i++) score[i] = score[i]! + weight * row[i]!;
        });
        covariance.forEach((row, i) => {
          guess[i] = guess[i]! + row.reduce((sum, value, k) => sum + value * score[k]!, 0);
        });
      }
      for (const part of ["amplitude", "phase"] as const) {
        const away = guess.map((value, i) => value - start[i]!);
        const error = rows[part].map((row) => row.reduce((sum, value, i) => sum + value * away[i]!, 0));
        errors[part].push(error.reduce((sum, value) => sum + value * value, 0) / pixels);
      }
    }
    for (const part of ["amplitude", "phase"] as const) {
      const mean = errors[part].reduce((sum, v) => sum + v, 0) / rounds;
      const spread = Math.sqrt(errors[part].reduce((sum, v) => sum + (v - mean) ** 2, 0) / (rounds - 1));
      const standardError = Math.hypot(spread / Math.sqrt(rounds), floor[part].mseStandardError);
      expect(Math.abs(mean - floor[part].mse)).toBeLessThan(4 * standardError);
    }
  });
});

test("in a dark field of a plane wave all noise is white: 1/(2n) for n photons on a pixel, less the gauge's freedoms", () => {
  const [size, photons] = [32, 800];
  const object = flatImage(size, size);
  const probe = { modes: 1, size, data: new Float32Array(2 * size * size) };
  for (let i = 0; i < size * size; i++) probe.data[2 * i] = Math.sqrt(photons);
  const positions = { x: Float64Array.of(16), y: Float64Array.of(16) };
  const floor = floorOf(
    { object, probe, positions },
    { window: { x0: 0, y0: 0, x1: size, y1: size }, mask: new Uint8Array(size * size).fill(1) },
  );
  const white = 1 / (2 * photons);
  // What is lost to scale, offset and ramp is a share of 1 to 3 in 1024, and chance of that order.
  expect(floor.amplitude.mse / white).toBeCloseTo(1, 2);
  expect(floor.phase.mse / white).toBeCloseTo(1, 2);
  // Σ hann² is 3(N − 1)/8 along each axis.
  const power = white * ((3 * (size - 1)) / 8) ** 2;
  for (const part of [floor.amplitude, floor.phase]) {
    part.noisePower.forEach((value, r) => {
      if (r >= 3) expect(value / power).toBeCloseTo(1, 2);
      expect(value).toBeLessThan(1.01 * power);
    });
    // A flat object has no signal: nothing is resolved.
    expect(part.crossings.frc50).toBe(0);
  }
});

describe("laws", () => {
  const scan = tinyScan({ side });
  const floor = floorOf(scan);
  const parts = ["amplitude", "phase"] as const;

  test("ten times the dose is a tenth of the noise, and a finer or equal resolution", () => {
    const brighter = floorOf(tinyScan({ side, dosePhotons: 1e6 }));
    for (const part of parts) {
      // float32 rounding, in dark pixels above all.
      expect((10 * brighter[part].mse) / floor[part].mse).toBeCloseTo(1, 3);
      expect((10 * brighter[part].noisePower[2]!) / floor[part].noisePower[2]!).toBeCloseTo(1, 3);
      brighter[part].frc.forEach((value, r) => expect(value!).toBeGreaterThan(floor[part].frc[r]!));
    }
  });

  test("more frames never raise it", () => {
    const fewer = floorOf(tinyScan({ side, offsets: [0, 3, 6] }));
    for (const part of parts) expect(floor[part].mse).toBeLessThan(fewer[part].mse);
  });

  test("a background never lowers it", () => {
    const foggy = floorOf(scan, { background: 20 });
    for (const part of parts) expect(foggy[part].mse).toBeGreaterThan(floor[part].mse);
  });

  test("stopping early errs downwards", () => {
    const early = floorOf(scan, { mostIterations: 8 });
    expect(early.converged).toBe(false);
    expect(floor.converged).toBe(true);
    for (const part of parts) expect(early[part].mse).toBeLessThan(floor[part].mse);
  });

  test("against an estimate that holds a share of the same photons only the rest is noise", () => {
    const shared = floorOf(scan, { referenceShare: 0.75 });
    for (const part of parts) {
      expect(shared[part].mse / floor[part].mse).toBeCloseTo(0.25, 12);
      expect(shared[part].noisePower[1]! / floor[part].noisePower[1]!).toBeCloseTo(0.25, 12);
    }
    const own = floorOf(scan, { referenceShare: 1 });
    expect(own.phase.mse).toBe(0);
    expect(own.phase.frc).toEqual(own.phase.frc.map(() => 1));
    expect(own.phase.crossings.frc50).toBeNull();
  });

  test("halves correlate less than the whole does with the object, and exist only where there is no truth", () => {
    expect(floor.halves).toBeNull();
    const { halves } = floorOf(scan, { referenceShare: 0 });
    expect(halves!.frequency).toEqual(floor.phase.frequency);
    halves!.frc.forEach((value) => expect(value!).toBeLessThan(1));
    const brighter = floorOf(tinyScan({ side, dosePhotons: 1e6 }), { referenceShare: 0 }).halves!;
    // Without the reference's own noise, 1/FRC − 1 is twice the noise over the signal: a tenth at ten times the dose.
    brighter.frc.forEach((value, r) => {
      expect((10 * (1 / value! - 1)) / (1 / halves!.frc[r]! - 1)).toBeCloseTo(1, 3);
    });
  });

  test("knowing the spectrum helps, the more the fewer the photons, and never below nothing", () => {
    // 60 vectors on 100 pixels: 1/√6000, 1.3 %.
    const [bright, dim] = [1e4, 100].map((dosePhotons) =>
      floorOf(tinyScan({ side, dosePhotons }), { vectors: 60 }),
    ) as [ObjectFloor, ObjectFloor];
    for (const part of parts) {
      const gain = ({ informed, mse }: ObjectFloor["phase"]): number => informed!.mse / mse;
      expect(gain(bright[part])).toBeLessThan(1);
      expect(gain(dim[part])).toBeLessThan(0.5 * gain(bright[part]));
      expect(dim[part].informed!.mse).toBeGreaterThan(bright[part].informed!.mse);
      dim[part].informed!.frc.forEach((value, r) => {
        expect(value!).toBeLessThan(bright[part].informed!.frc[r]!);
      });
    }
  });

  test("the same seed gives the same floor", () => {
    expect(floorOf(scan)).toEqual(floor);
  });
});

test("refuses an empty mask and one of another size, and stops when told to", () => {
  const scan = tinyScan({ side, offsets: [0, 3, 6] });
  expect(() => floorOf(scan, { mask: new Uint8Array(pixels) })).toThrow(/selects no pixel/);
  expect(() => floorOf(scan, { mask: new Uint8Array(7) })).toThrow(/expected 100 pixels/);
  expect(() => floorOf(scan, { signal: AbortSignal.abort() })).toThrow(/was stopped/);
});
