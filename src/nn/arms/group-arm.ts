// The arms on groups of C = gridsize² frames, each group on its own canvas: the physics-informed network, and its supervised
// rival with the same inputs, backbone, C, J and K, whose teacher is the true object.

import { z } from "zod";
import { groupInferenceModel, applyToGroups } from "../inference/apply-groups.ts";
import { groupChannels, groupModel, type GroupModelConfig } from "../models/group-model.ts";
import { trainedProbe } from "../models/trained-probe.ts";
import { stepsAtDose } from "../physics/gradient-steps.ts";
import { fit } from "../training/fit.ts";
import { groupLesson } from "../training/group-lesson.ts";
import { canvasShape, probeWindowPx } from "../training/groups.ts";
import { leastGroups } from "../training/split-groups.ts";
import { defineArm, fitContext, maskFact, type ArmTask, type NetworkArm, type NetworkFacts } from "./arm.ts";
import { plannedCanvas, pullFlops, unetFlops, unetParameters } from "./cost.ts";
import { commonShape } from "./options.ts";

const options = z.strictObject({
  ...commonShape,
  steps: z
    .union([z.literal("auto"), z.number().int().min(0).max(100)])
    .default("auto")
    .describe(
      "J: plain gradient steps before the first network. auto: 8 from 5,000 photons up, else 3: more fit the noise.",
    ),
  stages: z.number().int().min(1).max(4).default(1).describe("K: networks, each with weights of its own."),
  damping: z
    .union([z.literal("auto"), z.number().min(0).max(1)])
    .default("auto")
    .describe(
      "0: a pixel's step by its own illumination, 1: by the largest. auto: 0.3 from 30,000 photons up, else 1.",
    ),
  output: z
    .enum(["additive", "polar"])
    .default("additive")
    .describe("additive: corrections of amplitude and phase. polar: bounded amplitude and phase."),
  probe: z
    .enum(["fixed", "trained"])
    .default("fixed")
    .describe("trained: the probe, all modes of it, is a parameter that starts at the scan's."),
  seenShare: z
    .number()
    .gt(0)
    .max(1)
    .default(0.7)
    .describe(
      "Share of the photons that the input sees while training; the loss compares with the others. 1: with all.",
    ),
});
/** Labels leave nothing to choose: their distance is the loss. */
const labelOptions = options.omit({ loss: true });
type Options = z.infer<typeof labelOptions> & Partial<Pick<z.infer<typeof options>, "loss">>;

/** Photons per frame from which a pixel's own illumination steers its step; below, that amplifies noise. */
const brightPhotons = 3e4;

/** J and a at a dose, "auto" resolved. */
export function stepsRule(
  { steps, damping }: Pick<Options, "steps" | "damping">,
  dosePhotons: number,
): { readonly steps: number; readonly damping: number } {
  return {
    steps: stepsAt(steps, dosePhotons),
    damping: damping === "auto" ? (dosePhotons >= brightPhotons ? 0.3 : 1) : damping,
  };
}

/** What the study's pinn begins with: J and a of its options. */
export function pinnSteps(given: unknown, dosePhotons: number): ReturnType<typeof stepsRule> {
  return stepsRule(options.parse(given), dosePhotons);
}

const stepsAt = (steps: Options["steps"], dosePhotons: number): number =>
  steps === "auto" ? stepsAtDose(dosePhotons, 8) : steps;

/** What a canvas depends on besides the places of the frames. */
function windowOf({ problem: { probe, size } }: ArmTask, { widths }: Options) {
  return { sizePx: size, windowPx: probeWindowPx(probe, size), multiple: 2 ** widths.length };
}

function factsOf(task: ArmTask, options: Options): NetworkFacts {
  const { problem, groups, dosePhotons } = task;
  const { size, probeModes, positions } = problem;
  const canvas = canvasShape(positions, groups, windowOf(task, options));
  return { sizePx: size, groupSize: groups.groupSize, probeModes, dosePhotons, ...canvas, ...maskFact(task) };
}

function modelOf(
  { sizePx, groupSize, probeModes, dosePhotons, canvasPx, regionPx, masked }: NetworkFacts,
  { steps, stages, damping, output, probe, widths }: Options,
): GroupModelConfig {
  return {
    sizePx,
    framesPerGroup: groupSize,
    canvasPx,
    regionPx,
    ...stepsRule({ steps, damping }, dosePhotons),
    stages,
    output,
    widths,
    trainedProbeModes: probe === "trained" ? probeModes : 0,
    masked,
  };
}

function groupArm(
  teacher: "measurement" | "labels",
  about: Pick<NetworkArm, "name" | "title" | "summary" | "cites">,
): NetworkArm {
  return defineArm<Options>({
    ...about,
    options: teacher === "labels" ? labelOptions : options,
    needsLabels: teacher === "labels",
    infersGroups: true,
    leastGroups,
    mostItems: (groups) => groups,
    async train(task, rule, { schedule, ...context }) {
      const facts = factsOf(task, rule);
      const model = modelOf(facts, rule);
      const { batchSize } = schedule;
      const { loss = "poisson", seenShare, validationFraction } = rule;
      const chosen = { loss, seenShare, validationFraction, model, teacher, batchSize };
      const lesson = groupLesson(task, task.groups, chosen, context);
      return { fit: await fit(lesson, { ...rule, ...schedule }, fitContext(context, facts)), facts };
    },
    infer: async (task, { options: rule, parameters, facts }, context) => ({
      object: await applyToGroups(task, task.groups, {
        ...context,
        network: {
          ...windowOf(task, rule),
          shape: facts,
          // Which pixels measured nothing is the scan's own.
          on: (shape) => groupModel(modelOf({ ...facts, ...shape, masked: maskFact(task).masked }, rule)),
        },
        parameters,
        groupsPerBatch: 4,
      }),
      probe: trainedProbe(task.problem.probe, parameters, { ...facts, dosePhotons: task.dosePhotons }),
    }),
    cost: (scan, { steps: asked, stages, widths }) => {
      const steps = stepsAt(asked, scan.dosePhotons);
      const { sizePx, probeModes, groupSize } = scan;
      const { regionPx } = plannedCanvas(scan, widths.length);
      const shape = { ...groupChannels, widths };
      const pull = groupSize * pullFlops({ sizePx, probeModes, canvasPx: regionPx });
      const compared = teacher === "labels" ? 0 : pull / 2;
      const net = unetFlops(shape, regionPx);
      // The pull of the first stage is the last of the steps: nothing before it is trained.
      const epoch = pull * (steps + 1) + 3 * (pull * (stages - 1) + stages * (net + compared));
      return {
        parameters: stages * unetParameters(shape),
        epochFlops: scan.items * epoch,
        inferenceFlops: scan.scoredFrames * (pull * (steps + stages) + stages * net),
      };
    },
    model: ({ options: rule, parameters, facts }) =>
      groupInferenceModel(groupModel(modelOf(facts, rule)), parameters, {
        groups: 1,
        probeModes: facts.probeModes,
      }),
  });
}

export const pinn = groupArm("measurement", {
  name: "pinn",
  title: "PINN",
  summary: "a network on groups of frames, trained without truth through the forward model of the scan",
  cites: ["10.1038/s41598-023-48351-7", "10.1109/TMI.2018.2799231"],
});

export const supervised = groupArm("labels", {
  name: "supervised",
  title: "Supervised",
  summary: "the same network trained on the true object instead: simulated studies only",
  cites: ["10.1063/5.0013065", "10.1109/TMI.2018.2799231"],
});
