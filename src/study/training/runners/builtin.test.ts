// Our own trainer on tiny jobs: what it leaves, that it leaves the same twice, that every control reaches the weights (F-06),
// and what is left when training loses its numbers.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { losing } from "../../../../test/support/losing-runtime.ts";
import { networkJob } from "../../../../test/support/network-job.ts";
import { rejection } from "../../../../test/support/training-job.ts";
import { sha256File } from "../../../io/hash.ts";
import { openNpz } from "../../../io/npz.ts";
import { loadBundle } from "../../../nn/bundle/bundle.ts";
import { openNodeRuntime } from "../../../nn/runtime/node.ts";
import { mergeDesign, type Tree } from "../../design/merge.ts";
import { runTrainingJob } from "../run.ts";
import { runners } from "./registry.ts";
import { builtinRunner, type BuiltinOptions } from "./builtin.ts";

type Case = Parameters<typeof networkJob>[1];

async function run(arm: string, options: Case = {}, runner: BuiltinOptions = {}) {
  const { job, design, root } = await networkJob(arm, options);
  const notes: string[] = [];
  const { result, config } = await runTrainingJob(job, {
    runner: builtinRunner(runner),
    design,
    backend: "builtin",
    relativeTo: root,
    progress: (fraction, note) => notes.push(`${fraction} ${note}`),
  });
  return { job, result, config, notes, log: readFileSync(job.logPath, "utf8") };
}

/** Of every file, by its name. */
function bytesOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => [name, readFileSync(join(parentPath, name)).toString("base64")]),
  );
}

function weightsOf({ artifactDir }: { artifactDir: string }): Promise<string> {
  return sha256File(join(artifactDir, "model/weights.npz"));
}

describe.each(["pinn", "pinn-scan", "supervised"])("a job of %s", (arm) => {
  test("leaves a network that loads, an object on the test frame, and a log that tells how it went", async () => {
    const { job, result, log, notes } = await run(arm);
    expect(result).toMatchObject({
      reconstruction: "reconstruction.npz",
      reconstructionSha256: await sha256File(join(job.artifactDir, "reconstruction.npz")),
      objectShape: [64, 64],
      bundle: "model",
      metrics: { bestEpoch: expect.any(Number), levels: expect.any(Object), seed: 42 },
    });
    const npz = await openNpz(join(job.artifactDir, "reconstruction.npz"));
    const { data, shape } = await npz.read("objectGuess");
    await npz.close();
    expect(shape).toEqual([64, 64]);
    expect(Array.from(data as Float32Array).every(Number.isFinite)).toBe(true);
    expect((await loadBundle(join(job.artifactDir, "model"))).arm.name).toBe(arm);
    expect(readdirSync(job.artifactDir).sort()).toEqual(["model", "reconstruction.npz", "train.log"]);

    expect(log).toMatch(/^runtime: \S+ cpu, threads 1, layout of training: plain$/mu);
    expect(log).toMatch(
      /^effective: .*"epochs":2.*"batchSize":8.*"frames":(\d+),"groups":\1,"groupSize":4,"neighbors":7,.*"dose":1000.*"seed":42/mu,
    );
    expect(log).toMatch(/^level: .* -?\d+\.\d+$/mu);
    const numbers =
      "loss -?[\\d.]+ validation -?[\\d.]+ rate \\S+ gradient norm \\S+ spread \\S+ dead units \\d+";
    for (const epoch of [1, 2]) expect(log).toMatch(new RegExp(`^epoch ${epoch}/2: ${numbers}$`, "mu"));
    expect(log).toMatch(/^best: epoch \d of 2, seed 42$/mu);
    expect(notes.at(-1)).toMatch(/^1( |$)/u);
  });
});

test("pinn-scan tells the tiles that it learns from: of so many groups, of so many frames", async () => {
  const { log, notes } = await run("pinn-scan", {
    changes: { training: { groupCount: 30, subsampleCount: 50 } },
  });
  expect(log).toMatch(/^effective: .*"frames":50,"groups":30,/mu);
  const [, tiles, frames] =
    /^tiles: (\d+) an epoch, up to 4 frames each of (\d+) that train; 2 stages$/mu.exec(log)!;
  // A tenth of the frames chooses; of the groups, those with such a seed frame are left out.
  expect(Number(frames)).toBe(45);
  expect(Number(tiles)).toBeGreaterThan(20);
  expect(Number(tiles)).toBeLessThanOrEqual(30);
  // Two epochs of so many tiles, in steps of 8.
  expect(notes.filter((note) => note.includes("epoch ")).length).toBe(2 * Math.ceil(Number(tiles) / 8));
});

test("progress counts the samples that the network has seen, and never goes back", async () => {
  const { job, design } = await networkJob("pinn-scan");
  const told: [fraction: number, samples: number | undefined][] = [];
  await runTrainingJob(job, {
    runner: builtinRunner(),
    design,
    progress: (fraction, _note, samples) => told.push([fraction, samples]),
  });
  const fractions = told.map(([fraction]) => fraction);
  expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  expect(fractions.at(-1)).toBe(1);
  const samples = told.flatMap(([, count]) => count ?? []);
  // Two epochs in steps of 8.
  expect(samples).toEqual(Array.from({ length: samples.length }, (_, step) => 8 * (step + 1)));
  expect(samples.length).toBeGreaterThan(10);
});

test("the same job in another folder leaves the same bytes, the log too", async () => {
  const [one, two] = [await run("pinn"), await run("pinn")];
  expect(Object.keys(bytesOf(one.job.artifactDir)).length).toBeGreaterThan(7);
  expect(bytesOf(two.job.artifactDir)).toEqual(bytesOf(one.job.artifactDir));
});

test("the registered runner trains in blocks of channels where they compute, says so, and leaves the same bytes twice", async () => {
  const { blockChannels } = await openNodeRuntime({ blocks: true });
  const wide: Case = { changes: { methods: { pinn: { widths: [16], epochs: 1 } } } };
  const folders: Record<string, string>[] = [];
  for (let time = 0; time < 2; time++) {
    const { job, design, root } = await networkJob("pinn", wide);
    await runTrainingJob(job, {
      runner: runners.builtin.create({}),
      design,
      backend: "builtin",
      relativeTo: root,
    });
    const layout = blockChannels === undefined ? "plain" : `blocks of ${blockChannels} channels`;
    expect(readFileSync(job.logPath, "utf8")).toContain(`layout of training: ${layout}\n`);
    const model = readFileSync(join(job.artifactDir, "model/model.onnx"));
    // Operations in blocks have a domain of their own, which no other runtime knows.
    expect(model.includes("com.microsoft.nchwc")).toBe(false);
    folders.push(bytesOf(job.artifactDir));
  }
  expect(folders[1]).toEqual(folders[0]);
});

test("a provider that is not here fails the job: nothing falls back", async () => {
  const { job, design } = await networkJob("pinn");
  const runner = runners.builtin.create({ provider: "cuda" });
  expect(await rejection(runTrainingJob(job, { runner, design }))).toMatchObject({
    _tag: "Compute",
    context: { key: "provider", got: "cuda" },
  });
});

const shared: readonly [string, Case][] = [
  ["K", { changes: { neighborCount: 5 } }],
  ["groupCount", { changes: { training: { groupCount: 40 } } }],
  ["subsampleCount", { changes: { training: { subsampleCount: 50 } } }],
  ["seeds.grouping", { changes: { seeds: { grouping: 124 } } }],
  ["the replicate", { fields: { replicate: 1, seed: 43 } }],
  ["the noise of the frames", { scan: { seed: 5 } }],
  ["the dose", { fields: { dose: 2000 } }],
  ["the probe", { scan: { fwhmPx: 5.2 } }],
  ["the gridsize", { fields: { view: "baseline", gridsize: 1 } }],
];
/** So many epochs make each better than its start. */
const smallest: { readonly [arm: string]: Tree } = {
  pinn: { widths: [4], steps: 1, epochs: 1, batchSize: 16 },
  "pinn-scan": {
    widths: [4],
    epochs: 3,
    batchSize: 8,
    average: 0.5,
    learningRate: 1e-2,
    splits: 1,
    engine: "rpie",
    engineOptions: { fixProbe: true, epochs: 1, alpha: 1, prior: "none", priorWeight: 20 },
    stages: 2,
  },
  "supervised-scan": {
    widths: [4],
    epochs: 6,
    batchSize: 4,
    average: 0.5,
    learningRate: 1e-2,
    objects: 2,
    tilePx: 32,
    engine: "rpie",
    engineOptions: { fixProbe: true, epochs: 1, alpha: 1, prior: "none", priorWeight: 20 },
  },
};
/** What all arms share in training is seen on one of them. */
const own: { readonly [arm: string]: readonly [string, Tree][] } = {
  pinn: [
    ["epochs", { epochs: 2 }],
    ["leastSteps", { leastSteps: 5 }],
    ["batchSize", { batchSize: 15 }],
    ["learningRate", { learningRate: 4e-3 }],
    ["schedule", { schedule: "constant" }],
    ["warmUpSteps", { warmUpSteps: 2 }],
    ["seenShare", { seenShare: 0.6 }],
    ["loss", { loss: "anscombe" }],
    ["weightDecay", { weightDecay: 0.1 }],
    ["clipNorm", { clipNorm: 0.01 }],
    ["average", { average: 0.1 }],
    ["validationFraction", { validationFraction: 0.3 }],
    ["widths", { widths: [5] }],
    ["steps", { steps: 2 }],
    ["damping", { damping: 0.5 }],
    ["output", { output: "polar" }],
    ["stages", { stages: 2 }],
  ],
  "pinn-scan": [
    ["seenShare", { seenShare: 0.6 }],
    ["stages", { stages: 1 }],
    ["framesPerTile", { framesPerTile: 5 }],
    ["tilePx", { tilePx: 28 }],
    ["splits", { splits: 2 }],
  ],
  "supervised-scan": [
    ["objects", { objects: 3 }],
    ["phantoms", { phantoms: ["circuit"] }],
    ["amplitudeMin", { amplitudeMin: 0.5 }],
    ["phaseRangeRad", { phaseRangeRad: 1 }],
    ["validationFraction", { objects: 4, validationFraction: 0.6 }],
    ["tilePx", { tilePx: 28 }],
    ["engineOptions", { engineOptions: { fixProbe: true, epochs: 2, alpha: 1, prior: "none" } }],
  ],
};

describe.each(["pinn", "pinn-scan", "supervised-scan"])(
  "a control changes the weights of %s (F-06)",
  (arm) => {
    const cases: readonly [string, Case][] = [
      // A network that learns from simulated frames has no others.
      ...shared.filter(([name]) => arm !== "supervised-scan" || name !== "the noise of the frames"),
      ...own[arm]!.map(([name, options]): [string, Case] => [
        name,
        { changes: { methods: { [arm]: options } } },
      ]),
    ];

    let root = "";
    let runs = 0;
    async function trained(options: Case = {}): Promise<{ epoch: number; weights: string }> {
      const changes = mergeDesign({ methods: { [arm]: smallest[arm]! } }, options.changes ?? {});
      const { job, result } = await run(arm, { ...options, changes, root: join(root, String(runs++)) });
      const { bestEpoch } = result["metrics"] as { bestEpoch: number };
      return { epoch: bestEpoch, weights: await weightsOf(job) };
    }

    let reference: Awaited<ReturnType<typeof trained>>;
    beforeAll(async () => {
      root = await mkdtemp(join(tmpdir(), "doselap-controls-"));
      reference = await trained();
      // Weights of 0, which an untrained network gives back, would differ from any.
      expect(reference.epoch).toBeGreaterThan(0);
    });
    afterAll(() => rm(root, { recursive: true, force: true }));

    test.each(cases)("%s", async (_name, options) => {
      const changed = await trained(options);
      expect(changed.epoch).toBeGreaterThan(0);
      expect(changed.weights).not.toBe(reference.weights);
    });
  },
);

describe("a job that loses its numbers", () => {
  test("at once, by a learning rate of a million, is a failure that its log holds", async () => {
    const { job, design } = await networkJob("pinn", {
      changes: { methods: { pinn: { learningRate: 1e6 } } },
    });
    const error = await rejection(runTrainingJob(job, { runner: builtinRunner(), design }));
    expect(error).toMatchObject({ _tag: "Diverged", message: expect.stringContaining("model-last-good/") });
    const log = readFileSync(job.logPath, "utf8");
    expect(log).toMatch(/^health: step \d+: training lost its numbers/mu);
    expect(log).toMatch(/^result: failed DivergedError: .*Lower learningRate.*weights/mu);
    const { parameters, arm } = await loadBundle(join(job.artifactDir, "model-last-good"));
    expect(arm.name).toBe("pinn");
    const values = Object.values(parameters).flatMap((data) => Array.from(data));
    expect(values.every(Number.isFinite)).toBe(true);
    // The start: drawn, not 0.
    expect(values.some((value) => value !== 0)).toBe(true);
    expect(existsSync(join(job.artifactDir, "model"))).toBe(false);
    expect(existsSync(join(job.artifactDir, "reconstruction.npz"))).toBe(false);
  });

  test("after a good epoch leaves the best state so far, as a network that loads", async () => {
    const { job, design } = await networkJob("pinn");
    const steps = 8;
    const runner = builtinRunner({ openRuntime: async () => losing(await openNodeRuntime(), steps) });
    expect(await rejection(runTrainingJob(job, { runner, design }))).toMatchObject({ _tag: "Diverged" });
    expect(readFileSync(job.logPath, "utf8")).toMatch(
      /^epoch 1\/2: (.*\n)*kept: model-last-good, epoch 1\nresult: failed/mu,
    );
    expect(existsSync(join(job.artifactDir, "model"))).toBe(false);
    const { parameters } = await loadBundle(join(job.artifactDir, "model-last-good"));
    // The same job, not disturbed, has one epoch more.
    const whole = await networkJob("pinn", { changes: { methods: { pinn: { epochs: 2 } } } });
    await runTrainingJob(whole.job, { runner: builtinRunner(), design: whole.design });
    const { parameters: last } = await loadBundle(join(whole.job.artifactDir, "model"));
    const sum = Object.values(parameters).flatMap((data) => Array.from(data, Math.abs));
    expect(Math.max(...sum)).toBeGreaterThan(0);
    expect(parameters).not.toEqual(last);
  });
});
