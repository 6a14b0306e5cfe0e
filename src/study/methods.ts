// Options of the arms that are no engines, as a study file gives them below `methods`: networks, the gradient steps alone, and
// an engine that starts from a network's object. Adding an arm of these kinds: its schema here, its line in arms.ts.

import { z } from "zod";
import { stepsAtDose } from "../nn/physics/gradient-steps.ts";
import { networkArmNames, networkArms, type NetworkArmName } from "../nn/arms/registry.ts";

const steps = z.strictObject({
  steps: z
    .union([z.literal("auto"), z.number().int().min(1).max(1000)])
    .default("auto")
    .describe(
      "J: plain gradient steps on all frames. auto: 12 from 5,000 photons up, else 1: more fit the noise.",
    ),
  damping: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("0: a pixel's step by its own illumination, 1: by the largest."),
});

const hybrid = z.strictObject({
  network: z
    .enum(networkArmNames as [NetworkArmName, ...NetworkArmName[]])
    .default("pinn-scan")
    .describe("The network arm whose object is the start; it is trained because of this arm, too."),
  engine: z.string().default("rpie").describe("Engine or chain that goes on from there."),
  engineOptions: z
    .record(z.string(), z.unknown())
    .default({ fixProbe: true, epochs: 20, prior: "tv", priorWeight: "noise" })
    .describe("Options of that engine."),
});

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

/** Options of `steps` and `hybrid`, defaults filled in. */
export function stepsOptions(
  given: unknown,
  dosePhotons: number,
): { readonly steps: number; readonly damping: number } {
  const { steps: asked, damping } = steps.parse(given);
  return { steps: asked === "auto" ? stepsAtDose(dosePhotons, 12) : asked, damping };
}
export const hybridOptions = (given: unknown): z.infer<typeof hybrid> => hybrid.parse(given);
