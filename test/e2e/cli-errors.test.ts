// What the command line says to a careless user: every mistake has its exit code, its reason and a way out. And its help.

import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli, startCli, writeTinyStudy } from "../support/cli.ts";
import { commandsIn } from "../support/cli-checks.ts";
import { cliInside } from "../support/cli-inside.ts";

let folder: string;
// Tables run inside the test process; "in a process of its own" shows that the built command says the same.
const { ok, fails } = commandsIn(() => folder, cliInside);
const scan = ["simulate", "--object", "cells", "--size", "16", "--dose", "100"];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-cli-errors-"));
  await ok(...scan, "--object-size", "48x48", "--overlap", "0.5", "--out", "scan.npz");
  await writeFile(join(folder, "text.npz"), "this is no archive\n");
  await mkdir(join(folder, "folder.npz"));
  await writeTinyStudy(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const names = [
  "run",
  "plan",
  "simulate",
  "thin",
  "train",
  "status",
  "attach",
  "cancel",
  "reconstruct",
  "infer",
  "engines",
  "compare",
  "metrics",
  "report",
  "inspect",
  "convert",
  "completion",
];

describe("help", () => {
  test.each(["", ...names])("doselap %s --help", async (command) => {
    const { stdout, stderr } = await ok(...(command === "" ? [] : [command]), "--help");
    expect(stderr).toBe("");
    expect(stdout).toMatchSnapshot();
  });

  test("the overview lists every command, and says nothing on stderr; --version is the package's", async () => {
    const { stdout } = await ok();
    for (const name of names) expect(stdout).toMatch(new RegExp(`^ {2}${name} +[A-Z]`, "mu"));
    expect((await ok("--version")).stdout).toMatch(/^\d+\.\d+\.\d+\n$/u);
  });
});

describe("in a process of its own the exit code and every word are the same", () => {
  test.each([
    "",
    "--version",
    "run --help",
    "recontruct scan.npz",
    "run tiny.yaml --workers 0",
    "plan quik",
    "simulate --objct cells",
    "thin scan.npz --out r.npz",
    "train tiny.yaml --threads 2",
    "status none",
    "attach none",
    "cancel none",
    "prepare none.cxi --out r.npz",
    "reconstruct scan.npz --engine rpi --out r.npz",
    "infer none scan.npz --out r.npz",
    "engines rpi",
    "compare scan.npz --truth none.npz --out out",
    "metrics scan.npz --maxShift -1",
    "report a b",
    "inspect text.npz",
    "convert none.npz out.npz",
    "completion bsh",
    "work none",
    "run tiny.yaml --out scan.npz",
    "reconstruct text.npz --out r.npz --json",
    "inspect folder.npz --json",
    "plan wrong.yaml",
  ])("doselap %s", async (line) => {
    await writeFile(join(folder, "wrong.yaml"), "preset: quick\ndoses: [-3]\n");
    const args = line === "" ? [] : line.split(" ");
    const inside = await cliInside(args, { cwd: folder });
    expect(await cli(args, { cwd: folder })).toEqual(inside);
    await rm(join(folder, "wrong.yaml"));
  });
});

describe("usage mistakes exit 2 and name the nearest valid thing", () => {
  test.concurrent.each<[string, RegExp]>([
    [
      "recontruct scan.npz",
      /unknown command "recontruct".*Did you mean "reconstruct"\?\nSee doselap --help/u,
    ],
    ["--hlp", /unknown flag "--hlp"\. Did you mean "--help"/u],
    [
      "simulate --objct cells",
      /unknown flag "--objct"\. Did you mean "--object"\?\nSee doselap simulate --help/u,
    ],
    ["inspect scan.npz --jsn", /unknown flag "--jsn"\. Did you mean "--json"/u],
    ["plan quik", /unknown preset "quik".*quick, fly64, iso-dose, measured.*Did you mean "quick"/u],
    ["run fly46 --out new", /unknown preset "fly46".*Did you mean "fly64"/u],
    ["run tiny.yaml --stage compre", /--stage: expected one of plan.*got "compre"\. Did you mean "compare"/u],
    ["reconstruct scan.npz --engine rpi --out r.npz", /--engine: .*got "rpi"\. Did you mean "rpie"/u],
    [
      "reconstruct scan.npz --engine dm:30+lsqm:9 --out r.npz",
      /--engine: .*got "lsqm" in "dm:30\+lsqm:9"\. Did you mean "lsqml"/u,
    ],
    [
      "reconstruct scan.npz --engine ml --set damp=1 --out r.npz",
      /--set damp: ml has no option of this name.*Did you mean "damping"/u,
    ],
    ["reconstruct scan.npz --engine dm --set alpha=1 --out r.npz", /--set alpha: .*rpie and mpie have it/u],
    ["reconstruct scan.npz --likelihood poison --out r.npz", /--likelihood: .*Did you mean "poisson"/u],
    ["metrics scan.npz scan.npz --gauge standrd", /--gauge: .*Did you mean "standard"/u],
    [
      "simulate --object cels --dose 9 --overlap 0.5 --out r.npz",
      /no such phantom.*got cels\. Did you mean "cells"/u,
    ],
    [
      "simulate --object cells --scan rastr --dose 9 --overlap 0.5 --out r.npz",
      /--scan: .*Did you mean "raster"/u,
    ],
  ])("doselap %s", async (line, message) => {
    expect(await fails(2, ...line.split(" "))).toMatch(message);
  });

  test.concurrent.each<[string, RegExp]>([
    ["simulate", /--object is needed\n.*--dose is needed\n.*--out is needed/u],
    ["metrics scan.npz", /B is needed/u],
    ["report a b", /takes 1 argument besides flags, got "b" as well/u],
    ["run tiny.yaml --workers 0", /--workers: expected a number above 0, got "0"/u],
    ["run tiny.yaml --threads 0", /--threads: expected a number above 0, got "0"/u],
    ["run tiny.yaml --threads 257", /threads: .*a whole number from 1 to 256, got 257/u],
    ["train tiny.yaml --threads 2", /unknown flag "--threads"/u],
    ["run tiny.yaml --executor slurm --workers 2", /--workers: is for jobs on this machine/u],
    ["run tiny.yaml --executor slurm --fail-fast", /--fail-fast: is for jobs on this machine/u],
    ["run tiny.yaml --executor slurm --silence 60 --dry-run", /--silence: is for jobs on this machine/u],
    ["run tiny.yaml --executor slurm --memory 900", /--memory: is for jobs on this machine/u],
    ["run tiny.yaml --slurm-partition long", /Slurm's settings need --executor slurm/u],
    ["run tiny.yaml --workers 1.5", /--workers: expected a whole number, got "1\.5"/u],
    ["metrics scan.npz scan.npz --maxShift -1", /--max-shift: expected a number of at least 0, got "-1"/u],
    ["thin scan.npz --fraction 1.2 --out r.npz", /--fraction: expected a fraction in \(0, 1\], got "1\.2"/u],
    ["thin scan.npz --out r.npz", /nothing to do; expected --fraction, --keep-overlap or both/u],
    ["reconstruct scan.npz --epochs 0 --out r.npz", /--epochs: expected a number above 0/u],
    [
      "reconstruct scan.npz --out r.txt",
      /--out: cannot write this kind of file; expected a name ending in \.npz/u,
    ],
    ["reconstruct scan.npz --engine dm:x --out r.npz", /--engine: .*expected dm:EPOCHS, got dm:x/u],
    ["reconstruct scan.npz --epochs 100001 --out r.npz", /epochs: .*100000/u],
    [
      "reconstruct scan.npz --set stepRule=batch --out r.npz",
      /--set stepRule: rpie has no option of this name.*`doselap engines NAME` lists them/u,
    ],
    ["reconstruct scan.npz --set alpha --out r.npz", /--set: expected KEY=VALUE, got "alpha"/u],
    ["reconstruct scan.npz --alpha 0.5 --set alpha=0.6 --out r.npz", /--set alpha: .*given twice/u],
    ["reconstruct scan.npz --probe-modes 99 --out r.npz", /probe modes.*from 1 to 20, got 99/u],
    ["convert scan.npz r.jpeg", /cannot write this kind of file.*r\.jpeg/u],
    ["convert scan.npz r.cxi", /--energy EV, --distance METRES, --detector-pixel METRES/u],
    ["run tiny.yaml --out new --runner command", /needs --command/u],
    ["run tiny.yaml --out new --command true", /--command needs --runner command/u],
    ["run measured --out new", /--input: a measured study needs a scan/u],
    ["plan quick --input scan.npz", /is simulated and takes no input/u],
  ])("doselap %s", async (line, message) => {
    expect(await fails(2, ...line.split(" "))).toMatch(message);
  });

  test.concurrent.each<[string, string, RegExp]>([
    ["--dose", "-5", /--dose: expected a number above 0, got "-5"/u],
    ["--dose", "NaN", /--dose: expected a number, got "NaN"/u],
    ["--dose", "many", /--dose: expected a number, got "many"/u],
    ["--overlap", "1", /--overlap: expected an overlap in \[0, 1\), got "1"/u],
    ["--frames", "2.5", /--frames: expected a whole number/u],
    ["--size", "33", /--size: expected an even product of 2, 3 and 5/u],
    ["--seed", "-1", /--seed: expected a whole number from 0 to/u],
    ["--out", "r.h5", /--out: cannot write this kind of file/u],
  ])("doselap simulate %s %s", async (flag, value, message) => {
    const flags = { "--object": "cells", "--dose": "9", "--overlap": "0.5", "--out": "r.npz", [flag]: value };
    expect(await fails(2, "simulate", ...Object.entries(flags).flat())).toMatch(message);
  });
});

describe("files that are not what they should be exit 1 and are named", () => {
  test.concurrent.each<[string, RegExp]>([
    ["convert none.npz out.npz", /none\.npz.*no such file/u],
    ["thin text.npz --fraction 0.5 --out out.npz", /text\.npz.*ZIP archive/u],
    ["reconstruct folder.npz --out out.npz", /folder\.npz.*a folder/u],
    ["metrics scan.npz none.npy", /none\.npy.*no such file/u],
    [
      "metrics scan.npz:objectGues scan.npz",
      /objectGues: has no array of this name; expected one of .*objectGuess/u,
    ],
    ["metrics scan.npz scan.npz:probeGuess", /differ in shape.*\(16, 16\).*\(48, 48\)/u],
    ["metrics scan.npz:xcoords scan.npz", /is not an image/u],
    ["compare scan.npz --truth none.npz --out out", /none\.npz.*no such file/u],
    ["compare scan.npz --truth scan.npz --out scan.npz", /scan\.npz.*a file where a folder is needed/u],
    [
      "reconstruct scan.npz --epochs 100000 --out folder.npz",
      /folder\.npz: cannot be written; got a folder/u,
    ],
    ["reconstruct scan.npz --epochs 100000 --out scan.npz/r.npz", /a file where a folder is needed/u],
    ["thin scan.npz --keep-overlap 0.9 --out out.npz", /dropping positions cannot give this overlap/u],
    ["run tiny.yaml --out scan.npz", /scan\.npz.*a file where a folder is needed/u],
    ["run measured --input none.npz --out new", /none\.npz.*no such file/u],
    ["plan none.yaml", /none\.yaml.*cannot be read/u],
    ["report none", /none\/study\.json/u],
  ])("doselap %s", async (line, message) => {
    expect(await fails(1, ...line.split(" "))).toMatch(message);
  });

  test("inspect describes them as it describes any file: violations, exit 1, JSON too", async () => {
    for (const file of ["none.npz", "text.npz", "folder.npz"]) {
      const { code, stdout } = await cliInside(["inspect", file, "--json"], { cwd: folder });
      expect(code).toBe(1);
      const answer = JSON.parse(stdout) as {
        file: string;
        violations: { finding: string }[];
        warnings: unknown[];
      };
      expect(answer).toMatchObject({ file, violations: [{ finding: "DATA-001" }], warnings: [] });
    }
  });

  test("nothing that failed left a file behind", async () => {
    expect((await readdir(folder)).toSorted()).toEqual(["folder.npz", "scan.npz", "text.npz", "tiny.yaml"]);
  });
});

describe("with --json an error is the last line of stderr, in JSON, and stdout stays empty", () => {
  test.concurrent.each<[number, string, RegExp]>([
    [1, "reconstruct text.npz --out r.npz", /"tag":"Format","message":"[^"]*","file":"[^"]*text\.npz"/u],
    [2, "plan quik", /"tag":"Usage","message":".*quik.*"hint":"Did you mean \\"quick\\"/u],
    [2, "inspect scan.npz --jsn", /"tag":"Usage","message":".*--jsn.*"file":null,"key":null/u],
  ])("exit %i: doselap %s", async (code, line, told) => {
    const run = await cliInside([...line.split(" "), "--json"], { cwd: folder });
    expect(run).toMatchObject({ code, stdout: "" });
    const last = run.stderr.trimEnd().split("\n").at(-1)!;
    expect(last).toMatch(told);
    const { error } = JSON.parse(last) as { error: object };
    const fields = ["tag", "message", "file", "key", "expected", "got", "finding", "hint"];
    expect(Object.keys(error)).toEqual(fields);
  });
});

describe("study files", () => {
  test.concurrent.each<[string, string, RegExp]>([
    ["broken YAML", "preset: quick\ndoses: [1000\nviews: }\n", /broken-yaml\.yaml:\d+:\d+: not valid YAML/u],
    [
      "an unknown key",
      "preset: quick\nengines:\n  rpie: { epoch: 6 }\n",
      /:3:\d+ : engines\.rpie\.epoch: no such key\. Did you mean "epochs"/u,
    ],
    ["an unknown preset", "preset: quik\n", /:1:\d+ : preset: no such preset.*Did you mean "quick"/u],
    ["a dose below zero", "preset: quick\ndoses: [-3]\n", /:2:\d+ : doses\.0: must be greater than 0/u],
    ["nothing inside", "", /got an empty file\. Start with `preset: quick`/u],
  ])("%s is told with its place", async (name, text, message) => {
    const file = `${name.replaceAll(" ", "-").toLowerCase()}.yaml`;
    await writeFile(join(folder, file), text);
    expect(await fails(2, "plan", file)).toMatch(message);
  });
});

test.each(["text.npz", "./text.npz", "folder.npz/../text.npz", "absent.npz"])(
  "a file is named as it was typed: %s",
  async (name) => {
    expect(await fails(1, "reconstruct", name, "--out", "r.npz")).toMatch(
      new RegExp(`^doselap: ${name.replaceAll(".", "\\.")}[ :]`, "u"),
    );
    const told = await cliInside(["thin", name, "--fraction", "0.5", "--out", "r.npz", "--json"], {
      cwd: folder,
    });
    const { error } = JSON.parse(told.stderr) as { error: { file: string } };
    expect(error.file).toBe(name);
  },
);

describe("ends that come early", () => {
  test.each(["stdout", "stderr"] as const)("a reader that closes %s at once is no error", async (closed) => {
    const { child, done } = startCli(["plan", "fly64", "--json"], { cwd: folder });
    child[closed]?.destroy();
    const { code, stderr } = await done;
    expect(code).toBe(0);
    if (closed === "stdout") expect(stderr).toBe("");
  });

  test("Ctrl-C stops a reconstruction with exit 130 and no file, and a simulation at once", async () => {
    const args = ["reconstruct", "scan.npz", "--epochs", "100000", "--out", "never.npz"];
    const slow = startCli(args, { cwd: folder });
    // Half a million frames: minutes of work that never gives the event loop a turn.
    const vast = ["--object-size", "512x512", "--overlap", "0.99", "--out", "never.npz"];
    const busy = startCli([...scan, ...vast], { cwd: folder });
    // The estimate is printed when the reconstruction listens; a simulation never does.
    await new Promise((heard) => slow.child.stderr!.once("data", heard));
    for (const { child } of [slow, busy]) child.kill("SIGINT");
    expect(await slow.done).toMatchObject({ code: 130, signal: null });
    expect(await busy.done).toMatchObject({ code: null, signal: "SIGINT" });
    expect(await readdir(folder)).not.toContain("never.npz");
  });

  test("a closed terminal ends a run like Ctrl-C: its lock goes, and the same command goes on", async () => {
    await writeFile(join(folder, "hup.yaml"), "preset: quick\n");
    const run = startCli(["run", "hup.yaml", "--out", "hup", "--workers", "1"], { cwd: folder });
    await new Promise((heard) =>
      run.child.stderr!.on("data", (text) => text.includes("generate:") && heard(0)),
    );
    // Nobody reads any more, either.
    run.child.stderr!.destroy();
    run.child.kill("SIGHUP");
    expect(await run.done).toMatchObject({ code: 130, signal: null });
    expect(await readdir(join(folder, "hup"))).not.toContain("run.lock");
  });

  test.each([
    ["below /proc", "/proc/x", /got its parent takes no new folder/u],
    ["with a name that is too long", "x".repeat(300), /got a name that is too long/u],
  ])("a folder %s cannot be made, which is said at once", async (_where, out, message) => {
    expect(await fails(1, "run", "quick", "--out", out)).toMatch(message);
    const simulate = [...scan, "--object-size", "48x48", "--overlap", "0.5"];
    expect(await fails(1, ...simulate, "--out", join(out, "scan.npz"))).toMatch(message);
  });

  test("a line feed in a folder's name is no line of the answer", async () => {
    const { stdout } = await cli(["run", "quick", "--out", "a\nfake", "--stage", "plan"], { cwd: folder });
    expect(stdout.trim().split("\n")).toHaveLength(1);
    const status = await cli(["status", "a\nfake"], { cwd: folder });
    expect(status.stdout).toContain("in a\\u000afake");
    expect(status.stdout).not.toMatch(/^fake/mu);
  });
});
