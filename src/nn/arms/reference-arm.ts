// The earlier study's network as an arm, with the settings that it was trained with where they are not the study's: its claim
// is tested on the same frames, probe and photons as every other arm.

import { z } from "zod";
import { applyToGroups, groupInferenceModel } from "../inference/apply-groups.ts";
import { referenceNetwork, referenceWidths, type ReferenceNetwork } from "../models/reference-network.ts";
import { fit } from "../training/fit.ts";
import { canvasShape } from "../training/groups.ts";
import { referenceLesson } from "../training/reference-lesson.ts";
import { leastGroups } from "../training/split-groups.ts";
import { defineArm, fitContext, maskFact, type ArmTask, type NetworkFacts } from "./arm.ts";
import { frameFlops, plannedCanvas, referenceFlops } from "./cost.ts";
import { trainingShape } from "./options.ts";

const options = z.strictObject({
  ...trainingShape,
  batchSize: trainingShape.batchSize.default(16),
  learningRate: trainingShape.learningRate.default(1e-3),
  // Plain Adam: no decay, no clip that a finite gradient would meet, and the last weights, not their mean.
  weightDecay: trainingShape.weightDecay.default(0),
  clipNorm: trainingShape.clipNorm.default(1e9),
  average: trainingShape.average.default(0),
});
type Options = z.infer<typeof options>;

function factsOf(task: ArmTask): NetworkFacts {
  const { problem, groups, dosePhotons } = task;
  const { size, probeModes, positions } = problem;
  const { canvasPx } = canvasShape(positions, groups, { sizePx: size, windowPx: size, multiple: 1 });
  const { groupSize } = groups;
  // The whole canvas is solved.
  return {
    sizePx: size,
    groupSize,
    probeModes,
    dosePhotons,
    canvasPx,
    regionPx: canvasPx,
    ...maskFact(task),
  };
}

function configOf({ sizePx, groupSize, canvasPx, masked }: NetworkFacts) {
  return { sizePx, framesPerGroup: groupSize, canvasPx, widths: referenceWidths(sizePx), masked };
}

function networkOf(facts: NetworkFacts): ReferenceNetwork {
  return referenceNetwork(configOf(facts));
}

export const pinnReference = defineArm<Options>({
  name: "pinn-reference",
  title: "PINN, reference",
  summary:
    "the earlier study's network: frames in, object out, without skip connections or physics in its input",
  cites: ["10.1038/s41598-023-48351-7"],
  options,
  needsLabels: false,
  infersGroups: true,
  leastGroups,
  mostItems: (groups) => groups,
  async train(task, rule, { schedule, ...context }) {
    const facts = factsOf(task);
    const { batchSize } = schedule;
    const { validationFraction } = rule;
    const lesson = referenceLesson(
      task,
      task.groups,
      { model: configOf(facts), batchSize, validationFraction },
      context,
    );
    return { fit: await fit(lesson, { ...rule, ...schedule }, fitContext(context, facts)), facts };
  },
  infer: async (task, { parameters, facts }, context) => ({
    object: await applyToGroups(task, task.groups, {
      ...context,
      network: {
        shape: facts,
        windowPx: facts.sizePx,
        multiple: 1,
        on: (shape) => networkOf({ ...facts, ...shape }),
      },
      parameters,
      groupsPerBatch: 4,
    }),
    probe: task.problem.probe,
  }),
  cost(scan) {
    const { sizePx, groupSize, probeModes, items, scoredFrames } = scan;
    const { canvasPx } = plannedCanvas(scan, 0);
    const config = { sizePx, framesPerGroup: groupSize, canvasPx, widths: referenceWidths(sizePx) };
    const forward = referenceFlops(config.widths, scan);
    const compared = groupSize * frameFlops({ sizePx, probeModes, canvasPx });
    const { specs } = referenceNetwork(config);
    return {
      parameters: specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0),
      epochFlops: items * 3 * (forward + compared),
      inferenceFlops: scoredFrames * forward,
    };
  },
  model: ({ parameters, facts }) =>
    groupInferenceModel(networkOf(facts), parameters, { groups: 1, probeModes: facts.probeModes }),
});
