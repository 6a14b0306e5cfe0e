// What befalls a long task on a real Slurm: its node dies, a more urgent job takes its place, its time limit comes near. It is
// queued again, goes on from its checkpoint, and the bytes are those of a local run. Ids of ended jobs are purged meanwhile.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { fingerprints, startCli, cli, type CliResult } from "../support/cli.ts";
import { writeSmallStudy } from "../support/injure.ts";
import { startCluster, until, type Cluster } from "./cluster.ts";

/** Its training takes the better part of a minute: Slurm looks at time limits every 30 s. It is most of the study's time. */
const slow = (study: string): string =>
  study.replace("arms: [pinn, rpie, ml,", "arms: [pinn, rpie,").replace("epochs: 3,", "epochs: 600,");

/** What a node had is ended by a message that is sent again once the node is back, at times a second later: a task that had begun
 * anew by then would be ended by it. A node that was without power is away for longer; ours for a tenth of a second. */
const toldAgainMs = 5000;

let cluster: Cluster;
let folder: string;
let study: string;
/** Of the local run, which goes on beside the first test. */
let local: Promise<Record<string, string>>;

beforeAll(async () => {
  cluster = await startCluster({ port: 16917, minJobAge: 5 });
  folder = await mkdtemp(join(tmpdir(), "doselap-slurm-faults-"));
  study = await writeSmallStudy(folder, slow);
  local = cli(["run", study, "--out", "local", "--workers", "1"], { cwd: folder }).then(
    ({ code, stderr }) => {
      expect(code, stderr).toBe(0);
      return fingerprints(join(folder, "local"));
    },
  );
  // Whoever needs it hears of a failure.
  local.catch(() => undefined);
});
afterAll(async () => {
  await cluster.down();
  await rm(folder, { recursive: true, force: true });
});

function submit(out: string): Promise<CliResult> {
  const args = ["run", study, "--out", out, "--executor", "slurm", "--checkpoint-every", "1"];
  return startCli(args, { cwd: folder, env: cluster.env }).done;
}

const job = "train/dose_1000/baseline/gs1/pinn";
const checkpoint = (out: string): string => join(folder, out, job, ".seed_42.partial", "checkpoint");

/** Slurm's id of the training task, once it runs and has kept its state. */
async function training(out: string): Promise<string> {
  let task = "";
  await until("the training runs", async () => {
    const { jobIds } = JSON.parse(await readFile(join(folder, out, "slurm/submission.json"), "utf8"));
    task = `${jobIds.train}_0`;
    // Again and again: a task that is not quite gone yet cannot be told.
    await cluster.hurry();
    return (await cluster.alive()).includes(`${task} RUNNING`);
  });
  await until("it has kept its state", async () => existsSync(checkpoint(out)));
  return task;
}

async function restarts(task: string): Promise<number> {
  return Number(/Restarts=(\d+)/u.exec(await cluster.slurm("scontrol", "show", "job", task))?.[1]);
}

/** It waits again, with its checkpoint. */
async function queuedAgain(out: string, task: string, times: number): Promise<void> {
  await until("it is queued again", async () => (await cluster.alive()).includes(`${task} PENDING`));
  expect(await restarts(task)).toBe(times);
  expect(existsSync(checkpoint(out))).toBe(true);
}

async function expectWhole(out: string, done: Promise<CliResult>): Promise<void> {
  const hurrying = setInterval(() => void cluster.hurry().catch(() => undefined), 2000);
  const { code, stderr } = await done.finally(() => clearInterval(hurrying));
  expect(stderr).not.toContain("failed");
  expect(code).toBe(0);
  expect(await fingerprints(join(folder, out))).toEqual(await local);
}

test("a node that dies, and a more urgent job that takes the task's place", async () => {
  const done = submit("node");
  const task = await training("node");
  await cluster.killNode();
  await queuedAgain("node", task, 1);
  await cluster.startNode();
  await until("the node is back", async () =>
    (await cluster.slurm("sinfo", "-h", "-o", "%T"))
      .split("\n")
      .every((state) => state === "" || state === "idle"),
  );
  await sleep(toldAgainMs);
  await training("node");
  await cluster.slurm(
    "sbatch",
    "--partition=urgent",
    "--exclusive",
    "--output=/dev/null",
    "--wrap",
    "sleep 2",
  );
  await queuedAgain("node", task, 2);
  await until(
    "the urgent job is over",
    async () => !(await cluster.alive()).some((line) => line.includes("N/A RUNNING")),
  );
  await expectWhole("node", done);
  // Ids of its first jobs are long gone from Slurm's memory, which has no accounting here: the records alone tell.
  const { jobIds } = JSON.parse(await readFile(join(folder, "node/slurm/submission.json"), "utf8"));
  await until(
    "an id was purged",
    async () =>
      !(await cluster.slurm("squeue", "-h", "-t", "all", "-o", "%F")).split("\n").includes(jobIds.generate),
  );
  const attached = await cli(["attach", "node"], { cwd: folder, env: cluster.env });
  expect(attached.stdout).toMatch(/jobs done .*0 failed/u);
  expect(attached.code).toBe(0);
});

test("a time limit that comes near", async () => {
  const done = submit("limit");
  const task = await training("limit");
  await cluster.slurm("scontrol", "update", `jobid=${task}`, "TimeLimit=2");
  await queuedAgain("limit", task, 1);
  await cluster.slurm("scontrol", "update", `jobid=${task}`, "TimeLimit=UNLIMITED");
  await expectWhole("limit", done);
});
