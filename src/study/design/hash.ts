// What each stage depends on, and the hashes that follow from it (F-05, F-06).
//   generate ─┬─ views ── train ──┬─ compare ── report
//             └─ reconstruct ─────┘
// A stage depends on the fields it reads itself and on those of the stages above it. Plan, compare and report copy the
// whole design into what they write, so they depend on all of it. A file counts by its content, never by its path.

import { armKind, armOf, type ArmDescription } from "../arms.ts";
import { DoselapError } from "../../errors.ts";
import { hybridOptions } from "../methods.ts";
import { canonicalJson, sha256Hex } from "./canonical.ts";
import type { StudyDesign } from "./schema.ts";

export type DesignStage = "plan" | "generate" | "views" | "train" | "reconstruct" | "compare" | "report";

interface StageReads {
  readonly upstream: readonly DesignStage[];
  /** Dotted paths; `*` stands for every key. "all" is the whole design. */
  readonly fields: readonly string[] | "all";
  /** The stage reads the arms of these kinds, and the options of their engines. */
  readonly arms: readonly ArmDescription["kind"][];
}

/** The dependency table. A field that is read by no stage listed here changes plan, compare and report only. */
export const stageReads: { readonly [stage in DesignStage]: StageReads } = {
  plan: { upstream: [], fields: "all", arms: [] },
  generate: {
    upstream: [],
    fields: [
      "schemaVersion",
      "kind",
      "sizePx",
      "object",
      "probe",
      "probeDiameter",
      "doses",
      "fluences",
      "views.*.overlap",
      "scan",
      "split",
      "subPixel",
      "backgroundPhotonsPerPx",
      "seeds.simulation",
      "replicates",
      "input",
      "read",
      "prepare",
      "doseFractions",
    ],
    arms: [],
  },
  views: {
    upstream: ["generate"],
    fields: [
      "views.*.gridsize",
      "neighborCount",
      "enableOversampling",
      "seeds.grouping",
      "seeds.subsampling",
      "training.groupCount",
      "training.subsampleCount",
    ],
    arms: [],
  },
  train: { upstream: ["views"], fields: ["training"], arms: ["network"] },
  // The gridsize names the arm's folder; no engine reads it.
  reconstruct: {
    upstream: ["generate"],
    fields: ["views.*.gridsize"],
    arms: ["engine", "hybrid", "chain", "baseline", "null"],
  },
  compare: { upstream: ["train", "reconstruct"], fields: "all", arms: [] },
  report: { upstream: ["compare"], fields: "all", arms: [] },
};

interface Json {
  readonly [key: string]: unknown;
}

/** sha256 of the canonical JSON of the whole design. @throws Design when a file source has no sha256 yet. */
export function designHash(design: StudyDesign): string {
  return sha256Hex(canonicalJson(withoutPaths(design)));
}

/** The part of the design the stage depends on, its upstream stages' parts included.
 * @throws Design when a file source has no sha256 yet. */
export function stageInputs(design: StudyDesign, stage: DesignStage): Json {
  const whole = withoutPaths(design);
  const part: { [key: string]: unknown } = {};
  for (const each of withUpstream(stage)) {
    const { fields, arms } = stageReads[each];
    if (fields === "all") return whole;
    for (const field of fields) copyPath(whole, part, field.split("."));
    if (arms.length > 0) addArms(design, part, arms);
  }
  return part;
}

/** sha256 of {@link stageInputs}. */
export function stageHash(design: StudyDesign, stage: DesignStage): string {
  return sha256Hex(canonicalJson(stageInputs(design, stage)));
}

function withUpstream(stage: DesignStage): DesignStage[] {
  return [...stageReads[stage].upstream.flatMap(withUpstream), stage];
}

/** The design as plain JSON in which every file source is its kind and sha256. */
function withoutPaths(design: StudyDesign): Json {
  return named(design, []) as Json;
}

function named(value: unknown, path: readonly string[]): unknown {
  if (!isJson(value)) return value;
  if (value["kind"] !== "file") {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, named(item, [...path, key])]));
  }
  if (typeof value["sha256"] !== "string") {
    throw new DoselapError("Design", "the file's content is not known yet, so the design has no hash", {
      key: [...path, "sha256"].join("."),
      hint: "Load the design with loadDesign, which reads the file.",
    });
  }
  return { kind: "file", sha256: value["sha256"] };
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function copyPath(from: Json, to: { [key: string]: unknown }, [key, ...rest]: readonly string[]): void {
  if (key === undefined) return;
  for (const name of key === "*" ? Object.keys(from) : [key]) {
    const value = from[name];
    if (value === undefined) continue;
    if (rest.length === 0) {
      to[name] = value;
    } else if (typeof value === "object" && value !== null) {
      const below: { [key: string]: unknown } = { ...(to[name] as Json | undefined) };
      copyPath(value as Json, below, rest);
      to[name] = below;
    }
  }
}

function addArms(design: StudyDesign, part: { [key: string]: unknown }, kinds: StageReads["arms"]): void {
  const read = armsOfKinds(design, kinds);
  // Keyed by kind, and sorted: the order of the arms is the report's business.
  part[`arms:${kinds.join("+")}`] = [...read].sort();
  const methods = Object.entries(design.methods).filter(([name]) => read.includes(name));
  part["methods"] = { ...(part["methods"] as Json | undefined), ...Object.fromEntries(methods) };
  // By default gradient steps alone do what the study's pinn begins with.
  if (read.includes("steps")) {
    const { steps = "auto", damping = "auto" } = design.methods["pinn"] ?? {};
    part["stepsOfPinn"] = { steps, damping };
  }
  // The chain is what the study's pinn-scan corrects.
  if (read.includes("chain")) {
    const { engine, engineOptions } = design.methods["pinn-scan"] ?? {};
    part["chainOfPinnScan"] = { engine, engineOptions };
  }
  if (kinds.includes("engine")) {
    part["engines"] = Object.fromEntries(
      Object.entries(design.engines).filter(([engine]) =>
        read.some((name) => {
          const arm = armOf(name);
          return arm?.kind === "engine" && arm.engine === engine;
        }),
      ),
    );
  }
}

/** The design's arms of these kinds; a hybrid arm has its network trained although it is no arm of the design. */
function armsOfKinds(design: StudyDesign, kinds: StageReads["arms"]): string[] {
  const read = design.arms.filter((name) => kinds.some((kind) => kind === armKind(name)));
  if (!kinds.includes("network") || !design.arms.includes("hybrid")) return read;
  return [...new Set([...read, hybridOptions(design.methods["hybrid"] ?? {}).network])];
}
