// From any value to a design, or to one error that names everything that is wrong with it.

import { engines } from "../../engines/registry.ts";
import { DoselapError, valueText } from "../../errors.ts";
import { armOf } from "../arms.ts";
import { hybridOptions, methods } from "../methods.ts";
import { shapeFaults, type Fault } from "./faults.ts";
import { ruleFaults } from "./rules.ts";
import { designSchema, type MeasuredDesign, type StudyDesign } from "./schema.ts";

export interface CheckOptions {
  /** File the value was read from, for messages. */
  readonly file?: string | undefined;
  /** "12:3", where the file says what stands at a path. */
  readonly locate?: ((path: readonly (string | number)[]) => string | undefined) | undefined;
}

/** The value as a resolved design: engine options have their defaults filled in, every engine arm has its engine, and
 * the views stand in a fixed order (gridsize, then falling overlap, then name), so that order never changes a result.
 * @throws Design naming field, rule and value of every rule that is not met. */
export function checkDesign(value: unknown, options: CheckOptions = {}): StudyDesign {
  const parsed = designSchema.safeParse(value);
  const shape = parsed.success ? [] : shapeFaults(parsed.error, designSchema, value);
  const named = new Set(shape.map(({ path }) => path.join(".")));
  const faults = [...shape, ...ruleFaults(value).filter(({ path }) => !named.has(path.join(".")))];
  if (!parsed.success || faults.length > 0) throw designError(faults, options);
  return resolved(parsed.data);
}

function designError(faults: readonly Fault[], { file, locate }: CheckOptions): DoselapError {
  const findings = new Set(faults.flatMap(({ finding }) => finding ?? []));
  const finding = findings.size === 0 ? undefined : [...findings].join(", ");
  const first = faults[0]!;
  const place = (fault: Fault): string | undefined => {
    const at = locate?.(fault.path);
    return at === undefined ? file : `${file ?? ""}:${at}`;
  };
  if (faults.length === 1) {
    const { path, rule, got, hint } = first;
    return new DoselapError("Design", rule, {
      file: place(first),
      key: keyText(path),
      got: shown(got),
      finding,
      hint,
    });
  }
  const lines = faults.map((fault) => {
    const at = locate?.(fault.path);
    const found = fault.got === undefined ? "" : `; got ${shown(fault.got)}`;
    const hint = fault.hint === undefined ? "" : `. ${fault.hint}`;
    return `\n  ${at === undefined ? "" : `${at} `}${keyText(fault.path) ?? "design"}: ${fault.rule}${found}${hint}`;
  });
  const text = `${faults.length} rules are not met:${lines.join("")}\n  docs/study-file.md describes every field`;
  return new DoselapError("Design", text, { file, finding });
}

function keyText(path: Fault["path"]): string | undefined {
  return path.length === 0 ? undefined : path.join(".");
}

function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = valueText(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}

function resolved(design: StudyDesign): StudyDesign {
  const common = { engines: resolvedEngines(design), methods: resolvedMethods(design) };
  return design.kind === "simulated"
    ? { ...design, ...common, views: inOrder(design.views) }
    : { ...withoutEmptyPrepare(design), ...common, views: inOrder(design.views) };
}

/** An empty section says nothing: the design is the same, and has the same hash, as without it. */
function withoutEmptyPrepare({ prepare, ...design }: MeasuredDesign): MeasuredDesign {
  return prepare === undefined || Object.keys(prepare).length === 0 ? design : { ...design, prepare };
}

/** Options with every default filled in, for the engines that are named and those that the arms need. */
function resolvedEngines(design: StudyDesign): StudyDesign["engines"] {
  const needed = design.arms.flatMap((name) => {
    const arm = armOf(name);
    return arm?.kind === "engine" ? [arm.engine] : [];
  });
  const all: StudyDesign["engines"] = {
    ...Object.fromEntries(needed.map((name) => [name, {}])),
    ...design.engines,
  };
  return Object.fromEntries(
    Object.entries(engines)
      .filter(([name]) => all[name] !== undefined)
      .map(([name, engine]) => [name, { ...engine.options.parse(all[name]) }]),
  );
}

/** The same for the arms that are no engines; a hybrid arm needs its network's. */
function resolvedMethods({ arms, methods: given }: StudyDesign): StudyDesign["methods"] {
  const needed = new Set([...arms, ...Object.keys(given)]);
  if (needed.has("hybrid")) needed.add(hybridOptions(given["hybrid"] ?? {}).network);
  return Object.fromEntries(
    Object.entries(methods)
      .filter(([name]) => needed.has(name))
      .map(([name, schema]) => [name, { ...schema.parse(given[name] ?? {}) }]),
  );
}

function inOrder<View extends { readonly gridsize: number; readonly overlap: number | null }>(views: {
  readonly [name: string]: View;
}): { [name: string]: View } {
  const rank = (view: View): number => view.overlap ?? Infinity;
  return Object.fromEntries(
    Object.entries(views).sort(
      ([nameA, a], [nameB, b]) =>
        a.gridsize - b.gridsize ||
        (rank(a) === rank(b) ? 0 : rank(b) - rank(a)) ||
        (nameA < nameB ? -1 : nameA > nameB ? 1 : 0),
    ),
  );
}
