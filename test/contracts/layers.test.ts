// The layer check sees what it must see: each rule is broken once in a small tree, and the check fails naming the file.

import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const script = join(import.meta.dirname, "../../scripts/check-layers.mjs");
let root = "";

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "doselap-layers-"));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

describe("a tree that keeps the rules", () => {
  test("passes: downward, sideways within a layer, errors from anywhere, the public barrel", async () => {
    const { code, output } = await check({
      "src/errors.ts": "export class Oops extends Error {}\n",
      "src/array/a.ts": 'import { Oops } from "../errors.ts";\nexport const a = new Oops();\n',
      "src/math/m.ts": 'import { a } from "../array/a.ts";\nexport const m = a;\n',
      "src/math/n.ts": 'import { m } from "./m.ts";\nexport const n = m;\n',
      "src/index.ts": 'export { n } from "./math/n.ts";\n',
    });
    expect(output).toContain("5 files, imports point downwards");
    expect(code).toBe(0);
  });

  test("may mention an import in a comment", async () => {
    const { code } = await check({
      "src/cli/c.ts": "export const c = 1;\n",
      "src/math/m.ts":
        '/**\n * @example\n * import { c } from "../cli/c.ts";\n */\n// import "../cli/c.ts"\nexport const m = 1;\n',
    });
    expect(code).toBe(0);
  });

  test("lets a test beside its source import upwards", async () => {
    const { code } = await check({
      "src/cli/c.ts": "export const c = 1;\n",
      "src/math/m.test.ts": 'import { c } from "../cli/c.ts";\nc;\n',
    });
    expect(code).toBe(0);
  });
});

const one = "export const x = 1;\n";
const violations = [
  {
    rule: "an upward import",
    files: {
      "src/math/m.ts": 'import { x } from "../cli/c.ts";\nexport const m = x;\n',
      "src/cli/c.ts": one,
    },
    says: "src/math/m.ts:1: math may not import cli (src/cli/c.ts)",
  },
  {
    rule: "an upward import of a type alone",
    files: {
      "src/math/m.ts": 'import type { X } from "../cli/c.ts";\nexport const m: X = 1;\n',
      "src/cli/c.ts": one,
    },
    says: "math may not import cli",
  },
  {
    rule: "an upward dynamic import",
    files: { "src/math/m.ts": 'export const m = () => import("../cli/c.ts");\n', "src/cli/c.ts": one },
    says: "math may not import cli",
  },
  {
    rule: "an import over several lines",
    files: {
      "src/io/m.ts": 'import {\n  x,\n  y,\n} from "../math/c.ts";\nexport const m = x + y;\n',
      "src/math/c.ts": one,
    },
    says: "src/io/m.ts:1: io may not import math",
  },
  {
    rule: "engines that use metrics",
    files: {
      "src/engines/e.ts": 'import { x } from "../metrics/m.ts";\nexport const e = x;\n',
      "src/metrics/m.ts": one,
    },
    says: "engines may not import metrics",
  },
  {
    rule: "a cycle",
    files: {
      "src/math/a.ts": 'import { b } from "./b.ts";\nexport const a = b;\n',
      "src/math/b.ts": 'import { a } from "./a.ts";\nexport const b = a;\n',
    },
    says: "import cycle: src/math/a.ts -> src/math/b.ts -> src/math/a.ts",
  },
  {
    rule: "a folder barrel",
    files: { "src/math/index.ts": one },
    says: "src/math/index.ts: is a folder barrel",
  },
  {
    rule: "a re-export outside the public barrel",
    files: { "src/math/all.ts": 'export * from "./a.ts";\n', "src/math/a.ts": one },
    says: "src/math/all.ts:1: re-exports ./a.ts",
  },
  {
    rule: "an import of the public barrel",
    files: {
      "src/math/m.ts": 'import { x } from "../index.ts";\nexport const m = x;\n',
      "src/index.ts": one,
    },
    says: "src/math/m.ts:1: imports src/index.ts",
  },
  {
    rule: "an import of a test",
    files: {
      "src/math/m.ts": 'import { x } from "./x.test.ts";\nexport const m = x;\n',
      "src/math/x.test.ts": one,
    },
    says: "imports the test file",
  },
  {
    rule: "an import from outside src",
    files: {
      "src/math/m.ts": 'import { x } from "../../test/x.ts";\nexport const m = x;\n',
      "test/x.ts": one,
    },
    says: "imports test/x.ts, outside src",
  },
  {
    rule: "an import of a missing file",
    files: { "src/math/m.ts": 'import { x } from "./gone.ts";\nexport const m = x;\n' },
    says: "imports src/math/gone.ts, which does not exist",
  },
  {
    rule: "a folder that is no layer",
    files: { "src/utils/u.ts": one },
    says: "src/utils/u.ts: is in no layer",
  },
  {
    rule: "errors.ts importing a layer",
    files: {
      "src/errors.ts": 'import { x } from "./array/a.ts";\nexport const e = x;\n',
      "src/array/a.ts": one,
    },
    says: "src/errors.ts:1: imports src/array/a.ts, but lies below every layer",
  },
  {
    rule: "a file of 401 lines",
    files: { "src/math/long.ts": "//\n".repeat(401) },
    says: "src/math/long.ts: 401 lines, at most 400",
  },
  {
    rule: "a test of 401 lines",
    files: { "test/e2e/long.test.ts": "//\n".repeat(401) },
    says: "test/e2e/long.test.ts: 401 lines",
  },
];

describe("a tree that breaks one rule", () => {
  test.each(violations)("fails on $rule", async ({ files, says }) => {
    const { code, output } = await check(files);
    expect(output).toContain(says);
    expect(output).toContain("layers: 1 problem\n");
    expect(code).toBe(1);
  });
});

/** Writes the tree and runs the check on it. */
async function check(files: Record<string, string | undefined>): Promise<{ code: number; output: string }> {
  for (const [path, text] of Object.entries(files)) {
    if (text === undefined) continue;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [script, "--root", root], (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    });
  });
}
