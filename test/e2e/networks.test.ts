// Networks in a study as a user runs it: trained, scored beside the engines, applied to a scan, the same bytes for any number
// of workers, and nothing lost when training is killed or stopped by Ctrl-C.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import type { StudyResult } from "../../src/study/results.ts";
import { cli, fingerprints, startCli, writeTinyStudy } from "../support/cli.ts";
import { commandsIn } from "../support/cli-checks.ts";
import { jsonArray } from "../support/small-dataset.ts";

let folder: string;
let trained: Record<string, string>;
const { ok, json, fails } = commandsIn(() => folder);
const arms = [
  "pinn",
  "pinn-scan",
  "supervised",
  "supervised-scan",
  "rpie",
  "chain",
  "hybrid",
  "steps",
  "mean-pattern",
  "null",
];
const job = (arm: string) => `train/dose_10000/dense/gs2/${arm}/seed_42`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-networks-"));
  await writeTinyStudy(folder, (text) =>
    text
      .replace("doses: [1000, 100000]", "doses: [10000]")
      .replace(/ {2}(baseline|sparse):.*/gu, "  $1: null")
      .replace(/arms:.*/u, `arms: [${arms.slice(0, -1).join(", ")}]`)
      // Long enough to be caught at it.
      .replace("pinn: { widths: [4, 8], epochs: 2,", "pinn: { widths: [4, 8], epochs: 12,")
      .replace(
        "methods:",
        `methods:\n  ${scanOptions}\n  ${taughtOptions}\n  hybrid: { engine: rpie, engineOptions: { epochs: 3 } }`,
      ),
  );
  const { stderr } = await ok("run", "tiny.yaml", "--out", "run", "--workers", "2");
  expect(stderr).not.toMatch(/failed|skipped/u);
  trained = await fingerprints(join(folder, "run"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const scanOptions =
  "pinn-scan: { widths: [4, 8], epochs: 2, splits: 1, tilePx: 32, framesPerTile: 4, engine: rpie, engineOptions: { epochs: 3 } }";
const taughtOptions =
  "supervised-scan: { widths: [4, 8], epochs: 2, objects: 2, tilePx: 32, engine: rpie, engineOptions: { epochs: 3 } }";

describe("a study with networks", () => {
  test("scores every arm; what a network learned is in its log and in the manifest", async () => {
    const result: StudyResult = JSON.parse(await readFile(join(folder, "run/compare/metrics.json"), "utf8"));
    const states = result.cells.flatMap((cell) => cell.arms.map(({ arm, state }) => [arm, state]));
    expect(states).toEqual(arms.map((arm) => [arm, "done"]));
    const log = await readFile(join(folder, "run", job("pinn"), "train.log"), "utf8");
    expect(log).toMatch(/^epoch 12\/12: loss /mu);
    const manifest = await readFile(join(folder, "run/train/training_manifest.json"), "utf8");
    for (const { state, result: found } of JSON.parse(manifest).jobs) {
      expect(state).toBe("done");
      expect(found.metrics).toMatchObject({ levels: expect.any(Object), seed: 42 });
    }
  });

  test("the chain is the engine that pinn-scan corrects, run by itself", async () => {
    const at = join(folder, "run/reconstruct/dose_10000/dense/gs2/chain/seed_42/history.json");
    const { engine, reconstructions } = JSON.parse(await readFile(at, "utf8"));
    expect(engine).toBe("rpie");
    expect(reconstructions.reconstruction.misfit).toHaveLength(3);
  });

  test("leaves the same bytes with one worker as with two", async () => {
    await ok("run", "tiny.yaml", "--out", "alone", "--workers", "1");
    expect(await fingerprints(join(folder, "alone"))).toEqual(trained);
  });

  test("has the network of a hybrid arm trained when that arm alone is asked for", async () => {
    const { jobs } = await json("run", "tiny.yaml", "--out", "run", "--arm", "hybrid", "--dry-run");
    const withArm = (jobs as { stage: string; arm: string | null }[]).filter(({ arm }) => arm !== null);
    expect(withArm.map(({ stage, arm }) => [stage, arm])).toEqual([
      ["train", "pinn-scan"],
      ["reconstruct", "hybrid"],
    ]);
  });

  test("its report names every arm and shows what each found", async () => {
    const html = await readFile(join(folder, "run/report.html"), "utf8");
    for (const arm of arms) {
      expect(html).toContain(`data-arm="${arm}"`);
      expect(html).toMatch(new RegExp(`alt="${arm}, amplitude`, "u"));
    }
    expect(html).toMatch(/small networks? here: .*full study \(fly64\)/u);
  });
});

describe("doselap infer", () => {
  const scan = "run/data/dose_10000/dense/seed_42/test.npz";

  /** Every bit of it. */
  async function object(file: string): Promise<string> {
    const npz = await openNpz(join(folder, file));
    try {
      const { data } = await npz.read("objectGuess");
      return Buffer.from(Float32Array.from(data as Float32Array).buffer).toString("base64");
    } finally {
      await npz.close();
    }
  }

  async function withoutMetadata() {
    const npz = await openNpz(join(folder, scan));
    const names = npz.names.filter((name) => !name.includes("metadata"));
    const arrays = await Promise.all(names.map(async (name) => [name, await npz.read(name)] as const));
    await npz.close();
    return Object.fromEntries(arrays);
  }

  test.each(["pinn", "pinn-scan"])("with the network of %s gives what its training job left", async (arm) => {
    const answer = await json("infer", `run/${job(arm)}/model`, scan, "--out", `${arm}.npz`);
    expect(answer).toMatchObject({ arm, out: `${arm}.npz`, objectShape: [128, 80], warnings: [] });
    const left = await object(`run/${job(arm)}/reconstruction.npz`);
    expect((await object(`${arm}.npz`)) === left).toBe(true);
    const { stdout } = await ok("infer", `run/${job(arm)}/model`, scan, "--out", "again.npz");
    expect(stdout).toMatch(
      new RegExp(`^${arm}: \\d+ frames, object 128 × 80 px, written to again\\.npz$`, "mu"),
    );
    const [first, second] = [`${arm}.npz`, "again.npz"].map((file) => readFileSync(join(folder, file)));
    expect(first!.equals(second!)).toBe(true);
  });

  test("a small memory is taken in parts, a provider without its device is refused, and nothing else is written", async () => {
    const model = `run/${job("pinn-scan")}/model`;
    await ok("infer", model, scan, "--memory", "1", "--out", "small.npz");
    expect(existsSync(join(folder, "small.npz"))).toBe(true);
    const refused = await fails(1, "infer", model, scan, "--provider", "cuda", "--out", "none.npz");
    // The runtime's own lines, of which there would be one, begin with a colour and hold their place in its source.
    expect(refused).toMatch(/^doselap: provider: cuda does not compute here/u);
    expect(refused).not.toMatch(/\.cc:\d+ \w+\]/u);
  });

  test("its object is compared like any other", async () => {
    await ok("infer", `run/${job("pinn")}/model`, scan, "--out", "mine.npz");
    expect(await json("metrics", "mine.npz:objectGuess", `${scan}:objectGuess`)).toBeDefined();
  });

  test("a scan of another dose is done with a warning, one without a dose not at all", async () => {
    await ok("thin", scan, "--fraction", "0.1", "--out", "faint.npz");
    const { stderr } = await ok(
      "infer",
      `run/${job("pinn")}/model`,
      "faint.npz",
      "--out",
      "faint-object.npz",
    );
    expect(stderr).toMatch(
      /warning: trained at 10000 photons per frame, the frames of the scan hold (99\d|10[0-2]\d)(\.\d)?\n/u,
    );
    await writeNpz(join(folder, "nameless.npz"), await withoutMetadata());
    expect(await fails(1, "infer", `run/${job("pinn")}/model`, "nameless.npz", "--out", "none.npz")).toMatch(
      /nameless\.npz : _metadata\.nphotons: .*photons per frame.*\[DATA-001\]/u,
    );
    expect(existsSync(join(folder, "none.npz"))).toBe(false);
  });

  test("a dose that the counts contradict is a warning, of infer and of reconstruct", async () => {
    const metadata = jsonArray({ nphotons: 1e5 });
    await writeNpz(join(folder, "wrong.npz"), { ...(await withoutMetadata()), _metadata: metadata });
    const told = expect.stringMatching(
      /^wrong\.npz: the metadata say 100000 photons per frame, the frames hold/u,
    );
    const how = ["wrong.npz", "--out", "wrong-object.npz"];
    expect((await json("infer", `run/${job("pinn")}/model`, ...how))["warnings"]).toEqual([told]);
    expect((await json("reconstruct", ...how, "--engine", "epie", "--epochs", "1"))["warnings"]).toEqual([
      told,
    ]);
  });

  test("a network that was changed, and a folder that is none, are refused by name", async () => {
    await cp(join(folder, "run", job("pinn"), "model"), join(folder, "spoilt"), { recursive: true });
    await copyFile(join(folder, scan), join(folder, "spoilt/weights.npz"));
    expect(await fails(1, "infer", "spoilt", scan, "--out", "none.npz")).toMatch(
      /spoilt\/weights\.npz: the file is not the one that was written with this bundle/u,
    );
    expect(await fails(1, "infer", "run", scan, "--out", "none.npz")).toMatch(/run\/bundle\.json/u);
  });
});

/** What the stages up to training left, by its bytes. */
async function upToTraining(out: string): Promise<[string, string][]> {
  const all = out === "run" ? trained : await fingerprints(join(folder, out));
  return Object.entries(all).filter(([file]) => /^(data|views|train)\//u.test(file));
}

/** Starts training and waits until a network has begun to learn. */
async function untilTraining(out: string, workers: string) {
  const started = startCli(["train", "tiny.yaml", "--out", out, "--workers", workers], { cwd: folder });
  const parent = join(folder, out, job("pinn"), "..");
  const learning = (): boolean => {
    const partial = existsSync(parent)
      ? readdirSync(parent).find((name) => name.endsWith(".partial"))
      : undefined;
    if (partial === undefined) return false;
    // Each process works in a folder of its own.
    const logs = readdirSync(join(parent, partial)).map((own) => join(parent, partial, own, "train.log"));
    return logs.some((log) => existsSync(log) && readFileSync(log, "utf8").includes("\nepoch 2/"));
  };
  while (!learning() && started.child.exitCode === null) await sleep(5);
  expect(started.child.exitCode).toBeNull();
  return started;
}

describe.each(["2", "1"])("training with %s worker(s)", (workers) => {
  test("that is killed goes on when it is run again, to the same bytes", async () => {
    const { child, done } = await untilTraining(`killed-${workers}`, workers);
    child.kill("SIGKILL");
    expect((await done).signal).toBe("SIGKILL");
    const out = `killed-${workers}`;
    const { stdout } = await ok("train", "tiny.yaml", "--out", out, "--workers", workers);
    expect(stdout).toMatch(/\([1-9]\d* found finished\)/u);
    expect(await upToTraining(out)).toEqual(await upToTraining("run"));
  });

  test("that is stopped by Ctrl-C ends by itself: exit code 130, no crash, nothing half written", async () => {
    const out = `stopped-${workers}`;
    const { child, done } = await untilTraining(out, workers);
    child.kill("SIGINT");
    const { code, signal, stderr, stdout } = await done;
    expect({ code, signal, stdout }).toEqual({ code: 130, signal: null, stdout: "" });
    expect(stderr).toMatch(/stopping; finished jobs are kept/u);
    expect(stderr).not.toMatch(/terminate called|Abort|core dumped|Fatal|^ {4}at /mu);
    expect(readdirSync(folder).filter((name) => name.startsWith("core"))).toEqual([]);
    const left = readdirSync(join(folder, out), { recursive: true }).map(String);
    // What stays of a job that was stopped is its last state, and nothing else.
    const inside = left.filter((name) => name.includes(".partial/")).map((name) => basename(name));
    expect(inside.filter((name) => name !== "checkpoint")).toEqual([]);
    expect(left.filter((name) => name.endsWith(".lock"))).toEqual([]);
    await ok("train", "tiny.yaml", "--out", out, "--workers", workers);
    expect(await upToTraining(out)).toEqual(await upToTraining("run"));
  });
});

test("a job whose network loses its numbers fails, keeps its log, and the other arms go on", async () => {
  const text = await readFile(join(folder, "tiny.yaml"), "utf8");
  await writeFile(join(folder, "wild.yaml"), text.replace("pinn: {", "pinn: { learningRate: 1.0e+6,"));
  const { code, stderr, stdout } = await cli(["run", "wild.yaml", "--out", "wild", "--arm", "pinn,rpie"], {
    cwd: folder,
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /failed: train\/.*\/pinn\/seed_42: .*training lost its numbers.*Lower learningRate/u,
  );
  expect(stdout).toMatch(/ pinn +failed: training failed: .*lost its numbers/u);
  expect(stdout).toMatch(/ rpie +0\.\d/u);
  const log = await readFile(join(folder, "wild", job("pinn"), "train.log"), "utf8");
  expect(log).toMatch(/^result: failed DivergedError/mu);
});
