// What training jobs would refuse, as far as counts tell it before there is a scan: groups too few to train and to choose the
// epoch by, and a warm-up as long as the training. How many groups choose, only the scan tells: the jobs ask again.

import { DoselapError } from "../errors.ts";
import { scheduleOf } from "../nn/arms/options.ts";
import { isNetworkArm, networkArms, type NetworkArmName } from "../nn/arms/registry.ts";
import { epochsOf, stepsPerEpoch } from "../nn/training/rate-course.ts";
import type { StudyDesign } from "./design/schema.ts";
import type { PlannedView } from "./plan-types.ts";
import { trainedArms } from "./training/build.ts";
import { skippedByDesign } from "./training/skipped-by-design.ts";

/** @throws Design naming the field of the study that makes a training impossible. */
export function checkTraining(design: StudyDesign, view: PlannedView): void {
  const groups = groupsOf(design, view);
  for (const arm of trainedArms(design)) {
    if (!isNetworkArm(arm) || skippedByDesign(arm, design) !== undefined) continue;
    checkGroupCount(arm, groups, { design, view });
    checkWarmUp(arm, groups, { design, view });
  }
}

interface Where {
  readonly design: StudyDesign;
  readonly view: PlannedView;
}

/** Groups that training gets, as views/grouping.ts makes them: a frame alone makes one group only. */
function groupsOf({ training }: StudyDesign, { gridsize, framesTrain }: PlannedView): number {
  const { subsampleCount, groupCount } = training;
  const kept = subsampleCount ?? framesTrain;
  return gridsize === 1 ? Math.min(groupCount ?? kept, kept) : (groupCount ?? kept);
}

function checkGroupCount(arm: NetworkArmName, groups: number, { design, view }: Where): void {
  const { leastGroups } = networkArms[arm];
  if (groups >= leastGroups) return;
  const { groupCount, subsampleCount } = design.training;
  const key =
    groupCount === groups
      ? "training.groupCount"
      : subsampleCount === groups
        ? "training.subsampleCount"
        : `views.${view.view}`;
  throw new DoselapError("Design", `too few groups for ${arm}: some train, others choose the epoch`, {
    key,
    expected: `at least ${leastGroups} groups`,
    got: `${groups} group${groups === 1 ? "" : "s"} in view ${view.view}`,
    hint: "Keep more frames, or leave that arm out.",
  });
}

function checkWarmUp(arm: NetworkArmName, groups: number, { design, view }: Where): void {
  const { training, methods } = design;
  const network = networkArms[arm];
  const options = network.options.parse(methods[arm] ?? {});
  const schedule = scheduleOf(options, training);
  const { warmUpSteps, leastSteps } = options;
  const epoch = { ...schedule, items: { length: network.mostItems(groups, options) } };
  const epochs = epochsOf({ ...schedule, leastSteps }, epoch);
  const each = stepsPerEpoch(epoch);
  if (warmUpSteps === null || warmUpSteps < epochs * each) return;
  throw new DoselapError("Design", "the learning rate would rise to the end", {
    key: `methods.${arm}.warmUpSteps`,
    expected: `fewer than ${epochs * each}: ${epochs} epochs of at most ${each} steps in view ${view.view}`,
    got: String(warmUpSteps),
    hint: "Lower it, or raise epochs or leastSteps.",
  });
}
