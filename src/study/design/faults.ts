// What a schema has to say about a value, as faults: with the value that was there and, for a name that is none,
// the nearest valid one.

import { z } from "zod";
import { didYouMean } from "./nearest.ts";

type Path = readonly (string | number)[];

/** One unmet rule: which field, what was required, what was there. */
export interface Fault {
  readonly path: readonly (string | number)[];
  readonly rule: string;
  /** The value, as JSON. Absent when the field itself is the fault. */
  readonly got?: unknown;
  readonly finding?: string;
  /** "Did you mean …?" */
  readonly hint?: string | undefined;
}

/** The issues of a failed parse, one fault per field. `prefix` is where the value stands in the whole design. */
export function shapeFaults(
  error: z.ZodError,
  schema: z.ZodType,
  value: unknown,
  prefix: Path = [],
): Fault[] {
  return error.issues.flatMap((issue): Fault[] => {
    const inside = issue.path.filter((step) => typeof step !== "symbol");
    const path = [...prefix, ...inside];
    const got = valueAt(value, inside);
    if (got === undefined && issue.code !== "unrecognized_keys") {
      const values = issue.code === "invalid_value" ? `; ${oneOf(issue.values)}` : "";
      return [{ path, rule: `is missing${values}` }];
    }
    switch (issue.code) {
      case "unrecognized_keys": {
        const known = keysAt(schema, value, inside);
        return issue.keys.map((key) => ({
          path: [...path, key],
          rule: "no such key",
          hint: didYouMean(key, known),
        }));
      }
      case "invalid_key":
        return [{ path, rule: "must be lower case letters, digits and hyphens" }];
      case "invalid_value":
        return [{ path, rule: oneOf(issue.values), got, hint: nearestOf(got, issue.values) }];
      case "invalid_union": {
        const names = "options" in issue && Array.isArray(issue.options) ? issue.options : [];
        if (names.length === 0) return [{ path, rule: unionText(issue.errors), got }];
        return [{ path, rule: oneOf(names), got, hint: nearestOf(got, names) }];
      }
      case "custom":
        return [{ path, rule: issue.message, got, hint: hintOf(issue.params) }];
      default:
        return [{ path, rule: plain(issue.message), got }];
    }
  });
}

/** The way out, where a rule over several options of a schema tells one. */
function hintOf(params: { readonly [name: string]: unknown } | undefined): string | undefined {
  const hint = params?.["hint"];
  return typeof hint === "string" ? hint : undefined;
}

function oneOf(values: readonly unknown[]): string {
  const text = values.map((value) => JSON.stringify(value)).join(", ");
  return values.length === 1 ? `must be ${text}` : `must be one of ${text}`;
}

function nearestOf(got: unknown, values: readonly unknown[]): string | undefined {
  const names = values.filter((value) => typeof value === "string");
  return typeof got === "string" ? didYouMean(got, names) : undefined;
}

/** "must be 1 or must be 2": what each alternative of a union asks for. */
function unionText(alternatives: readonly (readonly { readonly message: string }[])[]): string {
  const each = alternatives.flatMap((issues) => issues.map((issue) => plain(issue.message)));
  return [...new Set(each)].join(", or ");
}

/** zod's message without its "Invalid input: " head. */
function plain(message: string): string {
  return message.replace(/^Invalid [a-z]+: /u, "");
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, step) => (isRecord(at) ? at[step] : undefined), value);
}

function isRecord(value: unknown): value is { readonly [key: string | number]: unknown } {
  return typeof value === "object" && value !== null;
}

/** The keys the schema knows at that path of the value. */
function keysAt(schema: unknown, value: unknown, path: Path): string[] {
  const bare = alternative(schema, value);
  const [step, ...rest] = path;
  if (step === undefined) return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
  const below = isRecord(value) ? value[step] : undefined;
  if (bare instanceof z.ZodObject) return keysAt(bare.shape[step], below, rest);
  if (bare instanceof z.ZodRecord) return keysAt(bare.valueType, below, rest);
  if (bare instanceof z.ZodArray) return keysAt(bare.element, below, rest);
  return [];
}

/** The schema under null, optional, default and a step before it, and of a union on `kind` the member that fits the value. */
function alternative(schema: unknown, value: unknown): unknown {
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) {
    return alternative(schema.unwrap(), value);
  }
  if (schema instanceof z.ZodPipe) return alternative(schema.out, value);
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const { discriminator } = schema.def;
    return schema.options.find((option: unknown) => {
      if (!(option instanceof z.ZodObject) || !isRecord(value)) return false;
      const tag: unknown = option.shape[discriminator];
      return tag instanceof z.ZodType && tag.safeParse(value[discriminator]).success;
    });
  }
  return schema;
}
