// Options of the arms that are no engines, as a study file gives them below `methods`: networks, the gradient steps alone, and
// an engine that starts from a network's object. Adding an arm of these kinds: its schema here, its line in arms.ts.

import { z } from "zod";
import { pinnSteps } from "../nn/arms/group-arm.ts";
import { withInnerEngine, type InnerEngine } from "../nn/arms/inner-engine.ts";
import { correctedEngine } from "../nn/arms/scan-arm.ts";
import { networkArmNames, networkArms, type NetworkArmName } from "../nn/arms/registry.ts";

const steps = z.strictObject({
  steps: z
    .union([z.literal("auto"), z.number().int().min(1).max(1000)])
    .default("auto")
    .describe(
      "J: plain gradient steps on all frames. auto: as many as the study's pinn takes before its network, one at least.",
    ),
  damping: z
    .union([z.literal("auto"), z.number().min(0).max(1)])
    .default("auto")
    .describe("0: a pixel's step by its own illumination, 1: by the largest. auto: as the study's pinn."),
});

const best: InnerEngine = {
  engine: "lsqml",
  engineOptions: { fixProbe: true, epochs: 20, prior: "tv", priorWeight: "noise" },
};

const hybridShape = z.strictObject({
  network: z
    .enum(networkArmNames as [NetworkArmName, ...NetworkArmName[]])
    .default("pinn-scan")
    .describe("The network arm whose object is the start; it is trained because of this arm, too."),
  engine: z.string().default(best.engine).describe("Engine or chain that goes on from there."),
  engineOptions: z
    .record(z.string(), z.unknown())
    .default(best.engineOptions)
    .describe(
      "Options of that engine; when another engine than the default is named without, fixProbe alone.",
    ),
});
const hybrid = withInnerEngine(hybridShape, best);

/** Option schemas by arm. */
export const methods = {
  ...(Object.fromEntries(Object.entries(networkArms).map(([name, arm]) => [name, arm.options])) as {
    readonly [name in keyof typeof networkArms]: (typeof networkArms)[name]["options"];
  }),
  steps,
  hybrid,
} as const;
export type MethodName = keyof typeof methods;
export const methodNames = Object.keys(methods);

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}

/** Options of `steps` and `hybrid`, defaults filled in. By default `steps` does what the study's pinn begins with, so that what
 * lies between the two is the network's own share. */
export function stepsOptions(
  of: { readonly [method: string]: unknown },
  dosePhotons: number,
): { readonly steps: number; readonly damping: number } {
  const asked = steps.parse(of["steps"] ?? {});
  const pinn = pinnSteps(of["pinn"] ?? {}, dosePhotons);
  return {
    // A network may do without; this arm would be the flat object, which is an arm of its own.
    steps: asked.steps === "auto" ? Math.max(1, pinn.steps) : asked.steps,
    damping: asked.damping === "auto" ? pinn.damping : asked.damping,
  };
}

/** Engine or chain of the `chain` arm, and its options: what the study's pinn-scan corrects, so that a network is not credited
 * with what its engine does. */
export const chainOptions = (of: {
  readonly [method: string]: unknown;
}): ReturnType<typeof correctedEngine> => correctedEngine(of["pinn-scan"] ?? {});

export const hybridOptions = (given: unknown): z.infer<typeof hybrid> => hybrid.parse(given);
