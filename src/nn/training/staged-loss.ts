// The loss of a network in stages: the last one's, and a share of each earlier one's. What is reported and compared with levels,
// which have one stage, is the last one's alone (NN-012).

import type { Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { scale } from "../ops/unary.ts";
import type { Lesson } from "./fit.ts";

const earlierShare = 0.3;

/** @param staged one number for each stage, in their order. */
export function stagedLoss(staged: readonly Tensor[]): Pick<Lesson, "loss" | "judged"> {
  const judged = staged.at(-1)!;
  const loss = staged.slice(0, -1).reduce((sum, earlier) => add(sum, scale(earlier, earlierShare)), judged);
  return { loss, judged };
}
