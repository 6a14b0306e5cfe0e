// A probe that was fitted is drawn back to its start where the frames do not tell the change from noise [ENGINE-035]: the
// estimator of constraints/shrinkage.ts on the change's spectrum, ring by ring, real and imaginary part alike. A change
// that is told as a whole stays whole. The object follows by one Newton step along the slope that the draw has changed:
//   ΔO = 2 (∇(O, P_drawn) − ∇(O, P))/(Σ|P|² + δ): of the two directions of a wave each photon tells one
// The frames have the last word, as in shrink.ts.

import {
  excessOf,
  ringsOf,
  ringSums,
  shrinkageOf,
  spectrumOf,
  type Rings,
  type RingSums,
  type Shrinkage,
} from "./constraints/shrinkage.ts";
import type { ScanRun } from "./scan-run.ts";
import { slack, slopeOfSum, stepAlong, withSlopes, type Slopes } from "./slopes.ts";

/** δ, as a fraction of the illumination's peak. */
const followFloor = 0.05;

/** Draws the probe, complex64 [K, N, N], to the start, and lets the object, complex64 [H, W], follow: in place.
 * @param support the constraint that the probe has met and a draw, which blurs, would break */
export function shrinkProbe(
  run: ScanRun,
  { object, probe }: { readonly object: Float32Array; readonly probe: Float32Array },
  start: Float32Array,
  support: (probe: Float32Array) => void,
): void {
  const found = probe.map((value, i) => value - start[i]!);
  support(found);
  if (found.some((value) => value !== 0)) withSlopes(run, draw);

  function draw(slopes: Slopes): void {
    const { objectSum, objectWeight, probeSum, probeWeight } = run.views;
    const { size, modes } = run.shape;
    const plane = 2 * size ** 2;
    const rings = ringsOf(size, size);
    const spectra = (image: Float32Array) =>
      Array.from({ length: modes }, (_, m) =>
        spectrumOf(image.subarray(m * plane, (m + 1) * plane), [1, 0], rings),
      );
    /** ⟨a, b⟩ in rings: the mean over modes and parts. */
    function meanSums(a: readonly Float64Array[], b: readonly Float64Array[]): Float64Array {
      const sums = new Float64Array(rings.radius.length);
      for (let m = 0; m < modes; m++) {
        for (const part of ringSums(rings, a[m]!, b[m]!)) {
          for (let r = 0; r < sums.length; r++) sums[r] = sums[r]! + part[r]! / (2 * modes);
        }
      }
      return sums;
    }

    slopes.ofBoth(object, probe);
    const before = slopes.deviance();
    const objectAsks = objectSum.slice();
    let bend = 0;
    for (let i = 0; i < found.length; i++) bend += 2 * probeWeight[(i % plane) >> 1]! * found[i]! ** 2;
    if (bend === 0) return;
    const whole = spectra(found);
    const residual = meanSums(whole, spectra(probeSum));
    const step = stepAlong(found.length, bend);
    slopes.ofBoth(
      object,
      probe.map((value, i) => value - step * found[i]!),
    );
    const there = meanSums(whole, spectra(probeSum));
    const bends = there.map((value, r) => (slopeOfSum * (value - residual[r]!)) / step);
    const claims = bends.map((value, r) => value + slopeOfSum * residual[r]!);
    const { gains, allowance } = judge(rings, claims, bends);
    const one = { ...rings, radius: Float64Array.of(0), pixels: Float64Array.of(size ** 2) };
    const told = judge(one, total(claims), total(bends)).gains[0][0]!;
    const kept = gains[0].map((gain) => Math.max(gain, told));

    const drawn = probe.slice();
    for (const [m, spectrum] of whole.entries()) {
      const excess = excessOf(rings, { gains: both(kept) }, spectrum);
      for (let i = 0; i < plane; i++) drawn[m * plane + i] = drawn[m * plane + i]! - excess[i]!;
    }
    support(drawn);
    slopes.ofObject(object, drawn);
    const floor = run.objectFloor(followFloor);
    const moved = object.map((value, i) => {
      const light = objectWeight[i >> 1]!;
      return light === 0 ? value : value + (2 * (objectSum[i]! - objectAsks[i]!)) / (light + floor);
    });
    if (slopes.devianceAt(moved, drawn) - before >= slack * modes * allowance) return;
    probe.set(drawn);
    object.set(moved);
  }
}

const both = (sums: Float64Array): RingSums => [sums, sums];
const total = (sums: Float64Array): Float64Array =>
  Float64Array.of(sums.reduce((sum, value) => sum + value, 0));

/** Gains of real and imaginary part together. What the fit has let through is read off the change alone. */
function judge(rings: Rings, claims: Float64Array, bends: Float64Array): Shrinkage {
  const unknown = new Float64Array(claims.length);
  return shrinkageOf(rings, 1, {
    claims: both(claims),
    bends: both(bends),
    energies: both(unknown),
    information: both(unknown),
  });
}
