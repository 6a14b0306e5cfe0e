// The measured study on a real scan: the real command on the Siemens star. At full dose the star is there, and resolution
// falls as dose falls, by halves that need no reference.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readArrayArgument, toComplexImage } from "../../src/data/array-argument.ts";
import type { ComplexImage } from "../../src/array/ndarray.ts";
import type { CellResult, MetricRow, StudyResult } from "../../src/study/results.ts";
import { cli, type CliResult } from "../support/cli.ts";

const scan = resolve(import.meta.dirname, "../../../shared/data/siemens-star-small.npz.bz2");

// The preset with fewer levels and passes, so that it ends within minutes.
const study = `preset: measured
name: star
doseFractions: [1, 0.1, 0.01]
views:
  full: { gridsize: 2, overlap: null }
  o-70: null
  o-50: { gridsize: 2, overlap: 0.5 }
  o-30: null
arms: [lsqml, rpie, "null"]
engines: { lsqml: { epochs: 8 }, rpie: { epochs: 10 } }
`;

let folder: string;
let run: CliResult;
let result: StudyResult;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-star-"));
  await writeFile(join(folder, "star.yaml"), study);
  run = await cli(["run", "star.yaml", "--input", scan, "--out", "out"], { cwd: folder });
  expect(run.stderr).not.toMatch(/failed/);
  expect(run.code).toBe(0);
  result = JSON.parse(await readFile(join(folder, "out/compare/metrics.json"), "utf8")) as StudyResult;
}, 900_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function cellAt(fraction: number, view: string): CellResult {
  const found = result.cells.find(
    (cell) => cell.view === view && Math.abs(cell.dose / (461_213 * fraction) - 1) < 0.01,
  );
  if (found === undefined) throw new Error(`no cell ${fraction} ${view}`);
  return found;
}
function rpieValue(cell: CellResult, wanted: Partial<MetricRow>): number {
  const rows = cell.arms.find(({ arm }) => arm === "rpie")!.rows;
  const row = rows.find((candidate) =>
    Object.entries(wanted).every(([key, value]) => candidate[key as keyof MetricRow] === value),
  );
  if (typeof row?.value !== "number") throw new Error(`no number for ${JSON.stringify(wanted)}`);
  return row.value;
}

/** Share of the angular variation of phase on circles around a centre, ramps aside, that is a harmonic, such as the spokes'. */
function harmonicShare(object: ComplexImage, cx: number, cy: number, harmonic: number): number {
  const samples = 720;
  const radii = [60, 80, 100];
  let total = 0;
  for (const radius of radii) {
    const phases = Array.from({ length: samples }, (_, k) => {
      const angle = (2 * Math.PI * k) / samples;
      const at =
        2 *
        (Math.round(cy + radius * Math.sin(angle)) * object.width +
          Math.round(cx + radius * Math.cos(angle)));
      return Math.atan2(object.data[at + 1]!, object.data[at]!);
    });
    const mean = phases.reduce((sum, value) => sum + value, 0) / samples;
    const powerOf = (order: number): number => {
      let re = 0;
      let im = 0;
      phases.forEach((value, k) => {
        re += (value - mean) * Math.cos((2 * Math.PI * order * k) / samples);
        im -= (value - mean) * Math.sin((2 * Math.PI * order * k) / samples);
      });
      // Parseval: a pure harmonic of amplitude A has |F|² = (A·samples/2)² and Σv² = A²·samples/2.
      return (re * re + im * im) / (samples / 2);
    };
    const all = phases.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    // A phase ramp, which frames cannot tell from one of the probe, is the first harmonic of a circle.
    total += powerOf(harmonic) / (all - powerOf(1));
  }
  return total / radii.length;
}

test("the full-dose reconstruction shows the star: most of the variation around its centre is 30 spokes", async () => {
  const file = join(folder, "out/reconstruct/dose_461213/full/gs2/lsqml/seed_42/reconstruction.npz");
  const object = toComplexImage(await readArrayArgument(`${file}:objectGuess`));
  // The star's centre is where its 30 spokes are best seen, within a few pixels of the middle of the field.
  const centres = [231, 232, 233, 234, 235, 236, 237].flatMap((cy) =>
    [211, 212, 213, 214, 215, 216, 217].map((cx) => [cx, cy] as const),
  );
  const [[cx, cy]] = centres.toSorted(
    (a, b) => harmonicShare(object, b[0], b[1], 30) - harmonicShare(object, a[0], a[1], 30),
  ) as [readonly [number, number]];
  expect(harmonicShare(object, cx, cy, 30)).toBeGreaterThan(0.5);
  // Neighbouring harmonics hold next to nothing there, so the count is right.
  expect(harmonicShare(object, cx, cy, 29)).toBeLessThan(0.1);
  expect(harmonicShare(object, cx, cy, 31)).toBeLessThan(0.1);
});

test.each(["full", "o-50"])(
  "in view %s the resolution between halves falls with every step of dose",
  (view) => {
    // The study's own criterion. A bit curve ends at one ring of 20 pixels that few epochs leave behind: rPIE's third here.
    const halves = { comparison: "halves", metric: "frc1over7" } as const;
    const [full, tenth, hundredth] = [1, 0.1, 0.01].map((fraction) =>
      rpieValue(cellAt(fraction, view), halves),
    );
    expect(full!).toBeGreaterThan(tenth!);
    expect(tenth!).toBeGreaterThan(hundredth!);
  },
);

test("agreement with the full-dose reconstruction falls with dose and with overlap", () => {
  const phase = { comparison: "reference", part: "phase", metric: "ssim" } as const;
  const tenth = rpieValue(cellAt(0.1, "full"), phase);
  expect(tenth).toBeGreaterThan(rpieValue(cellAt(0.01, "full"), phase));
  expect(tenth).toBeGreaterThan(rpieValue(cellAt(0.1, "o-50"), phase));
});

test("the reference is marked, and not scored against itself", () => {
  const outcome = cellAt(1, "full").arms.find(({ arm }) => arm === "lsqml")!;
  expect(outcome.isReference).toBe(true);
  expect(outcome.rows.filter(({ comparison }) => comparison === "reference")).toEqual([]);
});

test("every dose is what was asked: the thinned counts' mean within five standard errors, and overlap is the measured one", () => {
  for (const fraction of [0.1, 0.01]) {
    const { measuredMeanCounts, frames } = cellAt(fraction, "full");
    const expected = 461_212.95 * fraction;
    expect(Math.abs(measuredMeanCounts - expected)).toBeLessThan(
      5 * Math.sqrt((expected * (1 - fraction)) / frames),
    );
  }
  expect(cellAt(1, "full").overlapMeasured).toBeCloseTo(0.83, 2);
  expect(cellAt(1, "o-50").overlapMeasured).toBeCloseTo(0.5, 1);
});

test("the run says how it told the file's format, and where the zero frequency lies", () => {
  expect(run.stderr).toMatch(/read as tike/);
  expect(run.stderr).toMatch(/zero frequency at \[0, 0\]/);
});

test("the table names the reference and the null arm", () => {
  expect(run.stdout).toMatch(/full .* lsqml .*reference/);
  expect(run.stdout).toMatch(/null/);
  expect(run.stdout).toMatch(/report: out\/report\.html/);
});
