// A run folder that never ran: a StudyResult and aligned arrays made up to look like a real study, for the report's
// tests. Deterministic; NPZ files are written here with Node alone, so that our own writer is not under test.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArmOutcome, CellResult, FrcCurve, MetricRow, StudyResult } from "../../src/study/results.ts";
import { npy, storedNpz } from "./stored-npz.ts";

export interface SyntheticOptions {
  readonly kind?: "simulated" | "measured";
  readonly doses?: readonly number[];
  readonly seeds?: readonly number[];
  readonly viewNames?: readonly ("baseline" | "dense" | "sparse")[];
  /** Arm name to how well it does: the cycles per pixel it resolves at the highest dose. Below zero: no better than flat. */
  readonly arms?: { readonly [arm: string]: number };
  readonly skipped?: { readonly [arm: string]: string };
  readonly failed?: { readonly [arm: string]: string };
  readonly pixelSizeM?: number | null;
  readonly heightPx?: number;
  readonly widthPx?: number;
  readonly name?: string;
  readonly question?: string;
}

const allViews = {
  baseline: { gridsize: 1, overlap: 0.7 },
  dense: { gridsize: 2, overlap: 0.7 },
  sparse: { gridsize: 2, overlap: 0.2 },
};

/** The study's numbers. */
export function syntheticResult({
  kind = "simulated",
  doses = [1e3, 1e4, 1e5],
  seeds = [42],
  viewNames = ["baseline", "dense", "sparse"],
  arms = { rpie: 0.36 },
  skipped = {},
  failed = {},
  pixelSizeM = null,
  heightPx = 160,
  widthPx = 250,
  name = "quick",
  question = "How few photons per frame, and how little overlap, can this scan live with?",
}: SyntheticOptions = {}): StudyResult {
  const views = Object.fromEntries(viewNames.map((view) => [view, allViews[view]]));
  const armNames = [...Object.keys(arms), ...Object.keys(skipped), ...Object.keys(failed)];
  const cells = doses.flatMap((dose) =>
    Object.entries(views).flatMap(([view, { gridsize, overlap }]) =>
      seeds.map((seed, replicate) => {
        const key = { dose, fluence: dose / 190, view, gridsize, seed };
        const quality = (Math.log10(dose / Math.max(...doses)) + 4) / 4 - (view === "sparse" ? 0.22 : 0);
        const done = Object.entries({ ...arms, null: -1 }).map(([arm, best]) =>
          doneArm(arm, {
            best: best * quality * (1 + 0.02 * replicate),
            key,
            kind,
            isReference: false,
            pixels: heightPx * widthPx,
          }),
        );
        const absent =
          (state: "skipped" | "failed") =>
          ([arm, reason]: [string, string]) => ({ ...emptyArm(arm), state, reason });
        const positions = scanPositions(overlap, { heightPx, widthPx, seed });
        return {
          ...key,
          path: `dose_${dose}/${view}/seed_${seed}`,
          designHash: hash,
          replicate,
          frames: positions.x.length,
          overlapAsked: overlap,
          overlapMeasured: overlap - 0.004 * (replicate + 1),
          stepPx: 20 * (1 - overlap) + 1,
          probeDiameterPx: 22.4,
          measuredMeanCounts: dose * 1.0007,
          positions,
          window: { x0: 40, y0: 40, x1: 40 + widthPx, y1: 40 + heightPx },
          arms: [
            ...done.slice(0, -1),
            ...Object.entries(skipped).map(absent("skipped")),
            ...Object.entries(failed).map(absent("failed")),
            done.at(-1)!,
          ],
          floor: null,
        };
      }),
    ),
  );
  return {
    schemaVersion: 1,
    doselapVersion: "0.1.0",
    designHash: hash,
    design: {
      schemaVersion: 1,
      kind,
      name,
      question,
      arms: armNames,
      views,
      ...designOf(kind, doses, seeds),
    },
    pixelSizeM,
    cells,
    indistinguishable: Object.entries(arms)
      .filter(([, best]) => best < 0)
      .flatMap(([arm]) => doses.flatMap((dose) => viewNames.map((view) => ({ dose, view, arm })))),
    notes: [],
  };
}

/** Writes study.json, compare/metrics.json and every cell's aligned.npz. */
export async function writeSyntheticRun(
  runDir: string,
  options: SyntheticOptions = {},
): Promise<StudyResult> {
  const result = syntheticResult(options);
  await mkdir(join(runDir, "compare"), { recursive: true });
  const head = {
    schemaVersion: 1,
    doselapVersion: result.doselapVersion,
    designHash: result.designHash,
    design: result.design,
  };
  await writeFile(join(runDir, "study.json"), JSON.stringify(head));
  await writeFile(join(runDir, "compare", "metrics.json"), JSON.stringify(result));
  for (const cell of result.cells) {
    const folder = join(runDir, "compare", cell.path);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "aligned.npz"), alignedNpz(cell, result));
  }
  return result;
}

const hash = "5e1f0c9a".repeat(8);

function designOf(
  kind: string,
  doses: readonly number[],
  seeds: readonly number[],
): { [key: string]: unknown } {
  const shared = {
    probeDiameter: "second-moment",
    neighborCount: 7,
    seeds: { simulation: seeds[0], grouping: 123, subsampling: 456 },
    replicates: seeds.length,
    engines: { rpie: { epochs: 60, alpha: 0.1 } },
    metrics: { msSsimSigmaPx: 1, maxShiftPx: 2, registration: true },
  };
  return kind === "measured"
    ? {
        ...shared,
        input: { kind: "file", path: "scan.npz", sha256: "ab".repeat(32) },
        doseFractions: [0.01, 0.1, 1],
      }
    : {
        ...shared,
        sizePx: 64,
        object: {
          kind: "phantom",
          phantom: "siemens-star",
          heightPx: 400,
          widthPx: 330,
          amplitudeMin: 0.6,
          phaseRangeRad: 1,
          seed: 7,
        },
        probe: { kind: "defocused-airy", apertureCyclesPerPx: 0.14, defocusRadiusPx: 9 },
        doses,
        fluences: null,
        scan: { kind: "jittered-raster", jitterFraction: 0.1 },
        split: { axis: "y", fraction: 0.5, guardPx: "auto" },
        subPixel: "fourier",
        backgroundPhotonsPerPx: 0,
      };
}

type CellKey = Pick<CellResult, "dose" | "fluence" | "view" | "gridsize" | "seed">;

function emptyArm(arm: string): ArmOutcome {
  return {
    arm,
    state: "done",
    reason: null,
    isReference: false,
    frc: {},
    rows: [],
    warnings: [],
    tileCorrelations: [],
    tileRings: {},
  };
}

function doneArm(
  arm: string,
  {
    best,
    key,
    kind,
    isReference,
    pixels,
  }: { best: number; key: CellKey; kind: string; isReference: boolean; pixels: number },
): ArmOutcome {
  const flat = best < 0;
  const frequency = Array.from({ length: 80 }, (_, r) => (r + 1) / 160);
  const curve = (cut: number): FrcCurve => ({
    frequency,
    value: frequency.map((f, r) => (flat ? null : 1 / (1 + (f / cut) ** 6) + 0.02 * Math.sin(3 * r) * f)),
  });
  const against = kind === "measured" ? ("reference" as const) : ("truth" as const);
  const row = (
    part: MetricRow["part"],
    metric: string,
    unit: string,
    better: MetricRow["better"],
    value: number | null,
  ) => ({
    ...key,
    arm,
    comparison: part === "complex" ? ("halves" as const) : against,
    part,
    metric,
    value,
    crossing: !metric.startsWith("frc")
      ? null
      : value === null
        ? ("absent" as const)
        : value === 0
          ? ("below" as const)
          : ("crosses" as const),
    unit,
    better,
    n: pixels,
  });
  const good = flat ? 0 : best / 0.4;
  const parts = (["amplitude", "phase"] as const).flatMap((part) => [
    row(part, "mae", part === "phase" ? "rad" : "1", "lower", 0.26 - 0.2 * good),
    row(part, "mse", part === "phase" ? "rad²" : "1", "lower", (0.3 - 0.22 * good) ** 2),
    row(part, "psnr", "dB", "higher", 11 + 19 * good),
    row(part, "ssim", "1", "higher", 0.31 + 0.62 * good),
    row(part, "msSsim", "1", "higher", 0.42 + 0.55 * good),
    row(part, "frc50", "cycles/px", "higher", flat ? null : best),
    row(part, "frc1over7", "cycles/px", "higher", flat ? null : Math.min(0.5, best * 1.35)),
    row(part, "frcHalfBit", "cycles/px", "higher", flat ? null : Math.min(0.5, best * 1.2)),
  ]);
  const halves =
    kind === "measured" && !flat ? [row("complex", "frcHalfBit", "cycles/px", "higher", best * 0.9)] : [];
  const frc = {
    amplitude: curve(best),
    phase: curve(best),
    ...(halves.length > 0 ? { halves: curve(best * 0.85) } : {}),
  };
  return { ...emptyArm(arm), isReference, frc, rows: [...parts, ...halves] };
}

function scanPositions(
  overlap: number,
  { heightPx, widthPx, seed }: { heightPx: number; widthPx: number; seed: number },
): CellResult["positions"] {
  const step = 22.4 * (1 - overlap) * 0.8 + 0.8;
  const random = lcg(seed);
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 0; row * step <= heightPx; row++) {
    for (let column = 0; column * step <= widthPx; column++) {
      x.push(40 + column * step + 0.2 * step * (random() - 0.5));
      y.push(40 + row * step + 0.2 * step * (random() - 0.5));
    }
  }
  return { x, y };
}

function alignedNpz(cell: CellResult, result: StudyResult): Buffer {
  const height = cell.window.y1 - cell.window.y0;
  const width = cell.window.x1 - cell.window.x0;
  const entries: [string, Buffer][] = [
    [
      result.design["kind"] === "measured" ? "reference" : "truth",
      npy("<c8", [height, width], star(height, width, 0, 0, 1)),
    ],
    [
      "mask",
      npy(
        "|b1",
        [height, width],
        new Uint8Array(height * width).map((_, i) => (i % width > 2 && i % width < width - 3 ? 1 : 0)),
      ),
    ],
    ["probe", npy("<c8", [4, 4], new Float32Array(32).fill(1))],
  ];
  for (const outcome of cell.arms) {
    if (outcome.state !== "done") continue;
    const resolved =
      outcome.rows.find((row) => row.metric === "frc50" && row.part === "phase")?.value ?? null;
    const data =
      resolved === null
        ? flat(height, width)
        : star(height, width, Math.max(0, 1.1 / resolved - 2), 0.35 * (0.45 - resolved), cell.seed);
    entries.push([outcome.arm, npy("<c8", [height, width], data)]);
  }
  return storedNpz(entries);
}

/** A Siemens star, amplitude 0.6…1 and phase 0…1 rad, smeared over `blur` pixels of angle, with noise. */
function star(height: number, width: number, blur: number, noise: number, seed: number): Float32Array {
  const random = lcg(seed + 1);
  const data = new Float32Array(2 * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - width / 2 + 0.3, y - height / 2 + 0.2];
      const radius = Math.hypot(dx, dy);
      const contrast = Math.exp(-(((blur * 18) / (2 * Math.PI * radius + 1)) ** 2));
      const spokes = 0.5 + 0.5 * contrast * Math.tanh(6 * Math.sin(18 * Math.atan2(dy, dx)));
      const value = radius < 0.47 * Math.max(height, width) ? spokes : 0.5;
      const amplitude = 1 - 0.4 * value + noise * (random() + random() - 1) * 2;
      const phase = value * 1 - 0.5 + noise * (random() + random() - 1) * 3;
      data[2 * (y * width + x)] = amplitude * Math.cos(phase);
      data[2 * (y * width + x) + 1] = amplitude * Math.sin(phase);
    }
  }
  return data;
}

function flat(height: number, width: number): Float32Array {
  return new Float32Array(2 * height * width).map((_, i) => (i % 2 === 0 ? 0.8 : 0));
}

function lcg(seed: number): () => number {
  let state = (seed * 2654435761 + 1) >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 4294967296;
}
