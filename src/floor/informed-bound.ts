// Mean squared error and Fourier ring correlation of the bound with a known spectrum, from what its operator makes of random
// sign vectors (informed.ts).
// The error is tr(Π B U B Π)/n on the n compared pixels, Π taking out the gauge's freedoms: the mean of Π B z · Π B U z, measured
// relative to the same with uniform light, which is known exactly. A few slow waves hold most of it, so that one vector alone
// would scatter by several per cent.
// The correlation is that of the object as it is in the metrics' window, in the noise that leaves the share U unknown of a
// signal of density S: U = N/(S + N), N = S U/(1 − U).

import { expectedFrc } from "./expected-frc.ts";
import { powerAt, type Density } from "./density.ts";
import type { InformedAnswer } from "./informed.ts";
import { partOf, ringNoise, type Pair } from "./measures.ts";
import type { Field, Rings } from "./rings.ts";

export interface InformedBoundOptions {
  readonly rings: Rings;
  /** Freedoms of the gauge in this part. */
  readonly modes: readonly Field[];
  /** Of all compared pixels. */
  readonly density: Density;
  /** Power of the object by rings, in the rings' window. */
  readonly signal: Float64Array;
  /** Of white noise without the modes; Σ over each ring. */
  readonly white: Float64Array;
}

/** @param select amplitude (0) or phase (1). */
export function informedBound(
  answers: readonly InformedAnswer[],
  select: 0 | 1,
  { rings, modes, density, signal, white }: InformedBoundOptions,
): { readonly mse: number; readonly frc: (number | null)[] } {
  const part = (field: Field, without: readonly Field[] = []): Field => partOf(field, select, without);
  let [error, uniform, known] = [0, 0, 0];
  for (const { root, rootUnknown, rootUniform, uniformError } of answers) {
    error += dot(part(root, modes), part(rootUnknown, modes));
    uniform += dot(part(root), part(rootUniform));
    known += select === 0 ? uniformError.amplitude : uniformError.phase;
  }
  const pairs: Pair[] = answers.map(({ z, unknown }) => ({ z: part(z, modes), x: part(unknown, modes) }));
  const share = ringNoise(rings, pairs, white).map((power, r) =>
    Math.min(1, (power * rings.counts[r]!) / white[r]!),
  );
  const noise = share.map((unknown, r) => {
    const power = (powerAt(density, rings.frequency[r]!) * white[r]!) / rings.counts[r]!;
    return (power * unknown) / (1 - unknown);
  });
  return {
    mse: uniform > 0 ? ((known / answers.length) * error) / uniform : 0,
    frc: expectedFrc("truth", signal, noise),
  };
}

function dot(a: Field, b: Field): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
