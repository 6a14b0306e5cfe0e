// The repository's own checks can fail: each is fed a small tree with one fault and must name it.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const scripts = join(import.meta.dirname, "../../scripts");
let root = "";

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-tooling-"));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe("count", () => {
  const file = (status: string, ...states: string[]) => ({
    name: "a.test.ts",
    status,
    assertionResults: states.map((state) => ({ status: state, fullName: "a fact" })),
  });

  test("sums reports and ends with one plain line", async () => {
    await write("a.json", JSON.stringify({ testResults: [file("passed", "passed", "passed")] }));
    await write("b.json", JSON.stringify({ testResults: [file("passed", "passed")] }));
    expect(await run("count.mjs", "a.json", "b.json")).toEqual({
      code: 0,
      stdout: "3 passed, 0 failed\n",
      stderr: "",
    });
  });

  test("fails on a failed test and repeats what it said", async () => {
    const { name, status } = file("failed");
    const failed = { status: "failed", fullName: "a fact", failureMessages: ["expected 1, got 2"] };
    await write("a.json", JSON.stringify({ testResults: [{ name, status, assertionResults: [failed] }] }));
    expect(await run("count.mjs", "a.json")).toEqual({
      code: 1,
      stdout: "0 passed, 1 failed\n",
      stderr: "\nfailed: a.test.ts: a fact\nexpected 1, got 2\n",
    });
  });

  test("counts a test file that could not be loaded as a failure and says why", async () => {
    const unloaded = { ...file("failed"), message: "no such module" };
    await write("a.json", JSON.stringify({ testResults: [file("passed", "passed"), unloaded] }));
    expect(await run("count.mjs", "a.json")).toEqual({
      code: 1,
      stdout: "1 passed, 1 failed\n",
      stderr: "\nfailed: a.test.ts\nno such module\n",
    });
  });

  test("counts a test left out as a failure and names it", async () => {
    await write("a.json", JSON.stringify({ testResults: [file("passed", "passed", "skipped")] }));
    const { code, stdout, stderr } = await run("count.mjs", "a.json");
    expect([code, stdout]).toEqual([1, "1 passed, 1 failed\n"]);
    expect(stderr).toContain("a.test.ts: a fact: skipped");
  });

  test("counts a missing report as a failure", async () => {
    expect(await run("count.mjs", "gone.json")).toMatchObject({ code: 1, stdout: "0 passed, 1 failed\n" });
  });

  test("fails when nothing ran", async () => {
    expect(await run("count.mjs")).toMatchObject({ code: 1, stdout: "0 passed, 0 failed\n" });
  });
});

describe("test index", () => {
  const good =
    '// What it proves. How it does.\nimport { test } from "vitest";\ntest("a", () => {});\ntest.each([1])("b", () => {});\n';

  test("writes one row per file and is fresh afterwards", async () => {
    await write("src/math/a.test.ts", good);
    await write("docs/.keep", "");
    expect((await run("test-index.mjs", "--check")).stderr).toContain("docs/TEST_SUITE_INDEX.md: is stale");
    expect(await run("test-index.mjs")).toMatchObject({ code: 0 });
    expect(await run("test-index.mjs", "--check")).toMatchObject({ code: 0 });
  });

  test("is stale once a test is added", async () => {
    await write("src/math/a.test.ts", good);
    await write("docs/.keep", "");
    await run("test-index.mjs");
    await write("test/e2e/b.test.ts", good);
    expect(await run("test-index.mjs", "--check")).toMatchObject({ code: 1 });
  });

  test("refuses a test file that does not say what it proves", async () => {
    await write("src/math/a.test.ts", 'import { test } from "vitest";\ntest("a", () => {});\n');
    const { code, stderr } = await run("test-index.mjs");
    expect(code).toBe(1);
    expect(stderr).toContain("src/math/a.test.ts:1: has no head comment");
  });
});

describe("docs", () => {
  const findings = "| DATA-001 | x | `src/a.ts` |\n";

  test("accepts pages whose places, links and commands exist", async () => {
    await write("docs/findings.md", `${findings}[the other](../README.md) \`npm run lint\`\n`);
    await write("README.md", "`src/a.ts`, `src/NAME.ts`, [elsewhere](https://example.org)\n");
    await write("package.json", JSON.stringify({ scripts: { lint: "x" } }));
    await write("src/a.ts", "// DATA-001\n");
    expect(await run("check-docs.mjs")).toMatchObject({ code: 0, stderr: "" });
  });

  test.each([
    [
      "a place that does not exist",
      `${findings}\`src/gone.ts\`\n`,
      "docs/findings.md:2: src/gone.ts does not exist",
    ],
    [
      "a link that leads nowhere",
      `${findings}[x](gone.md)\n`,
      "docs/findings.md:2: the link to docs/gone.md leads nowhere",
    ],
    ["a command that is none", `${findings}\`npm run gone\`\n`, "npm run gone is no script"],
    ["two rows of one id", findings + findings, "DATA-001 has two rows"],
    ["a row without a place", `${findings}| F-01 | x | y |\n`, "F-01 cites no place"],
  ])("refuses %s", async (_, page, says) => {
    await write("docs/findings.md", page);
    await write("src/a.ts", "// DATA-001\n");
    const { code, stderr } = await run("check-docs.mjs");
    expect(stderr).toContain(says);
    expect(stderr).toContain("docs: 1 problem\n");
    expect(code).toBe(1);
  });

  test("refuses code that cites a finding without a row", async () => {
    await write("docs/findings.md", findings);
    await write("src/a.ts", "// DATA-002\n");
    expect((await run("check-docs.mjs")).stderr).toContain("src/a.ts: cites DATA-002, which has no row");
  });
});

describe("source", () => {
  const head = "// A head comment.\n";
  test.each([
    ["a file without a head comment", "export const x = 1;\n", "has no head comment"],
    ["a head comment of 13 lines", "// line\n".repeat(13), "head comment of 13 lines"],
    [
      "a cast through unknown",
      `${head}export const x = 1 as ${"unknown"} as string;\n`,
      "casts through unknown",
    ],
    ["a silenced linter", `${head}// oxlint-${"disable"}-next-line no-console\n`, "silences the linter"],
    ["a silenced compiler", `${head}// @ts-${"ignore"}\n`, "silences the compiler"],
    ["a test left out", `${head}test.${"only"}("x", () => {});\n`, "leaves a test out"],
  ])("refuses %s", async (_, text, says) => {
    await write("src/a.ts", text);
    const { code, stderr } = await run("check-source.mjs");
    expect(stderr).toContain(says);
    expect(stderr).toContain("source: 1 problem\n");
    expect(code).toBe(1);
  });
});

describe("dependencies", () => {
  const row = "| `a` | 1.0.0 | MIT | why | instead |\n";
  const integrity = `sha512-${"A".repeat(86)}==`;

  test.each([
    ["an undocumented one", "", { version: "1.0.0", license: "MIT" }, "a has no row"],
    ["a row with another version", row, { version: "1.0.1", license: "MIT" }, "the row says 1.0.0"],
    ["a row with another licence", row, { version: "1.0.0", license: "ISC" }, "the row says MIT"],
    [
      "an install script",
      row,
      { version: "1.0.0", license: "MIT", hasInstallScript: true },
      "has an install script",
    ],
    ["one without a hash", row, { version: "1.0.0", license: "MIT", integrity: "" }, "a has no sha512"],
    [
      "one from elsewhere",
      row,
      { version: "1.0.0", license: "MIT", resolved: "git+ssh://git@github.com/a/a.git#0" },
      "not from registry.npmjs.org",
    ],
  ])("refuses %s", async (_, page, locked, says) => {
    await write("package.json", JSON.stringify({ dependencies: { a: locked.version } }));
    await write(
      "package-lock.json",
      JSON.stringify({ packages: { "node_modules/a": { integrity, ...locked } } }),
    );
    await write("docs/dependencies.md", page);
    const { code, stderr } = await run("check-dependencies.mjs");
    expect(stderr).toContain(says);
    expect(code).toBe(1);
  });

  test("accepts an install script that is listed with its reason and does not run", async () => {
    await write("package.json", JSON.stringify({ optionalDependencies: { a: "1.0.0" } }));
    const locked = { version: "1.0.0", license: "MIT", integrity, hasInstallScript: true };
    await write("package-lock.json", JSON.stringify({ packages: { "node_modules/a": locked } }));
    await write("docs/dependencies.md", `${row}\n## Install scripts\n\n| \`a\` | it compiles |\n`);
    const { code, stderr } = await run("check-dependencies.mjs");
    expect(stderr).toContain("npm would run install scripts");
    expect(code).toBe(1);
    await write(".npmrc", "fund=false\nignore-scripts=true\n");
    expect(await run("check-dependencies.mjs")).toMatchObject({ code: 0 });
  });
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** Runs a script in the small tree. */
function run(script: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [join(scripts, script), ...args], { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}
