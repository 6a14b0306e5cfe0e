// A study on a real Slurm: the bytes of a local run, whatever is done to it on the way.

import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { cli, fingerprints, startCli, writeTinyStudy } from "../support/cli.ts";
import { startCluster, until, type Cluster } from "./cluster.ts";

let cluster: Cluster;
let folder: string;
let study: string;
let local: Record<string, string>;
let count = 0;
/** The run folder of the test, relative to `folder`. */
let out: string;

const submit = ["--executor", "slurm", "--slurm-task-seconds", "1"] as const;

beforeAll(async () => {
  cluster = await startCluster({ port: 16817 });
  folder = await mkdtemp(join(tmpdir(), "doselap-slurm-runs-"));
  study = await writeTinyStudy(folder, (text) =>
    text
      .replace(/arms:.*/u, 'arms: [pinn, supervised, rpie, ml, "null"]')
      .replace(/ {2}baseline:.*\n/u, "")
      .replace(/doses:.*/u, "doses: [1000]"),
  );
  const { code, stderr } = await cli(["run", study, "--out", "local", "--workers", "2"], { cwd: folder });
  expect(stderr).not.toContain("failed");
  expect(code).toBe(0);
  local = await fingerprints(join(folder, "local"));
});
afterAll(async () => {
  await cluster.down();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  out = `run-${count++}`;
});

const command = (...args: string[]) => cli(args, { cwd: folder, env: cluster.env });
const start = (...args: string[]) => startCli(args, { cwd: folder, env: cluster.env });
const finished = (dir: string) =>
  readdir(join(folder, dir, "reconstruct"), { recursive: true }).then((names) => names.length > 0);

test("from a folder with a hostile name, with one worker and on Slurm: the same bytes", async () => {
  out = `it's "a" $(touch pwned)\nstudy`;
  const { code, stderr } = await command("run", study, "--out", out, ...submit);
  expect(stderr).not.toContain("failed");
  expect(code).toBe(0);
  expect(await fingerprints(join(folder, out))).toEqual(local);
  expect(await readdir(folder)).not.toContain("pwned");
  const one = await cli(["run", study, "--out", "one", "--workers", "1"], { cwd: folder });
  expect(one.code).toBe(0);
  expect(await fingerprints(join(folder, "one"))).toEqual(local);
});

test("the session that submitted is killed: status tells, a second run is refused, attach waits to the end", async () => {
  const { child, done } = start("run", study, "--out", out, ...submit);
  await until("jobs are submitted", async () => (await cluster.alive()).length > 3);
  await until("the submission is whole", async () =>
    (await readFile(join(folder, out, "slurm/submission.json"), "utf8")).includes('"isWhole": true'),
  );
  child.kill("SIGKILL");
  await done;
  const again = await command("run", study, "--out", out, ...submit);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("doselap attach");
  const status = await command("status", out, "--json");
  expect(JSON.parse(status.stdout)).toMatchObject({ isAlive: true, local: { isAlive: false } });
  const attached = await command("attach", out);
  expect(attached.stdout).toMatch(/jobs done .*0 failed/u);
  expect(attached.code).toBe(0);
  expect(await fingerprints(join(folder, out))).toEqual(local);
  expect(JSON.parse((await command("status", out, "--json")).stdout)).toMatchObject({ isAlive: false });
});

test("a task is told to stop before its limit, requeued, and goes on; the controller goes and comes back", async () => {
  const { done } = start("run", study, "--out", out, ...submit);
  await until(
    "a training task runs",
    async () =>
      (await cluster.alive()).some((line) => line.includes("RUNNING")) &&
      (await readdir(join(folder, out, "train"))).length > 0,
  );
  const running = (await cluster.alive()).find((line) => line.endsWith("RUNNING"))!.split(" ")[0]!;
  await cluster.slurm("scancel", "--batch", "--signal=USR1", running);
  await until("it waits again", async () => !(await cluster.alive()).includes(`${running} RUNNING`));
  await cluster.stopController();
  const blind = await command("status", out, "--json");
  expect(JSON.parse(blind.stdout)).toMatchObject({ isAlive: true, slurm: { running: null } });
  await cluster.startController();
  await cluster.hurry();
  const { code, stderr } = await done;
  expect(stderr).not.toContain("failed");
  expect(code).toBe(0);
  expect(await fingerprints(join(folder, out))).toEqual(local);
});

test("a task that somebody cancels is told by its reason; the same command goes on and does the rest alone", async () => {
  const { done } = start("run", study, "--out", out, ...submit);
  await until("reconstructions begin", () => finished(out));
  const victims = (await cluster.alive())
    .filter((line) => line.endsWith("RUNNING"))
    .map((line) => line.split(" ")[0]!);
  await cluster.slurm("scancel", ...victims);
  const { code, stderr } = await done;
  expect(code).toBe(1);
  expect(stderr).toMatch(/Slurm: the task was cancelled|is not there yet|left no result/u);
  const { code: second } = await command("run", study, "--out", out, ...submit);
  expect(second).toBe(0);
  expect(await fingerprints(join(folder, out))).toEqual(local);
});

test("cancel ends everything and loses nothing: a local run goes on", async () => {
  const { child, done } = start("run", study, "--out", out, ...submit);
  await until("reconstructions begin", () => finished(out));
  child.kill("SIGKILL");
  await done;
  const cancelled = await command("cancel", out);
  expect(cancelled.code).toBe(0);
  expect(await cluster.alive()).toEqual([]);
  const { code } = await cli(["run", study, "--out", out, "--workers", "2"], {
    cwd: folder,
    env: cluster.env,
  });
  expect(code).toBe(0);
  expect(await fingerprints(join(folder, out))).toEqual(local);
});

test("what Slurm refuses is told in its words, and nothing is left in the queue", async () => {
  const { code, stderr } = await command("run", study, "--out", out, ...submit, "--slurm-partition", "nope");
  expect(code).toBe(1);
  expect(stderr).toMatch(/Invalid partition name/u);
  expect(await cluster.alive()).toEqual([]);
});

test("a dry run prints the scripts that are submitted; trainer, threads and checkpoints reach the tasks", async () => {
  await writeFile(
    join(folder, "trainer.sh"),
    `echo "$DOSELAP_ARM"; cp "$DOSELAP_TEST_DATA" reconstruction.npz\n`,
  );
  const external = [
    "--runner",
    "command",
    "--command",
    "sh trainer.sh",
    "--arm",
    "pinn,rpie,null",
    "--view",
    "dense",
  ];
  const settings = ["--threads", "2", "--checkpoint-every", "7", "--slurm-time", "30"];
  const args = ["run", study, "--out", out, ...external];
  const dry = await command(...args, "--executor", "slurm", ...settings, "--dry-run", "--json");
  expect(existsSync(join(folder, out))).toBe(false);
  const { code, stderr } = await command(...args, "--executor", "slurm", ...settings);
  expect(code, stderr).toBe(0);
  const scripts = JSON.parse(dry.stdout).scripts as { name: string; text: string }[];
  // The common name of the jobs is drawn anew for each submission.
  const unnamed = (text: string): string => text.replace(/--job-name=doselap-tiny-[0-9a-f]{8}-/u, "");
  for (const { name, text } of scripts)
    expect(unnamed(text)).toBe(unnamed(await readFile(join(folder, out, "slurm", `${name}.sh`), "utf8")));
  expect(scripts.map(({ name, text }) => [name, /--cpus-per-task=(\d+)/u.exec(text)?.[1]])).toEqual(
    ["generate", "views", "train", "reconstruct", "compare", "collect"].map((name) => [
      name,
      name === "reconstruct" ? "2" : "1",
    ]),
  );
  expect(JSON.parse(await readFile(join(folder, out, "slurm/tasks.json"), "utf8"))).toMatchObject({
    threads: 2,
    checkpointMs: 7000,
  });
  // The same trainer, here: all of its work is found, for its program's hash is that of the tasks.
  const here = await command(...args, "--workers", "1", "--json");
  const { done, reused } = JSON.parse(here.stdout);
  expect(reused).toBe(done);
});
