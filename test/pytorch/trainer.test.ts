// The example trainer in PyTorch as an arm of a study, run by the real command line with the real torch: its physics is
// ours, it beats a flat object, the report says who trained it, and every way to fail is a failed job with its reason.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli, writeTinyStudy, type CliResult } from "../support/cli.ts";

/** Debian's Python, for which python3-torch is installed. */
const python = "/usr/bin/python3";
const repository = resolve(import.meta.dirname, "../..");
const example = join(repository, "examples/pytorch");

let folder: string;
let study: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-pytorch-"));
  study = await writeTinyStudy(folder, (text) =>
    text
      .replace("doses: [1000, 100000]", "doses: [100000]")
      .replace(/^arms: .*$/mu, 'arms: [pinn, supervised, "null"]'),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As a user types it in the repository: the trainer's path is relative to there. */
function withTrainer(args: readonly string[], command: string): Promise<CliResult> {
  return cli([...args, "--runner", "command", "--command", command], { cwd: repository });
}

test("its forward model, adjoint and gradient fit the counts that doselap simulates", async () => {
  const scan = join(folder, "scan.npz");
  const scene = ["--object", "cells", "--object-size", "112x112", "--probe", "default", "--size", "32"];
  const made = await cli(["simulate", ...scene, "--dose", "30000", "--overlap", "0.6", "--out", scan], {
    cwd: folder,
  });
  expect(made.code).toBe(0);
  const { stdout } = await promisify(execFile)(python, [
    // Leaves no compiled module in the repository.
    "-B",
    join(import.meta.dirname, "physics.py"),
    example,
    scan,
  ]);
  const told = JSON.parse(stdout) as Record<
    "scatter" | "error" | "forward" | "backward" | "gradient",
    number
  >;
  // Poisson counts scatter with variance λ: 4 standard errors.
  expect(Math.abs(told.scatter - 1)).toBeLessThan(4 * told.error);
  expect(told.error).toBeLessThan(0.02);
  // float32 sums of some hundred thousand terms of either sign.
  expect(Math.abs(told.forward - told.backward)).toBeLessThan(1e-4 * Math.abs(told.forward));
  // ε in the one and a floor of the rate in the other differ where a pixel expects less than a count in a thousand.
  expect(told.gradient).toBeLessThan(1e-2);
}, 120_000);

describe("as an arm of a study", () => {
  const command = `${python} examples/pytorch/train.py --updates 25`;
  const job = "train/dose_100000/dense/gs2/pinn/seed_42";
  let run: string;
  let result: CliResult;
  beforeAll(async () => {
    run = join(folder, "run");
    result = await withTrainer(["run", study, "--out", run], command);
  }, 280_000);

  interface Arm {
    readonly arm: string;
    readonly state: string;
    readonly trainer?: string;
    readonly rows: readonly { readonly part: string; readonly metric: string; readonly value: number }[];
  }
  async function arms(): Promise<Arm[]> {
    const { cells } = JSON.parse(await readFile(join(run, "compare/metrics.json"), "utf8")) as {
      cells: { view: string; arms: Arm[] }[];
    };
    return cells.find(({ view }) => view === "dense")!.arms;
  }

  test("all its jobs are done, and its lines are in the log", async () => {
    expect(result.stderr).not.toMatch(/failed/u);
    expect(result.code).toBe(0);
    const log = await readFile(join(run, job, "train.log"), "utf8");
    expect(log).toMatch(/^out\| torch [\d.]+\S*, \d+ frames of 32 px$/mu);
    expect(log).toMatch(/^out\| epoch 25\/25: loss -?[\d.]+$/mu);
  });

  test("with and without truth it is much nearer to the object than a flat one is", async () => {
    const error = (name: string, all: readonly Arm[]): number =>
      all
        .find(({ arm }) => arm === name)!
        .rows.find(({ part, metric }) => part === "phase" && metric === "mae")!.value;
    const found = await arms();
    for (const name of ["pinn", "supervised"])
      expect(error(name, found)).toBeLessThan(0.75 * error("null", found));
  });

  test("the table and the report say who trained it", async () => {
    expect((await arms()).map(({ arm, trainer }) => [arm, trainer])).toEqual([
      ["pinn", "example in PyTorch"],
      ["supervised", "example in PyTorch"],
      ["null", undefined],
    ]);
    expect(result.stdout).toMatch(/pinn \(external\)/u);
    expect(result.stdout).toContain("external: trained by example in PyTorch, not by doselap");
    expect(await readFile(join(run, "report.html"), "utf8")).toContain("external: example in PyTorch");
  });

  test("every number of the report can be computed again", async () => {
    const verified = await cli(["report", run, "--verify"], { cwd: folder });
    expect(verified.stderr + verified.stdout).toMatch(/^verified: .*nothing differs$/mu);
    expect(verified.code).toBe(0);
  });

  test("the same job gives the same files again, and a finished one is kept", async () => {
    const hash = async (name: string): Promise<string> =>
      createHash("sha256")
        .update(await readFile(join(run, job, name)))
        .digest("hex");
    const names = ["reconstruction.npz", "network.npz", "train.log"];
    const before = await Promise.all(names.map(hash));
    const again = ["train", study, "--out", run, "--view", "dense", "--arm", "pinn"];
    expect((await withTrainer(again, command)).stdout).toMatch(/^(\d+) jobs done \(\1 found finished\)/mu);
    await rm(join(run, job), { recursive: true });
    expect((await withTrainer(again, command)).code).toBe(0);
    expect(await Promise.all(names.map(hash))).toEqual(before);
  });
});

describe("a trainer that fails leaves a failed job with its reason", () => {
  const faults: readonly [what: string, code: string, reason: RegExp, log: RegExp][] = [
    [
      "another shape",
      "save(numpy.ones((3, 4), 'complex64'))",
      /expected \(128, 80\), got \(3, 4\)/u,
      /result: failed/u,
    ],
    ["NaN", "save(torch.full((128, 80), float('nan') + 0j).numpy())", /not finite.*NaN/u, /result: failed/u],
    ["a kill", "os.kill(os.getpid(), signal.SIGKILL)", /SIGKILL/u, /result: failed/u],
    ["too little memory", "torch.empty(2**50)", /exit code 1/u, /err\| RuntimeError: .*memory/u],
    ["no output", "pass", /without leaving its reconstruction/u, /result: failed/u],
    [
      "output that is not ASCII",
      "print('µ ☃ \\x1b[31m', flush=True); sys.exit(9)",
      /exit code 9/u,
      /^out\| \\u00b5 \\u2603 \\u001b\[31m$/mu,
    ],
  ];
  let run: string;
  beforeAll(async () => {
    run = join(folder, "faults");
    expect((await cli(["run", study, "--out", run, "--stage", "generate,views"], { cwd: folder })).code).toBe(
      0,
    );
  }, 120_000);

  async function train(command: string): Promise<CliResult & { readonly log: string }> {
    const only = ["--dose", "100000", "--view", "baseline", "--arm", "pinn"];
    const result = await withTrainer(["train", study, "--out", run, ...only], command);
    const file = join(run, "train/dose_100000/baseline/gs1/pinn/seed_42/train.log");
    return { ...result, log: await readFile(file, "utf8") };
  }

  test.each(faults)("%s", async (_what, code, reason, log) => {
    const file = join(folder, "fault.py");
    const head =
      "import os, signal, sys, numpy, torch\nsave = lambda o: numpy.savez('reconstruction.npz', objectGuess=o)\n";
    await writeFile(file, `${head}${code}\n`);
    const told = await train(`PYTHONIOENCODING=utf-8 ${python} ${file}`);
    expect(told.code).toBe(1);
    expect(told.stderr).toMatch(reason);
    expect(told.log).toMatch(log);
    expect(told.log).toMatch(/^[\x20-\x7e\n]*$/u);
  });

  test("a Python without torch: the example says what is missing and how to get it", async () => {
    const without = join(folder, "without");
    await mkdir(without, { recursive: true });
    await writeFile(join(without, "torch.py"), "raise ImportError('No module named torch')\n");
    const told = await train(`PYTHONPATH=${without} ${python} ${join(example, "train.py")}`);
    expect(told.code).toBe(1);
    expect(told.stderr).toMatch(/exit code 1/u);
    expect(told.log).toMatch(/^err\| this trainer needs PyTorch 1\.13 or newer: No module named torch$/mu);
    expect(told.log).toMatch(/^err\| .*python3-torch/mu);
  });
});
