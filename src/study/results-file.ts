// Reading back what the compare stage left: the metrics of one cell, and of the study.

import { join } from "node:path";
import { z } from "zod";
import { readJson } from "../io/json.ts";
import type { CellResult, StudyResult } from "./results.ts";

/** Where a run folder holds its StudyResult. */
export const studyResultFile = "compare/metrics.json";

const hint = "Run the compare stage first: `doselap run STUDY --out DIR --stage compare`.";

const text = z.string();
const finite = z.number();
const curve = z.object({
  frequency: z.array(finite),
  value: z.array(finite.nullable()),
  independentPixels: z.array(finite).optional(),
});
const row = z.object({
  dose: finite,
  fluence: finite,
  view: text,
  gridsize: finite,
  seed: finite,
  arm: text,
  comparison: z.enum(["truth", "reference", "halves"]),
  part: z.enum(["amplitude", "phase", "complex"]),
  metric: text,
  value: finite.nullable(),
  crossing: z.enum(["crosses", "never", "below", "absent"]).nullable().default(null),
  unit: text,
  better: z.enum(["higher", "lower", "none"]),
  n: finite,
});
const rings = z.array(z.array(finite));
const outcome = z.object({
  arm: text,
  trainer: text.optional(),
  state: z.enum(["done", "failed", "skipped"]),
  reason: text.nullable(),
  isReference: z.boolean(),
  frc: z.record(text, curve),
  rows: z.array(row),
  warnings: z.array(text),
  tileCorrelations: z.array(finite).default([]),
  tileRings: z
    .record(text, z.object({ sidePx: finite, cross: rings, powerA: rings, powerB: rings }))
    .default({}),
});
const crossing = finite.nullable();
const crossings = z.object({
  frc50: crossing,
  frc1over7: crossing,
  frcHalfBit: crossing,
  frcOneBit: crossing,
});
const correlation = z.array(finite.nullable());
const floorCurve = z.object({ frequency: z.array(finite), frc: correlation, crossings });
const partFloor = floorCurve.extend({
  mse: finite,
  mseStandardError: finite,
  noisePower: z.array(finite),
  signalPower: z.array(finite),
  informed: z.object({ mse: finite, frc: correlation, crossings }).nullable(),
});
const floor = z.object({
  amplitude: partFloor,
  phase: partFloor,
  halves: floorCurve.nullable(),
  converged: z.boolean(),
});
const cell = z.object({
  designHash: text,
  dose: finite.positive(),
  fluence: finite.positive(),
  view: text,
  gridsize: finite,
  seed: finite,
  replicate: finite,
  frames: finite,
  overlapAsked: finite.nullable(),
  overlapMeasured: finite,
  stepPx: finite.nullable(),
  probeDiameterPx: finite,
  measuredMeanCounts: finite,
  positions: z.object({ x: z.array(finite), y: z.array(finite) }),
  window: z.object({ x0: finite, y0: finite, x1: finite, y1: finite }),
  arms: z.array(outcome),
  floor: floor.nullable().default(null),
});
const placedCell = cell.extend({
  path: text.regex(/^(?!\/)(?![^]*\.\.)[^\\\0-\x1f]+$/, "a relative folder inside the run"),
});
const lostCell = placedCell
  .pick({
    path: true,
    dose: true,
    fluence: true,
    view: true,
    gridsize: true,
    seed: true,
    replicate: true,
    overlapAsked: true,
  })
  .extend({
    reason: text,
    arms: z.array(outcome.pick({ arm: true, state: true, reason: true })),
  });
const study = z.object({
  schemaVersion: z.literal(1),
  doselapVersion: text,
  designHash: text,
  design: z.record(text, z.unknown()),
  pixelSizeM: finite.positive().nullable(),
  cells: z.array(placedCell),
  indistinguishable: z.array(z.object({ dose: finite, view: text, arm: text })),
  notes: z.array(text),
  failures: z.array(text).optional(),
  lost: z.array(lostCell).optional(),
});

/** The result of a run folder. @throws File, Format naming the file and what to run next. */
export function readStudyResult(runDir: string): Promise<StudyResult> {
  return readJson(join(runDir, studyResultFile), study, hint);
}

/** The result of one cell, from its folder. @throws File, Format. */
export function readCellResult(folder: string): Promise<CellResult> {
  return readJson(join(folder, "metrics.json"), cell, hint);
}
