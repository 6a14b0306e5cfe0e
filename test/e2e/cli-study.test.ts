// The commands on studies as a user runs them: plan, run, its stages and filters, report, and two at once in one folder.

import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli, startCli, writeTinyStudy } from "../support/cli.ts";
import { commandsIn, object, type JsonObject } from "../support/cli-checks.ts";

/** One cell of the study: enough to be found, told and drawn. */
const part = ["--dose", "1000", "--view", "sparse"];

let folder: string;
const { ok, json, fails } = commandsIn(() => folder);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-cli-study-"));
  await writeTinyStudy(folder, (text) => text.replaceAll("epochs: 6", "epochs: 2"));
  await ok("run", "tiny.yaml", "--out", "run", ...part);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function jobs(answer: JsonObject): JsonObject[] {
  const list = answer["jobs"];
  if (!Array.isArray(list)) throw new TypeError("no jobs");
  return list.map((job: unknown) => object(`${JSON.stringify(job)}\n`));
}

describe("plan", () => {
  test("says every cell and job, and writes nothing", async () => {
    const before = await readdir(folder);
    const plan = await json("plan", "tiny.yaml");
    expect(plan).toMatchObject({ name: "tiny", kind: "simulated" });
    expect(plan["cells"]).toHaveLength(2 * 3);
    const { stdout } = await ok("plan", "tiny.yaml");
    for (const word of ["baseline", "sparse", "100000", "guard band", "Total:"])
      expect(stdout).toContain(word);
    expect(await readdir(folder)).toEqual(before);
  });

  test("without a study it is the quick one", async () => {
    const [quick, none] = await Promise.all([json("plan", "quick"), json("plan")]);
    expect(none).toEqual(quick);
  });
});

describe("run --dry-run", () => {
  test("lists every job of every stage with dose, view, gridsize, arm and seed, and makes no folder", async () => {
    const list = jobs(await json("run", "tiny.yaml", "--out", "planned", "--dry-run"));
    expect(await readdir(folder)).not.toContain("planned");
    const stages = ["generate", "views", "train", "reconstruct", "compare"];
    expect([...new Set(list.map(({ stage }) => stage))]).toEqual(stages);
    const count = (stage: string): number => list.filter((job) => job["stage"] === stage).length;
    // 2 doses × 3 views; 2 network arms; 5 engines and null besides.
    const arms = ["pinn", "supervised", "epie", "rpie", "dm", "lsqml", "ml", "null"];
    expect(stages.map(count)).toEqual([6, 6, 12, 48, 6]);
    expect(new Set(list.map(({ arm }) => arm))).toEqual(new Set([...arms, null]));
    for (const job of list.filter(({ stage }) => stage === "train" || stage === "reconstruct")) {
      expect(job).toMatchObject({ seed: 42, gridsize: job["view"] === "baseline" ? 1 : 2 });
      expect([1000, 100000]).toContain(job["dose"]);
      expect(arms).toContain(job["arm"]);
    }
    const paths = list.map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  test("the filters and stages leave what was asked for", async () => {
    const filters = ["--dose", "1000", "--view", "sparse", "--arm", "rpie,null", "--stage", "reconstruct"];
    const list = jobs(await json("run", "tiny.yaml", "--out", "planned", "--dry-run", ...filters));
    expect(list.map(({ stage, dose, view, arm }) => [stage, dose, view, arm])).toEqual([
      ["reconstruct", 1000, "sparse", "rpie"],
      ["reconstruct", 1000, "sparse", "null"],
    ]);
  });

  test("a folder of another study is refused, as the run itself refuses it", async () => {
    const dry = await fails(1, "run", "quick", "--out", "run", "--dry-run");
    const wet = await fails(1, "run", "quick", "--out", "run");
    for (const stderr of [dry, wet]) expect(stderr).toMatch(/holds another study.*\(quick\).*\(tiny\)/u);
  });
});

describe("run", () => {
  test("again finds everything finished; --out alone knows its study; --json is one document with all jobs", async () => {
    const answer = await json("run", "--out", "run", ...part);
    expect(answer).toMatchObject({ study: "tiny", out: "run", failed: 0, done: answer["reused"] });
    expect(answer).toMatchObject({ skipped: 0 });
    expect(new Set(jobs(answer).map(({ state }) => state))).toEqual(new Set(["done"]));
  });

  test("prints a table with the null row and the report's path; progress goes to stderr", async () => {
    const { stdout, stderr } = await ok("run", "tiny.yaml", "--out", "run", ...part);
    expect(stdout).toMatch(/1000 {2}sparse .* null /u);
    expect(stdout).toMatch(/report: run\/report\.html\n$/u);
    expect(stderr).toMatch(/^compare: compare the arms/mu);
    expect(stdout).not.toMatch(/^compare: /mu);
  });

  test("stages one by one; a stage whose forerunner is missing names it and exits 1", async () => {
    const { code, stderr } = await cli(["run", "tiny.yaml", "--out", "staged", "--stage", "views", ...part], {
      cwd: folder,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/failed: views\/dose_1000\/sparse.*not there yet.*--stage generate/u);
    expect(stderr.match(/not there yet/gu)).toHaveLength(1);
    for (const stage of ["generate", "views", "reconstruct"]) {
      await ok("run", "tiny.yaml", "--out", "staged", "--stage", stage, ...part);
    }
    expect(await readdir(join(folder, "staged/reconstruct/dose_1000/sparse/gs2"))).toContain("rpie");
  });

  test("what was not trained is skipped with that reason, and --strict then exits 3", async () => {
    const stage = ["run", "--out", "staged", "--stage", "reconstruct", ...part];
    const answer = await json(...stage);
    const skipped = jobs(answer).filter(({ state }) => state === "skipped");
    expect(skipped.map(({ arm, reason }) => [arm, reason])).toEqual([
      ["pinn", "not trained"],
      ["supervised", "not trained"],
    ]);
    expect((await cli([...stage, "--strict"], { cwd: folder })).code).toBe(3);
    expect((await cli(["run", "--out", "run", ...part, "--strict"], { cwd: folder })).code).toBe(0);
  });

  test.each([
    ["--dose", "77"],
    ["--view", "dens"],
    ["--arm", "raar"],
    ["--gridsize", "3"],
    ["--seed", "1"],
  ])("%s %s matches nothing: exit 2 and the list of what there is", async (flag, value) => {
    const stderr = await fails(2, "run", "tiny.yaml", "--out", "run", flag, value);
    expect(stderr).toMatch(
      /no job matches.*doses 1000, 100000; views baseline, dense, sparse; gridsizes 1, 2; arms .*; seeds 42/u,
    );
  });
});

describe("report", () => {
  test("again gives the same bytes, into the folder or elsewhere", async () => {
    const html = join(folder, "run/report.html");
    const first = await readFile(html);
    await ok("report", "run");
    expect(await readFile(html)).toEqual(first);
    const answer = await json("report", "run", "--out", "some where/else.html");
    expect(answer).toMatchObject({ bytes: first.length });
    expect(String(answer["answer"]).length).toBeGreaterThan(20);
    expect(await readFile(join(folder, "some where/else.html"))).toEqual(first);
  });

  test("in four forms beside each other, and under another name with each its ending", async () => {
    const answer = await json(
      "report",
      "run",
      "--format",
      "html,markdown,json,csv",
      "--out",
      "forms/mine.html",
    );
    expect((await readdir(join(folder, "forms"))).toSorted()).toEqual([
      "mine-figures",
      "mine.csv",
      "mine.html",
      "mine.json",
      "mine.md",
    ]);
    const files = answer["files"] as { format: string; bytes: number }[];
    expect(files.map(({ format }) => format)).toEqual(["html", "markdown", "json", "csv"]);
    const document = object(await readFile(join(folder, "forms/mine.json"), "utf8"));
    expect(document["answer"]).toMatchObject({ sentence: answer["answer"] });
    const markdown = await readFile(join(folder, "forms/mine.md"), "utf8");
    const links = [...markdown.matchAll(/\(<(mine-figures\/[^>]+\.svg)>\)/gu)].map(([, path]) => path!);
    expect(links.length).toBeGreaterThan(3);
    for (const link of links) expect(await readFile(join(folder, "forms", link), "utf8")).toMatch(/<svg/u);
    await ok("report", "run", "--format", "csv", "--out", "forms/rows.txt");
    expect(await readFile(join(folder, "forms/rows.txt"), "utf8")).toBe(
      await readFile(join(folder, "forms/mine.csv"), "utf8"),
    );
    expect(await fails(2, "report", "run", "--verify", "--out", "x.html")).toMatch(
      /--out: --verify writes nothing/u,
    );
  });

  test("a folder without a comparison says which stage to run", async () => {
    await mkdir(join(folder, "empty"));
    expect(await fails(1, "report", "empty")).toMatch(/empty\/study\.json.*doselap run STUDY --out/u);
  });
});

describe("two at once in one folder", () => {
  test("a folder that a live process holds is refused, and its lock stays", async () => {
    await ok("run", "tiny.yaml", "--out", "held", "--stage", "plan");
    const lock = JSON.stringify({ pid: process.pid, host: hostname() });
    await writeFile(join(folder, "held/run.lock"), lock);
    expect(await fails(1, "run", "tiny.yaml", "--out", "held")).toMatch(
      new RegExp(`another doselap is at work.*process ${process.pid} on`, "u"),
    );
    expect(await readFile(join(folder, "held/run.lock"), "utf8")).toBe(lock);
  });

  test("of two runs started together one does the work, and the other does it too or says why not", async () => {
    const start = () =>
      startCli(["run", "tiny.yaml", "--out", "both", "--dose", "1000", "--stage", "generate"], {
        cwd: folder,
      }).done;
    const results = await Promise.all([start(), start()]);
    const refused = results.filter(({ code }) => code !== 0);
    expect(refused.length).toBeLessThan(2);
    for (const { code, stderr } of refused) {
      expect(code).toBe(1);
      expect(stderr).toMatch(/another doselap (is at work|had the lock at the same moment)/u);
    }
    await ok("run", "tiny.yaml", "--out", "both", "--dose", "1000", "--stage", "generate");
  });
});
