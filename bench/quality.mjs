// What networks are worth after about a minute of processor time each: three seeds, on the unseen half of the object they were
// trained on and on an object of another kind, beside the engines on the same frames. Means and standard deviations over the
// seeds. Usage: npm run build && node bench/quality.mjs [--seeds 3] [--doses 1000,10000,100000]
// Written into docs/benchmarks.md between its markers.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { cropImage } from "../dist/array/crop.js";
import { flatImage } from "../dist/array/ndarray.js";
import { readArrayArgument, toComplexImage } from "../dist/data/array-argument.js";
import { readDataset } from "../dist/data/read.js";
import { compareImages } from "../dist/metrics/compare.js";
import { commonWindow, illuminatedMask } from "../dist/study/comparison/window.js";
import { machine, publish, table } from "./lib.mjs";

const { values: flags } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    doses: { type: "string", default: "1000,10000,100000" },
  },
});
const doses = flags.doses.split(",").map(Number);
const cli = new URL("../dist/cli/main.js", import.meta.url).pathname;
const networks = ["supervised-scan", "pinn-scan", "pinn", "supervised"];
/** The engine's object that pinn-scan and supervised-scan correct: what is above it is the network's own share. */
const state = "chain";
const engines = ["epie", "rpie", "lsqml", "ml"];
/** Arms that only a study makes. */
const inStudy = ["hybrid", "steps", "mean-pattern"];
const arms = [...networks, state, ...engines, ...inStudy, "null"];
const columns = ["phase SSIM", "amplitude SSIM", "phase error", "amplitude error"];
const study = `
preset: quick
name: quality
replicates: ${flags.seeds}
doses: [${flags.doses}]
views: { baseline: null, sparse: null }
arms: ${JSON.stringify(arms)}
methods:
  pinn-scan: { widths: [16, 32, 64], epochs: 2, splits: 3, engine: "ml:80+lsqml:60" }
  supervised-scan: { widths: [16, 32, 64], epochs: 3, objects: 5 }
  pinn: { widths: [16, 32, 64], epochs: 12, batchSize: 4 }
  supervised: { widths: [16, 32, 64], epochs: 12, batchSize: 4 }
`;
const folder = mkdtempSync(join(tmpdir(), "quality-"));
const out = join(folder, "run");
writeFileSync(join(folder, "study.yaml"), study);

/** Runs the program; processor seconds of it and its threads. */
function doselap(...parameters) {
  const clock = join(folder, "clock");
  const { status, stderr } = spawnSync(
    "bash",
    [
      "-c",
      `TIMEFORMAT='%U %S'; { time "$@" 2>&3; } 3>&2 2> "${clock}"`,
      "-",
      process.execPath,
      cli,
      ...parameters,
    ],
    { encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`doselap ${parameters.join(" ")}: ${stderr}`);
  const [user, system] = readFileSync(clock, "utf8").trim().split(" ").map(Number);
  return user + system;
}

/** Phase and amplitude SSIM of one object, and its root mean square errors over those of a flat object. */
async function scored(file, data) {
  const { dataset } = await readDataset(data);
  const window = commonWindow([dataset.positions]);
  const mask = illuminatedMask(window, dataset.positions, dataset.probe);
  const truth = cropImage(dataset.object, window);
  const options = { gauge: "standard", mask, registration: true, maxShiftPx: 2 };
  const of = (object) => compareImages(object, truth, options);
  const flat = of(flatImage(truth.height, truth.width));
  if (file === undefined) return row(flat, flat);
  const key = { file, key: "objectGuess" };
  return row(
    of(cropImage(toComplexImage(await readArrayArgument(`${file}:objectGuess`), key), window)),
    flat,
  );
}

function row({ phase, amplitude }, flat) {
  const error = (own, none) => Math.sqrt(own.mse / none.mse);
  return [phase.ssim, amplitude.ssim, error(phase, flat.phase), error(amplitude, flat.amplitude)];
}

/** "0.82 ± 0.01" of each column. */
function summary(rows) {
  return rows[0].map((_, column) => {
    const values = rows.map((each) => each[column]);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const spread = Math.sqrt(
      values.reduce((a, v) => a + (v - mean) ** 2, 0) / Math.max(1, values.length - 1),
    );
    return values.length > 1 ? `${mean.toFixed(3)} ± ${spread.toFixed(3)}` : mean.toFixed(3);
  });
}

/** The study's own settings of an engine or chain, as flags. */
function designed(arm) {
  const { design } = JSON.parse(readFileSync(join(out, "study.json"), "utf8"));
  const { engine, engineOptions } =
    arm === state ? design.methods["pinn-scan"] : { engine: arm, engineOptions: design.engines[arm] };
  const flags = Object.entries(engineOptions).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
  return ["--engine", engine, ...flags];
}

/** An arm's object of a scan: of the study's own, or of one made by the program; undefined for arms that need a study. */
function solved(arm, scan, cell) {
  const object = join(folder, "object.npz");
  if (arm === "null") return undefined;
  if (networks.includes(arm)) {
    doselap("infer", join(out, "train", cell(arm), "model"), scan, "--out", object);
  } else {
    doselap("reconstruct", scan, ...designed(arm), "--out", object);
  }
  return object;
}

async function rowsOf(dose) {
  const rows = new Map(arms.map((arm) => [arm, { own: [], star: [] }]));
  for (let seed = 42; seed < 42 + Number(flags.seeds); seed++) {
    const cell = (arm) => `dose_${dose}/dense/gs2/${arm}/seed_${seed}`;
    const own = join(out, "data", `dose_${dose}/dense/seed_${seed}/test.npz`);
    const star = join(folder, "star.npz");
    const scan = ["--object", "siemens-star", "--probe", "default", "--size", "64", "--overlap", "0.7"];
    doselap("simulate", ...scan, "--dose", String(dose), "--seed", String(seed), "--out", star);
    for (const [arm, found] of rows) {
      const studied = join(out, "reconstruct", cell(arm), "reconstruction.npz");
      found.own.push(await scored(arm === "null" ? undefined : studied, own));
      if (!inStudy.includes(arm)) found.star.push(await scored(solved(arm, star, cell), star));
    }
  }
  return rows;
}

try {
  const stages = ["--stage", "plan,generate,views", "--workers", "1"];
  doselap("run", join(folder, "study.yaml"), "--out", out, ...stages);
  const seconds = {};
  for (const name of networks) {
    const taken = doselap("run", "--out", out, "--stage", "train", "--arm", name, "--workers", "1");
    seconds[name] = (taken / doses.length / Number(flags.seeds)).toFixed(0);
  }
  doselap("run", "--out", out, "--stage", "reconstruct", "--workers", "1");
  const parts = [];
  for (const dose of doses) {
    const lines = [...(await rowsOf(dose))].map(([arm, { own, star }]) => [
      arm,
      ...summary(own),
      ...(star.length === 0 ? columns.map(() => "–") : summary(star)),
      seconds[arm] ?? "",
    ]);
    const head = ["arm", ...columns, ...columns.map((text) => `star: ${text}`), "training, CPU s"];
    parts.push(`${dose} photons per frame:`, table(head, lines));
  }
  const how = `Measured on ${machine()}, by \`node bench/quality.mjs\`; ${flags.seeds} seeds, mean ± standard deviation.`;
  publish("quality", [how, ...parts].join("\n\n"));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
