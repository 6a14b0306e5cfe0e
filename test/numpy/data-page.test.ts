// The numpy example of docs/data.md writes a file that keeps the contract, and reads the one we write.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { convertScan } from "../../src/data/convert.ts";
import { inspectFile } from "../../src/data/inspect.ts";

const page = readFileSync(resolve(import.meta.dirname, "../../docs/data.md"), "utf8");
const example = /```python\n([\s\S]*?)```/.exec(page)![1]!;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "doselap-data-page-"));
  python(example);
});
afterAll(() => rmSync(folder, { recursive: true }));

function python(code: string): string {
  return execFileSync("/usr/bin/python3", ["-c", code], { cwd: folder, encoding: "utf8" });
}

test("the file that the example writes breaks no rule and states its dose", async () => {
  const { kind, violations, warnings, frames, size, dose, measuredMeanCounts } = await inspectFile(
    join(folder, "scan.npz"),
  );
  expect({ kind, violations, warnings, frames, size }).toEqual({
    kind: "DATA-001",
    violations: [],
    warnings: [],
    frames: 100,
    size: 64,
  });
  // Amplitudes are float32: their squares are off by 1e-7 of themselves at most.
  expect(measuredMeanCounts! / dose!).toBeCloseTo(1, 6);
});

test("the example's last line reads a file of ours", async () => {
  await convertScan(join(folder, "scan.npz"), join(folder, "ours.npz"), { version: "0" });
  const reading = example.trimEnd().split("\n").at(-1)!.replace("scan.npz", "ours.npz");
  const printed = python(
    `import json, numpy as np\n${reading}\nprint(json.dumps(metadata), len(scan["xcoords"]))`,
  );
  expect(printed).toMatch(/"operation": "convert".* 100\n$/);
});
