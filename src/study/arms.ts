// The arms a study can compare. Adding one: its line here.
// An `engine` arm runs an iterative engine, a `network` arm trains a model, a `hybrid` arm runs an engine from a network's object,
// the `chain` arm the engine whose object a network corrects, a `baseline` arm computes without either, the `null` arm is a
// flat object.

import type { Engine } from "../engines/engine.ts";
import { engines, type EngineName } from "../engines/registry.ts";
import { DoselapError } from "../errors.ts";
import type { NetworkArm } from "../nn/arms/arm.ts";
import { networkArms, type NetworkArmName } from "../nn/arms/registry.ts";
import { didYouMean } from "./design/nearest.ts";

export type ArmDescription =
  | { readonly kind: "engine"; readonly engine: EngineName; readonly title: string; readonly summary: string }
  | {
      readonly kind: "network";
      readonly network: NetworkArmName;
      readonly title: string;
      readonly summary: string;
    }
  | { readonly kind: "hybrid"; readonly title: string; readonly summary: string }
  | { readonly kind: "chain"; readonly title: string; readonly summary: string }
  | {
      readonly kind: "baseline";
      readonly baseline: "steps" | "mean-pattern";
      readonly title: string;
      readonly summary: string;
    }
  | { readonly kind: "null"; readonly title: string; readonly summary: string };

export const arms = {
  ...networkArmsOf(networkArms),
  ...engineArms(engines),
  hybrid: {
    kind: "hybrid",
    title: "Hybrid",
    summary: "an engine that starts from a network's object",
  },
  chain: {
    kind: "chain",
    title: "Engine chain",
    summary: "the engine or chain whose object pinn-scan corrects, alone: what it gives without the network",
  },
  steps: {
    kind: "baseline",
    baseline: "steps",
    title: "Gradient steps",
    summary: "plain gradient steps alone: what a network's physics gives without the network",
  },
  "mean-pattern": {
    kind: "baseline",
    baseline: "mean-pattern",
    title: "Mean pattern",
    summary: "the object of the mean training frame at every position: what knowing the average gives",
  },
  null: {
    kind: "null",
    title: "Null",
    summary: "a flat object: the score that any method must beat",
  },
} as const satisfies { readonly [name: string]: ArmDescription };

/** Every network is an arm of its own name. */
function networkArmsOf<Names extends NetworkArmName>(registry: { readonly [name in Names]: NetworkArm }) {
  type Arm<Name> = {
    readonly kind: "network";
    readonly network: Name;
    readonly title: string;
    readonly summary: string;
  };
  return Object.fromEntries(
    Object.entries<NetworkArm>(registry).map(([network, { title, summary }]) => [
      network,
      { kind: "network", network, title, summary },
    ]),
  ) as { readonly [Name in Names]: Arm<Name> };
}

/** Every engine is an arm of its own name. */
function engineArms<Names extends string>(registry: { readonly [name in Names]: Engine }) {
  type EngineArm<Name> = {
    readonly kind: "engine";
    readonly engine: Name;
    readonly title: string;
    readonly summary: string;
  };
  return Object.fromEntries(
    Object.entries<Engine>(registry).map(([engine, { title, summary }]) => [
      engine,
      { kind: "engine", engine, title, summary },
    ]),
  ) as { readonly [Name in Names]: EngineArm<Name> };
}

export type ArmName = keyof typeof arms;
export const armNames = Object.keys(arms);

export function isArmName(name: string): name is ArmName {
  return Object.hasOwn(arms, name);
}

/** What an arm is; undefined for a name that is none. */
export function armOf(name: string): ArmDescription | undefined {
  return isArmName(name) ? arms[name] : undefined;
}

/** The kind of an arm; undefined for a name that is none. */
export function armKind(name: string): ArmDescription["kind"] | undefined {
  return armOf(name)?.kind;
}

/** What an arm is. @throws Usage for a name that is none, with the nearest valid one. */
export function armDefinition(name: string): ArmDescription {
  if (isArmName(name)) return arms[name];
  throw new DoselapError("Usage", `unknown arm "${name}"`, {
    expected: armNames.join(", "),
    hint: didYouMean(name, armNames),
  });
}
