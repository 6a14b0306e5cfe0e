// What training minimises. Measurement losses compare expected counts λ = dose·I + background with counts n, mean over all
// pixels, and need not know the object.
//   anscombe  (√(λ+⅜) − √(n+⅜))²   variance-stabilised: every pixel weighs alike. Anscombe 1948, doi:10.1093/biomet/35.3-4.246
//             On average it is lowest below the true mean, by the variance of the root: ¼ count, less in the dark
//   poisson   λ − (n+ε) ln(λ+ε)    the negative log likelihood, without the term that no object changes. ε keeps its slope
//             (λ−n)/(λ+ε) finite in the dark; because it stands in both places the true object is the lowest on average
// The label loss is gauge-free: min over one global phase of Σw|O e^{iα} − T|² / Σw|T|² per canvas, because frames do not
// tell the phase that the label happens to have.

import { measuredPixels } from "../../engines/counts.ts";
import { constant, type Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { divide } from "../ops/divide.ts";
import { expand, sum } from "../ops/expand.ts";
import { mean as meanOver } from "../ops/mean.ts";
import { multiply } from "../ops/multiply.ts";
import { subtract } from "../ops/subtract.ts";
import { log, offset, scale, sqrt, square } from "../ops/unary.ts";
import { conjugateProduct, intensity, type Field } from "./field.ts";

export type MeasurementLoss = "anscombe" | "poisson";

/** ε, counts per pixel. */
const darkCounts = 0.05;

/** λ of model intensities I. */
export function expectedCounts(
  modelIntensity: Tensor,
  { dosePhotons, backgroundPhotonsPerPx }: { dosePhotons: number; backgroundPhotonsPerPx: number },
): Tensor {
  return offset(scale(modelIntensity, dosePhotons), backgroundPhotonsPerPx);
}

/** One number, shape [1, 1, 1], of λ and n, both [F, N, N]: the mean over all pixels but those of the `mask` [N, N]. */
export function measurementLoss(
  kind: MeasurementLoss,
  expected: Tensor,
  counts: Tensor,
  mask?: Uint8Array,
): Tensor {
  const each =
    kind === "anscombe"
      ? square(subtract(sqrt(offset(expected, 3 / 8)), sqrt(offset(counts, 3 / 8))))
      : subtract(expected, multiply(offset(counts, darkCounts), log(offset(expected, darkCounts))));
  return mean(mask === undefined ? each : multiply(each, expand(weights(mask, each.shape), each.shape)));
}

/** 0 in masked pixels, and in the others what makes a mean over all pixels one over these, [1, N, N]. */
function weights(mask: Uint8Array, [, rows, columns]: readonly number[]): Tensor {
  const measured = measuredPixels(rows!, mask);
  return constant(
    [1, rows!, columns!],
    Array.from(mask, (masked) => (masked === 0 ? mask.length / measured : 0)),
  );
}

/** One number, shape [1, 1, 1]; `weight` [B, S, S], object and truth [B, S, S]. */
export function labelLoss(object: Field, truth: Field, weight: Tensor): Tensor {
  const over = (field: Tensor): Tensor => sum(multiply(weight, field), [1, 2]);
  const own = over(intensity(object));
  const wanted = over(intensity(truth));
  const both = conjugateProduct(object, truth);
  const common = sqrt(offset(add(square(over(both.re)), square(over(both.im))), 1e-12));
  return mean(divide(subtract(add(own, wanted), scale(common, 2)), wanted));
}

function mean(tensor: Tensor): Tensor {
  return meanOver(
    tensor,
    tensor.shape.map((_, axis) => axis),
  );
}
