// A folder that was given to Slurm is never stuck: refused, gone, on another machine or over, each is told at once, with the way on.
// Slurm's commands are imitated by scripts on the PATH; test/slurm has the real ones.

import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { cli, startCli, writeTinyStudy, type CliResult } from "../support/cli.ts";

let folder: string;
/** Holds node alone: a machine without Slurm. */
const bare = { PATH: `${dirname(process.execPath)}:/usr/bin:/bin` };
let count = 0;
let out: string;
/** A finished run, in the folder of that name. */
let whole: CliResult;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-slurm-away-"));
  await writeTinyStudy(folder, (text) =>
    text
      .replace(/arms:.*/u, 'arms: [pinn, "null"]')
      .replace(/ {2}(?:dense|sparse):.*\n/gu, (line) => line.replace(/\{.*\}/u, "null"))
      .replace(/doses:.*/u, "doses: [1000]"),
  );
  out = "whole";
  whole = await run(study());
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => {
  out = `run-${count++}`;
});

/** A PATH on which Slurm's commands are these shell scripts. Debian's own, where they are, are out of sight. */
async function fake(commands: { readonly [name: string]: string }): Promise<{ PATH: string }> {
  const bin = join(folder, `bin-${count}-${Object.keys(commands).length}`);
  await mkdir(bin, { recursive: true });
  for (const name of ["sh", "sleep", "cp", "node"]) {
    const real = name === "node" ? process.execPath : `/bin/${name}`;
    await writeFile(join(bin, name), `#!/bin/sh\nexec ${real} "$@"\n`);
    await chmod(join(bin, name), 0o755);
  }
  for (const [name, text] of Object.entries(commands)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${text}\n`);
    await chmod(join(bin, name), 0o755);
  }
  return { PATH: bin };
}

const away = (): Promise<{ PATH: string }> => fake({});
const silent = (): Promise<{ PATH: string }> =>
  fake(
    Object.fromEntries(["squeue", "scancel", "sacct", "sbatch", "scontrol"].map((name) => [name, "exit 1"])),
  );
const run = (args: readonly string[], env: Record<string, string> = bare): Promise<CliResult> =>
  cli(args, { cwd: folder, env });
const study = (...more: string[]): string[] => ["run", "tiny.yaml", "--out", out, "--workers", "1", ...more];

async function finishedRun(): Promise<void> {
  expect(whole.code, whole.stderr).toBe(0);
  await cp(join(folder, "whole"), join(folder, out), { recursive: true });
}

/** What a session that was killed leaves behind, or an older one. */
async function submitted(text: object = {}): Promise<void> {
  await mkdir(join(folder, out, "slurm"), { recursive: true });
  const { jobs } = JSON.parse((await run([...study(), "--dry-run", "--json"])).stdout) as {
    jobs: { stage: string; path: string }[];
  };
  const stages = [...new Set(jobs.map(({ stage }) => stage))];
  await writeFile(
    join(folder, out, "slurm/submission.json"),
    JSON.stringify({
      executor: "slurm",
      jobName: "doselap-tiny-1",
      jobIds: { generate: "7", collect: "8" },
      isWhole: true,
      ...text,
    }),
  );
  await writeFile(
    join(folder, out, "slurm/tasks.json"),
    JSON.stringify({
      trainer: { runner: "builtin" },
      arrays: stages.map((stage) => ({
        stage,
        tasks: [jobs.filter((job) => job.stage === stage).map(({ path }) => path)],
      })),
      collect: [...stages, "report"],
    }),
  );
}

describe("a submission that is refused", () => {
  const refusing = { scontrol: "exit 0", squeue: "exit 0", sbatch: "echo 'no such partition' >&2; exit 1" };

  test("leaves a folder that nobody is at work in: attach, status, cancel and a local run say so at once", async () => {
    const env = await fake(refusing);
    const { code, stderr } = await run(["run", "tiny.yaml", "--out", out, "--executor", "slurm"], env);
    expect(code).toBe(1);
    expect(stderr).toContain("no such partition");
    expect(existsSync(join(folder, out, "slurm/submission.json"))).toBe(false);
    const attached = await run(["attach", out], env);
    expect(attached).toMatchObject({ code: 1, stdout: "" });
    expect(attached.stderr).toMatch(/nobody is at work.*doselap run --out/u);
    expect((await run(["status", out])).stdout).toContain(
      `nobody is at work; go on with doselap run --out ${out}`,
    );
    expect(await run(["cancel", out])).toMatchObject({
      code: 0,
      stdout: `${out}: nobody is at work, nothing to end\n`,
    });
    expect((await run(study("--stage", "plan,generate"))).code).toBe(0);
  });

  test("is given back: an array that was taken is cancelled, and one that cannot be asked after is said to be left", async () => {
    const taken = `case "$*" in *generate.sh) echo 7;; *) exit 1;; esac`;
    const queue = `case "$*" in *'%F|%j'*) [ -e gone ] || echo '7|x';; *) [ -e gone ] || echo '7|0|RUNNING|None';; esac`;
    const env = await fake({
      ...refusing,
      sbatch: taken,
      squeue: queue,
      scancel: "echo $* > gone",
      sacct: "exit 0",
    });
    const args = ["run", "tiny.yaml", "--out", out, "--executor", "slurm"];
    const { stderr } = await run(args, env);
    expect(stderr).toContain("Nothing of it is left in the queue");
    expect(await readFile(join(folder, "gone"), "utf8")).toBe("7\n");
    expect(existsSync(join(folder, out, "slurm/submission.json"))).toBe(false);
    const mute = await fake({ scontrol: "exit 0", squeue: "exit 1", sbatch: taken });
    expect((await run(args, mute)).stderr).toContain("end them with doselap cancel");
    expect(existsSync(join(folder, out, "slurm/submission.json"))).toBe(true);
  });

  test("by a machine that has no sbatch leaves no trace of a submission", async () => {
    const env = await fake({ scontrol: "exit 0" });
    const { code, stderr } = await run(["run", "tiny.yaml", "--out", out, "--executor", "slurm"], env);
    expect(code).toBe(1);
    expect(stderr).toContain("sbatch: Slurm's commands are not on this machine");
    expect(existsSync(join(folder, out, "slurm/submission.json"))).toBe(false);
    expect(existsSync(join(folder, out, "slurm/tasks.json"))).toBe(false);
  });

  test("and was not tidied away: attach says that nothing is at work", async () => {
    await run(study("--stage", "plan"));
    await submitted({ jobIds: {}, isWhole: false });
    const { code, stderr } = await run(["attach", out], await away());
    expect(code).toBe(1);
    expect(stderr).toContain("nobody is at work");
    expect((await run(["status", out], await away())).stdout).toContain("nobody is at work");
    expect((await run(study("--stage", "generate"), await away())).code).toBe(0);
  });
});

test("a local run takes the folder of an old submission: attach waits for its process, not for Slurm's jobs", async () => {
  await run(study("--stage", "plan"));
  await submitted();
  const env = await fake({ squeue: "exit 0", sacct: "exit 0" });
  for (const name of ["sh", "sleep", "cp"]) await rm(join(env.PATH, name));
  await writeFile(join(folder, "slow.sh"), `sleep 4; cp "$DOSELAP_TEST_DATA" reconstruction.npz\n`);
  const local = startCli(study("--runner", "command", "--command", "sh slow.sh", "--arm", "pinn,null"), {
    cwd: folder,
    // Its trainer needs more of the system than the imitated PATH has.
    env: { PATH: `${env.PATH}:${bare.PATH}` },
  });
  while (!existsSync(join(folder, out, "data/dose_1000"))) await new Promise((done) => setTimeout(done, 50));
  expect(existsSync(join(folder, out, "slurm/submission.json"))).toBe(false);
  const attached = run(["attach", out], env);
  const { code } = await local.done;
  const { stdout, stderr, code: same } = await attached;
  expect(same, stderr).toBe(code);
  expect(stdout).toMatch(/ 0 failed/u);
});

describe.each([
  ["is not on this machine", away],
  ["does not answer", silent],
] as const)("Slurm %s", (words, environment) => {
  test("an open run: status tells what it knows, and cancel --forget is the way out", async () => {
    await run(study("--stage", "plan,generate"));
    await submitted();
    const env = await environment();
    const status = await run(["status", out], env);
    expect(status.code).toBe(0);
    expect(status.stdout).toMatch(/^ {2}generate +1 +1 /mu);
    expect(status.stdout).toContain("Slurm cannot be asked here");
    expect(status.stdout).toContain(`doselap cancel ${out} --forget`);
    const again = await run(study(), env);
    expect(again.code).toBe(1);
    expect(again.stderr).toContain("doselap cancel --forget");
    const refused = await run(["cancel", out], env);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("doselap cancel --forget");
    const forgotten = await run(["cancel", out, "--forget"], env);
    expect(forgotten.code, words).toBe(0);
    expect((await run(study("--stage", "views"), env)).code).toBe(0);
  });

  test("a finished run: attach ends at once, status says finished, cancel ends nothing, run finds all of it", async () => {
    await finishedRun();
    await submitted();
    const env = await environment();
    const attached = await run(["attach", out], env);
    expect(attached).toMatchObject({ code: 0 });
    expect(attached.stdout).toContain(`report: ${out}/report.html`);
    expect((await run(["status", out], env)).stdout).toContain("finished; the report is");
    expect(await run(["cancel", out], env)).toMatchObject({
      code: 0,
      stdout: `${out}: the run is over, nothing to end\n`,
    });
    await submitted();
    expect((await run(study(), env)).stdout).toMatch(/^(\d+) jobs done \(\1 found finished\)/mu);
  });
});

test("cancel of what is no run is an error, as of status", async () => {
  await mkdir(join(folder, "empty"), { recursive: true });
  for (const dir of ["empty", "absent"]) {
    const [cancelled, asked] = [await run(["cancel", dir]), await run(["status", dir])];
    expect(cancelled).toMatchObject({ code: 1, stdout: "" });
    expect(cancelled.stderr).toBe(asked.stderr);
  }
});

describe("a dry run for Slurm", () => {
  test("needs no Slurm, and is a shell script whose comments tell how each script is submitted", async () => {
    out = `it's $(touch pwned)\nhere`;
    const args = [
      "run",
      "tiny.yaml",
      "--out",
      out,
      "--executor",
      "slurm",
      "--slurm-partition",
      "long",
      "--dry-run",
    ];
    const { code, stdout, stderr } = await run(args, await away());
    expect(code).toBe(0);
    expect(stderr).toContain("arrays have at most 1000 tasks");
    execFileSync("bash", ["-n"], { input: stdout });
    expect(stdout).toContain(
      "\n# sbatch --parsable --partition=long --dependency=afterany:<id of generate> '",
    );
    expect(stdout).toContain("\n#SBATCH --kill-on-invalid-dep=yes\n");
    expect(stdout).toMatch(/\n# \d+ jobs, none was run/u);
    const { scripts } = JSON.parse((await run([...args, "--json"], await away())).stdout) as {
      scripts: { name: string; after: string[]; submit: string[] }[];
    };
    expect(scripts.map(({ after }) => after)).toEqual(
      scripts.map((_, index) => scripts.slice(0, index).map(({ name }) => name)),
    );
    expect(scripts[1]?.submit.slice(0, 4)).toEqual([
      "sbatch",
      "--parsable",
      "--partition=long",
      "--dependency=afterany:<id of generate>",
    ]);
    expect(existsSync(join(folder, out))).toBe(false);
  });

  test("counts the jobs that a run counts", async () => {
    const dry = await run([...study(), "--dry-run"]);
    const jobs = /(\d+) jobs, none was run/u.exec(dry.stdout)?.[1];
    expect((await run(["plan", "tiny.yaml"])).stdout).toContain(`Total: ${jobs} jobs besides the plan`);
    expect(whole.stdout).toContain(`${jobs} jobs done`);
    expect((await run(["attach", "whole"])).stdout).toContain(`${jobs} jobs done`);
  });
});
