// Hostile names and texts, through the real program: whatever a file, a folder, a question, a label or a metadata entry is called,
// nothing is written elsewhere, no shell runs it, and no control character reaches the terminal.

import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { writeNpz } from "../../src/io/npz.ts";
import { cli, type CliResult } from "../support/cli.ts";
import { cliInside } from "../support/cli-inside.ts";
import { hostileFileNames, hostileText } from "../support/hostile-text.ts";
import { jsonArray, smallArrays } from "../support/small-dataset.ts";
import { npy, storedNpz } from "../support/stored-npz.ts";
import { writeSyntheticRun } from "../support/synthetic-run.ts";

let root: string;
let scan: string;
const cells = ["simulate", "--object", "cells", "--overlap", "0.5"];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-hostile-"));
  const simulated = await call(root, [
    ...cells,
    "--object-size",
    "48x48",
    "--size",
    "16",
    "--dose",
    "100",
    "--out",
    "scan.npz",
  ]);
  expect(simulated.stderr).toBe("");
  scan = join(root, "scan.npz");
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** What would move the cursor, colour text, or turn its direction. Line feeds end our own lines. */
const controls = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/u;

/** A call that may fail with a reason, but not with a defect of ours. */
async function call(cwd: string, args: readonly string[], run: typeof cliInside = cli): Promise<CliResult> {
  const result = await run(args, { cwd });
  const said = result.stdout + result.stderr;
  expect(said).not.toMatch(controls);
  expect(said).not.toMatch(/unexpected error|^ {4}at /mu);
  expect([0, 1, 2]).toContain(result.code);
  return result;
}

/** A folder of its own inside of another, so that what is written beside it is seen. Tests that run at a time give their own
 * `finished`: the global one may be another test's. */
async function newFolder(
  finished: (end: () => Promise<void>) => void = onTestFinished,
): Promise<{ outer: string; inner: string }> {
  const outer = await mkdtemp(join(root, "case-"));
  finished(() => rm(outer, { recursive: true, force: true }));
  await mkdir(join(outer, "inner"));
  return { outer, inner: join(outer, "inner") };
}

async function names(folder: string): Promise<string[]> {
  return (await readdir(folder)).sort();
}

async function parsedJson(
  cwd: string,
  args: readonly string[],
  run?: typeof cliInside,
): Promise<{ readonly [key: string]: unknown }> {
  const { stdout, stderr, code } = await call(cwd, [...args, "--json"], run);
  expect({ stderr, code }).toEqual({ stderr, code: 0 });
  return JSON.parse(stdout);
}

describe("files with hostile names", () => {
  test.concurrent.for(hostileFileNames)(
    "%j is written, read and named as it is, and nothing else happens",
    async (name, { onTestFinished: finished }) => {
      const { outer, inner } = await newFolder(finished);
      const data = `${name}.npz`;
      // A leading dash is a flag, here as everywhere: such a file is named by its path.
      await parsedJson(inner, ["convert", scan, `./${data}`]);
      const inspected = await parsedJson(inner, ["inspect", `./${data}`], cliInside);
      expect(inspected).toMatchObject({ kind: "DATA-001", violations: [] });
      expect(String(inspected["file"]).endsWith(data)).toBe(true);
      expect((await call(inner, ["inspect", `./${data}`], cliInside)).code).toBe(0);
      expect(await names(inner)).toEqual([data]);
      expect(await names(outer)).toEqual(["inner"]);
    },
  );

  test("every other command takes such a name too", async () => {
    const { outer, inner } = await newFolder();
    const [data, object, thin] = ["1", "2", "3"].map((i) => `./a ' "$(touch MARK)\u001b[31m\n${i}.npz`) as [
      string,
      string,
      string,
    ];
    await parsedJson(inner, ["convert", scan, data]);
    await parsedJson(inner, ["thin", data, "--fraction", "0.5", "--out", thin]);
    await parsedJson(inner, ["reconstruct", data, "--epochs", "1", "--out", object]);
    await parsedJson(inner, ["metrics", object, `${data}:objectGuess`]);
    const simulated = ["simulate", "--object", object, "--size", "16", "--overlap", "0.5", "--dose", "10"];
    await parsedJson(inner, [...simulated, "--out", "scan.npz"]);
    await parsedJson(inner, ["compare", object, "--truth", data, "--out", "$(touch MARK)"]);
    const expected = [data, object, thin].map((name) => name.slice(2));
    expect(await names(inner)).toEqual([...expected, "scan.npz", "$(touch MARK)"].sort());
    expect(await names(outer)).toEqual(["inner"]);
  });

  test("a name that no file system takes is an error that says so", async () => {
    const { inner } = await newFolder();
    const { code, stderr } = await call(inner, ["convert", scan, `${"x".repeat(300)}.npz`]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot be written.*a name that is too long/su);
    expect(await names(inner)).toEqual([]);
  });

  test.each(["--rf.npz", "--out=MARK.npz"])(
    "%s without a path is taken for a flag and refused",
    async (name) => {
      const { inner } = await newFolder();
      expect((await call(inner, ["convert", scan, name])).code).toBe(2);
      expect(await names(inner)).toEqual([]);
    },
  );
});

describe("what a data file says of itself", () => {
  const operations = [hostileText, "\u001b]0;title\u0007", "$(touch MARK)"];
  const about = {
    nphotons: 1000,
    note: hostileText,
    [hostileText]: hostileText,
    provenance: operations.map((operation) => ({ operation, parameters: { path: "../../etc/passwd" } })),
  };

  test("metadata are text: shown without control characters, carried on letter by letter", async () => {
    const { outer, inner } = await newFolder();
    await writeNpz(join(inner, "in.npz"), { ...smallArrays(), _metadata: jsonArray(about) });
    const inspected = await parsedJson(inner, ["inspect", "in.npz"]);
    expect(inspected["provenance"]).toEqual(operations);
    expect((await call(inner, ["inspect", "in.npz"])).code).toBe(0);
    await parsedJson(inner, ["convert", "in.npz", "out.npz"]);
    const again = await parsedJson(inner, ["inspect", "out.npz"]);
    expect(again["provenance"]).toEqual([...operations, "convert"]);
    expect(await names(inner)).toEqual(["in.npz", "out.npz"]);
    expect(await names(outer)).toEqual(["inner"]);
  });

  test.each(["\u001b[31mred", "<script>1<", "$(touch MARK)", "a b"])(
    "an array called %j is listed as text",
    async (name) => {
      const { inner } = await newFolder();
      const one = npy("<f4", [2], Float32Array.of(1, 2));
      await writeFile(join(inner, "in.npz"), storedNpz([[name, one]]));
      const { arrays } = await parsedJson(inner, ["inspect", "in.npz"], cliInside);
      expect(arrays).toMatchObject([{ name }]);
      expect((await call(inner, ["inspect", "in.npz"], cliInside)).code).toBe(0);
      expect(await names(inner)).toEqual(["in.npz"]);
    },
  );

  test.each(["../evil", "/tmp/evil", "a/../../evil", "C:\\evil"])(
    "a member called %s is never a path",
    async (name) => {
      const { outer, inner } = await newFolder();
      const one = npy("<f4", [2], Float32Array.of(1, 2));
      await writeFile(join(inner, "in.npz"), storedNpz([[name, one]]));
      const { code, stdout } = await call(inner, ["inspect", "in.npz", "--json"], cliInside);
      expect(code).toBe(1);
      expect(JSON.parse(stdout).violations).toMatchObject([{ message: "is not a sound ZIP archive" }]);
      expect((await call(inner, ["convert", "in.npz", "out.npz"])).code).toBe(1);
      expect(await names(outer)).toEqual(["inner"]);
      expect(await names(inner)).toEqual(["in.npz"]);
    },
  );
});

describe("a study with hostile words", () => {
  test.each(["name", "view"])(
    "a %s that is no plain word is refused: folders are called after it",
    async (which) => {
      const { outer, inner } = await newFolder();
      for (const word of [
        "../x",
        "a/b",
        "$(touch MARK)",
        "A",
        "a b",
        "é",
        "",
        "x\n",
        "-x",
        "\0",
        hostileText,
      ]) {
        const fields =
          which === "name" ? { name: word } : { views: { [word]: { gridsize: 1, overlap: 0.5 } } };
        // JSON is YAML.
        await writeFile(join(inner, "study.yaml"), JSON.stringify({ preset: "quick", ...fields }));
        const { code, stderr } = await call(inner, ["plan", "./study.yaml"], cliInside);
        expect({ word, code }).toEqual({ word, code: 2 });
        expect(stderr).toMatch(/study\.yaml/u);
      }
      expect(await names(inner)).toEqual(["study.yaml"]);
      expect(await names(outer)).toEqual(["inner"]);
    },
  );

  test("a whole study with a hostile question, object file and folder stays in its folder", async () => {
    const { outer, inner } = await newFolder();
    const object = `ob'j"e$(touch MARK)ct\u001b[31m.npz`;
    const out = `run $(touch MARK) \u202e<b>`;
    const made = [
      "simulate",
      "--object",
      "cells",
      "--object-size",
      "128x80",
      "--size",
      "32",
      "--overlap",
      "0.5",
    ];
    await parsedJson(inner, [...made, "--dose", "10", "--out", `./${object}`]);
    const study = {
      preset: "quick",
      question: hostileText,
      sizePx: 32,
      object: { kind: "file", path: object },
      probe: { defocusRadiusPx: 6 },
      doses: [1e4],
      views: { baseline: { gridsize: 1, overlap: 0.6 } },
      arms: ["rpie", "null"],
      engines: { rpie: { epochs: 2 } },
    };
    await writeFile(join(inner, "study.yaml"), JSON.stringify(study));
    const { code, stderr } = await call(inner, ["run", "./study.yaml", "--out", `./${out}`]);
    expect({ code, stderr }).toEqual({ code: 0, stderr });
    const formats = ["report", `./${out}`, "--format", "html,markdown,json,csv"];
    expect((await call(inner, formats)).code).toBe(0);
    expect(await names(inner)).toEqual([object, out, "study.yaml"].sort());
    expect(await names(outer)).toEqual(["inner"]);
    expect(await names(join(inner, out))).toEqual(
      expect.arrayContaining(["report.csv", "report.html", "report.md"]),
    );
    const page = await readFile(join(inner, out, "report.html"), "utf8");
    expect(page).not.toMatch(/<script>globalThis|<img src="http|<iframe|<svg onload/u);
    expect(page).toContain("&lt;script&gt;globalThis.hostileRan");
  });
});

describe("a run folder from somebody else", () => {
  test("labels of a comparison are text in every form of the report", async () => {
    const { outer, inner } = await newFolder();
    const arms = { rpie: 0.3, [hostileText]: 0.2 };
    await writeSyntheticRun(join(inner, "run"), {
      doses: [1e3],
      viewNames: ["dense"],
      heightPx: 24,
      widthPx: 30,
      arms,
      failed: { "-2+3": hostileText, question: hostileText, name: hostileText },
    });
    const formats = ["report", "run", "--format", "html,markdown,json,csv"];
    const { code, stderr } = await call(inner, formats);
    expect({ code, stderr }).toEqual({ code: 0, stderr });
    expect(await names(outer)).toEqual(["inner"]);
    expect(await names(inner)).toEqual(["run"]);
    const csv = await readFile(join(inner, "run", "report.csv"), "utf8");
    // A cell that a spreadsheet would compute begins with = + - @; a number is none.
    expect(csv).toContain(",'-2+3,");
    expect(csv).not.toMatch(/(?:^|,)"?[=+@-](?![\d.]+(?:e[+-]?\d+)?(?:,|$))/mu);
    const figures = await readdir(join(inner, "run", "figures"));
    for (const file of figures.filter((each) => each.endsWith(".svg"))) {
      const svg = await readFile(join(inner, "run", "figures", file), "utf8");
      expect(svg).not.toMatch(/<script|<iframe|<img|<foreignObject| on\w+=["']/u);
    }
  });
});
