// The arms a study can compare. Adding one: its line here.
// An `engine` arm runs an iterative engine, a `network` arm trains a model, the `null` arm is a flat object.

import type { Engine } from "../engines/engine.ts";
import { engines, type EngineName } from "../engines/registry.ts";
import { DoselapError } from "../errors.ts";
import { didYouMean } from "./design/nearest.ts";

export type ArmDescription =
  | { readonly kind: "engine"; readonly engine: EngineName; readonly title: string; readonly summary: string }
  | { readonly kind: "network"; readonly title: string; readonly summary: string }
  | { readonly kind: "null"; readonly title: string; readonly summary: string };

export const arms = {
  pinn: {
    kind: "network",
    title: "PINN",
    summary: "a network trained without truth, through the forward model of the scan",
  },
  supervised: {
    kind: "network",
    title: "Supervised",
    summary: "a network trained on pairs of diffraction pattern and true object patch",
  },
  ...engineArms(engines),
  null: {
    kind: "null",
    title: "Null",
    summary: "a flat object: the score that any method must beat",
  },
} as const satisfies { readonly [name: string]: ArmDescription };

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

/** "engine", "network" or "null"; undefined for a name that is no arm. */
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
