// What an engine can do and what options it takes, as rows of text for help, docs and editors. Everything is read from the
// engine's schema and capabilities: there is no second list to keep.

import { z } from "zod";
import type { Capabilities, Engine } from "./engine.ts";
import { needsOf } from "./option-needs.ts";
import { keysOf } from "./options.ts";

export interface OptionRow {
  readonly name: string;
  /** Type and range: "integer in [1, 50]", "number > 0 or null". */
  readonly values: string;
  readonly default: unknown;
  readonly description: string;
  /** Without which it has no effect, and is refused. */
  readonly needs: readonly string[];
}

/** Headings and cells of the capability table. */
export const capabilityColumns = [
  ["modes", ({ probeModes }) => yes(probeModes)],
  ["probe update", ({ probeUpdate }) => yes(probeUpdate)],
  ["positions", ({ positionCorrection }) => yes(positionCorrection)],
  ["intensities", ({ floatIntensities }) => yes(floatIntensities)],
  ["priors", ({ priors }) => yes(priors)],
  ["parallel", ({ parallel }) => parallel],
  ["near field", ({ nearField }) => yes(nearField)],
  ["likelihoods", ({ likelihoods }) => likelihoods.join(", ")],
] as const satisfies readonly (readonly [string, (can: Capabilities) => string])[];

/** Constraints and schedules: headings, and the option without which an engine has none. */
const constraintOptions = [
  ["orthogonal modes", "orthogonalizeModes"],
  ["probe support", "probeSupportPx"],
  ["probe power", "constrainProbePower"],
  ["probe centred", "centerProbe"],
  ["amplitude limits", "amplitudeMax"],
  ["drift limit", "positionMaxDriftPx"],
  ["affine positions", "positionAffine"],
  ["steps shrink", "finalStepFraction"],
  ["mean of late epochs", "averageLast"],
  ["held-out frames", "heldOutFraction"],
] as const;

/** Headings and cells of the table of constraints. */
export const constraintColumns = constraintOptions.map(
  ([title, option]) => [title, (engine: Engine) => yes(keysOf(engine).includes(option))] as const,
);

function yes(can: boolean): string {
  return can ? "yes" : "no";
}

/** The engine's options as JSON Schema, draft 2020-12. */
export function optionSchema({ options }: Engine): z.core.JSONSchema.JSONSchema {
  // What may be given, not what parsing makes of it: an option with a default may be left out.
  return z.toJSONSchema(options, { io: "input" });
}

/** The engine's options, in the order of its schema. */
export function optionRows(engine: Engine): OptionRow[] {
  return Object.entries(optionSchema(engine).properties ?? {}).map(([name, schema]) => {
    const { default: start, description } = asSchema(schema);
    const [values, needs] = [valuesOf(asSchema(schema)), needsOf(name)];
    return { name, values, default: start, description: description ?? "", needs };
  });
}

/** What an option does and what it needs. */
export function toldOf({ description, needs }: OptionRow): string {
  return [description, ...needs.map((need) => `Needs ${need}.`)].join(" ");
}

type Schema = z.core.JSONSchema.BaseSchema;

function asSchema(schema: Schema | boolean): Schema {
  return typeof schema === "boolean" ? {} : schema;
}

function valuesOf(schema: Schema): string {
  if (schema.anyOf !== undefined) return schema.anyOf.map((one) => valuesOf(asSchema(one))).join(" or ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.join(" | ");
  switch (schema.type) {
    case "boolean":
      return "true | false";
    case "integer":
    case "number":
      return `${schema.type}${rangeOf(schema)}`;
    default:
      return String(schema.type);
  }
}

/** " in (0, 2]", " ≥ 0", or nothing. */
function rangeOf({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Schema): string {
  // A whole number above 0 is one of at least 1.
  const whole = type === "integer" && exclusiveMinimum !== undefined;
  const low = whole ? Number(exclusiveMinimum) + 1 : (minimum ?? exclusiveMinimum);
  const lowOpen = !whole && minimum === undefined;
  // zod writes the largest safe integer where no limit was set.
  const given = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const high = given ?? exclusiveMaximum;
  if (low !== undefined && high !== undefined) {
    return ` in ${lowOpen ? "(" : "["}${low}, ${high}${given === undefined ? ")" : "]"}`;
  }
  if (low !== undefined) return ` ${lowOpen ? ">" : "≥"} ${low}`;
  if (high !== undefined) return ` ${given === undefined ? "<" : "≤"} ${high}`;
  return "";
}
