// Changing one field of the design changes the artefacts of exactly the stages that depend on it (F-05, F-06): compared by the
// bytes that the stages wrote, not by hashes of what they were told. builtin.test.ts shows that they reach our own networks.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JobRecord } from "../../src/pipeline/record.ts";
import { runStudy } from "../../src/pipeline/run.ts";
import { loadDesign } from "../../src/study/design/load.ts";
import { writeTinyStudy } from "../support/cli.ts";

let folder: string;
let study: string;
let reference: Map<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-perturb-"));
  study = await writeTinyStudy(folder, (text) =>
    text
      .replace("doses: [1000, 100000]", "doses: [1000]")
      .replace(/ {2}(baseline|sparse):.*/g, "  $1: null")
      .replaceAll("epochs: 6", "epochs: 2")
      .replace(/arms:.*/, "arms: [pinn, rpie, null]")
      .replace("batchSize: 8", "batchSize: 8, subsampleCount: 40"),
  );
  reference = await contents({});
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** A trainer that hands back the test file; the config.json beside it shows what reached the trainer. */
const command = `${JSON.stringify(process.execPath)} -e ${JSON.stringify(
  "const fs = require('fs'); fs.copyFileSync(JSON.parse(fs.readFileSync('config.json')).testDataFile, 'reconstruction.npz')",
)}`;

let runs = 0;
/** Stage → digest of every file that its jobs wrote, of the study with the given fields changed. */
async function contents(overrides: { [key: string]: unknown }): Promise<Map<string, string>> {
  const design = await loadDesign(study, { cwd: folder, overrides });
  const root = join(folder, `run-${runs++}`);
  const { jobs, failed } = await runStudy({
    root,
    design,
    trainer: { runner: "command", command },
    stages: ["plan", "generate", "views", "train", "reconstruct", "compare"],
    now: () => 0,
  });
  expect(failed).toBe(0);
  const stages = new Map<string, string>();
  // A summary counts what a study is made of; its plan has a record of its own.
  for (const job of [{ stage: "plan", path: "plan" }, ...jobs.map(({ job: ended }) => ended)]) {
    const record: JobRecord = JSON.parse(await readFile(join(root, job.path, "result.json"), "utf8"));
    // A seed names the folder; what counts is what lies in it.
    const written = `${Object.entries(record.outputs).join(" ")}\n`;
    stages.set(job.stage, (stages.get(job.stage) ?? "") + written);
  }
  return stages;
}

const all = ["plan", "generate", "views", "train", "reconstruct", "compare"];
/** Groups and overlap are made of positions alone: other frames on the same positions leave them as they are. */
const allButViews = all.filter((stage) => stage !== "views");

test("the same design twice writes the same bytes in every stage", async () => {
  expect(await contents({})).toEqual(reference);
});

test.each([
  ["the question", { question: "Why?" }, ["plan", "compare"]],
  ["MS-SSIM blur", { metrics: { msSsimSigmaPx: 2 } }, ["plan", "compare"]],
  ["rPIE's alpha", { engines: { rpie: { alpha: 0.9 } } }, ["plan", "reconstruct", "compare"]],
  ["an option of an engine that is no arm", { engines: { lsqml: { damping: 0.7 } } }, ["plan", "compare"]],
  ["batch size of training", { training: { batchSize: 7 } }, ["plan", "train", "compare"]],
  ["an option of the network", { methods: { pinn: { steps: 3 } } }, ["plan", "train", "compare"]],
  ["an option of a network that is no arm", { methods: { supervised: { steps: 3 } } }, ["plan", "compare"]],
  ["K", { neighborCount: 5 }, ["plan", "views", "train", "compare"]],
  ["the number of groups", { training: { groupCount: 30 } }, ["plan", "views", "train", "compare"]],
  ["the grouping seed", { seeds: { grouping: 124 } }, ["plan", "views", "train", "compare"]],
  ["the subsampling seed", { seeds: { subsampling: 457 } }, ["plan", "views", "train", "compare"]],
  ["the simulation seed", { seeds: { simulation: 43 } }, all],
  ["the object's seed", { object: { seed: 8 } }, allButViews],
  ["a dose", { doses: [2000] }, allButViews],
  ["an overlap", { views: { dense: { overlap: 0.5 } } }, all],
  ["the scan's jitter", { scan: { jitterFraction: 0.2 } }, all],
  ["the background", { backgroundPhotonsPerPx: 0.01 }, allButViews],
])("%s changes the artefacts of exactly the stages that depend on it", async (_name, overrides, expected) => {
  const changed = await contents(overrides);
  const stages = [...changed]
    .filter(([stage, digest]) => digest !== reference.get(stage))
    .map(([stage]) => stage);
  expect(stages).toEqual(expected);
});
