// How much light passes each cell of the sample, from the counts of the frames alone, whatever the sample does to the phase:
//   n_j ∝ Σ |P|²T,
// solved for T ≥ 0 by the rounds of Richardson (1972, doi:10.1364/JOSA.62.000055) and Lucy (1974, doi:10.1086/111605). They keep
// the total, and find what is slow first: the few that are made leave noise and the finest detail alone.

import type { FrameSurvey } from "./counts.ts";
import type { Grid } from "./slow-grid.ts";

/** After one round T is blurred by the probe twice: an edge behind coma was a phase of 2.3 rad, after all it is .5 [ENGINE-073]. */
const rounds = 20;

/** Over its mean where the frames lie; 1 where no light falls. */
export function transmissionOf(
  frames: Int32Array,
  look: FrameSurvey,
  grid: Grid,
  scales: Float32Array | undefined,
): Float64Array {
  const { lit, behind, corner } = grid;
  const power = Float64Array.from(lit, (i) => grid.lens.power[i]!);
  const cells = grid.height * grid.width;
  // Plain loops: most of what the start costs beside its transforms.
  /** Σ |P|²v over the cells of a frame. */
  const seen = (frame: number, values: Float64Array): number => {
    const first = corner(frame);
    let light = 0;
    for (let k = 0; k < power.length; k++) light += power[k]! * values[first + behind[k]!]!;
    return light;
  };
  /** Σ_j |P|² v_j of each cell. */
  const gathered = (valueOf: (frame: number) => number): Float64Array => {
    const sums = new Float64Array(cells);
    for (const j of frames) {
      const [first, value] = [corner(j), valueOf(j)];
      for (let k = 0; k < power.length; k++)
        sums[first + behind[k]!] = sums[first + behind[k]!]! + power[k]! * value;
    }
    return sums;
  };
  const counts = look.frameCounts.map(
    (all, j) => Math.max(0, all - look.frameBackground[j]!) / (scales?.[j] ?? 1),
  );
  const total = frames.reduce((sum, j) => sum + counts[j]!, 0);
  const mean = total / frames.length / power.reduce((a, b) => a + b, 0);
  const light = gathered(() => 1);
  let passed = new Float64Array(cells).fill(1);
  for (let round = 0; round < rounds; round++) {
    const found = gathered((j) => {
      const expected = seen(j, passed);
      return expected > 0 ? counts[j]! / (mean * expected) : 0;
    });
    passed = passed.map((value, i) => (light[i]! > 0 ? (value * found[i]!) / light[i]! : 1));
  }
  return passed;
}
