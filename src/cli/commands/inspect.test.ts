// The commands inspect and convert: what they say, in words and as JSON, their exit codes, and what they refuse.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildApplication, run, type Command } from "@stricli/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonArray, smallArrays, smallDataset } from "../../../test/support/small-dataset.ts";
import { readDataset } from "../../data/read.ts";
import { writeDataset } from "../../data/write.ts";
import { writeNpz } from "../../io/npz.ts";
import type { CliContext } from "../context.ts";
import { convertCommand } from "./convert.ts";
import { inspectCommand } from "./inspect.ts";

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doselap-inspect-cli-"));
  // As bright as the frames.
  const { probe } = smallDataset();
  await writeDataset(
    join(folder, "sound.npz"),
    smallDataset({
      probe: { ...probe, data: probe.data.map((value) => 8 * value) },
      metadata: { nphotons: 2875, provenance: [{ operation: "simulate", parameters: {} }] },
    }),
  );
  const counts = {
    dtype: "uint16",
    shape: [5, 8, 8],
    // 4 in the mean, and no frame constant.
    data: Uint16Array.from({ length: 320 }, (_, i) => [16, 0, 0, 0][i % 64] ?? 4),
  } as const;
  const patch = { dtype: "complex64", shape: [1, 8, 8, 1], data: new Float32Array(128) } as const;
  await writeNpz(
    join(folder, "counts.npz"),
    smallArrays({ diffraction: counts, Y: patch, _metadata: jsonArray({ nphotons: 256 }) }),
  );
  await writeNpz(join(folder, "broken.npz"), smallArrays({ probeGuess: undefined }));
  writeFileSync(join(folder, "text.npz"), "hello");
});
afterAll(() => rmSync(folder, { recursive: true }));

async function command(which: Command<CliContext>, ...argv: string[]) {
  const app = buildApplication(which, {
    name: "doselap",
    scanner: { caseStyle: "allow-kebab-for-camel" },
    documentation: { disableAnsiColor: true },
  });
  const written = { out: "", err: "" };
  const process = {
    stdout: { write: (text: string) => void (written.out += text) },
    stderr: { write: (text: string) => void (written.err += text) },
    exitCode: null as number | string | null,
  };
  await run(app, argv, {
    process,
    cwd: folder,
    stopSignal: () => new AbortController().signal,
    now: () => 0,
  });
  return { ...written, code: process.exitCode };
}
const inspect = (...argv: string[]) => command(inspectCommand, ...argv);
const convert = (...argv: string[]) => command(convertCommand, ...argv);

describe("inspect", () => {
  test("a sound file is told in words, with exit code 0", async () => {
    const { out, err, code } = await inspect("sound.npz");
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(out).toMatchInlineSnapshot(`
      "sound.npz: dataset, DATA-001

      Arrays
        name         dtype      shape
        ───────────  ─────────  ─────────
        diffraction  float32    (5, 8, 8)
        xcoords      float64    (5,)
        ycoords      float64    (5,)
        probeGuess   complex64  (8, 8)
        objectGuess  complex64  (20, 24)
        scan_index   int64      (5,)
        _metadata    <U109      ()

      Scan
        frames           5 of 8 × 8 px
        they hold        amplitudes √counts
        dose stated      2875 photons per frame
        counts measured  2874.8 per frame, mean over the scan
        frame range      2016 … 4000 counts
        largest pixel    96 counts
        step             4.81 px to the nearest position, median
        object frame     20 × 24 px, height × width
        probe modes      1
        provenance       simulate

      How this was told
        - frames are named diffraction: DATA-001
        - xcoords are columns, ycoords rows
        - the metadata declare the layout MHW
        - the metadata declare the domain amplitude
        - DATA-001 has the zero frequency in the centre

      No rule is broken: the file keeps DATA-001.
      "
    `);
  });

  test("--json prints one document with violations and warnings, the file as it was named", async () => {
    const { out, err } = await inspect("counts.npz", "--json");
    expect(err).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      file: "counts.npz",
      kind: "DATA-001",
      domain: "counts",
      dose: 256,
      measuredMeanCounts: 256,
      violations: [],
      warnings: [
        expect.stringContaining("one patch for 5 frames"),
        expect.stringContaining("the frames hold 6.39 times the light of the probe"),
      ],
    });
  });

  test("a broken rule is told with expected and got, and the exit code is 1", async () => {
    const { out, code } = await inspect("broken.npz");
    expect(code).toBe(1);
    expect(out).toContain(
      "1 rule is broken:\n  ✗ probeGuess is missing [DATA-001]\n      expected  an array named probeGuess\n      got       none\n",
    );
  });

  test.each(["text.npz", "none.npz", "."])("%s is reported, not thrown, in JSON too", async (file) => {
    const { out, err, code } = await inspect(file, "--json");
    expect(code).toBe(1);
    expect(err).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      file,
      kind: "unreadable",
      violations: [{ finding: "DATA-001" }],
      warnings: [],
    });
  });

  test("the read flags reach the reader", async () => {
    const { out } = await inspect(
      "counts.npz",
      "--json",
      "--domain",
      "amplitude",
      "--dc",
      "corner",
      "--positions",
      "xy",
    );
    expect(JSON.parse(out)).toMatchObject({
      domain: "amplitude",
      dc: "corner",
      measuredMeanCounts: 60 * 16 + 256,
    });
  });
});

describe("convert", () => {
  test("writes canonical DATA-001, says what it did, and warns on stderr", async () => {
    const { out, err, code } = await convert("counts.npz", "made/canonical.npz");
    expect(code).toBe(0);
    expect(out).toMatch(
      /counts\.npz → made\/canonical\.npz[^]*diffraction is uint16: counts[^]*5 frames of 8 × 8 px, 256\.000 counts/,
    );
    expect(err).toMatch(/^warning: .*one patch for 5 frames/);
    const { dataset, warnings } = await readDataset(join(folder, "made/canonical.npz"));
    expect(warnings).toEqual([]);
    expect(dataset.diffraction).toEqual(
      Float32Array.from({ length: 320 }, (_, i) => [4, 0, 0, 0][i % 64] ?? 2),
    );
    expect(dataset.metadata).toMatchObject({ nphotons: 256, measuredMeanCounts: 256 });
  });

  test("the same input gives the same bytes", async () => {
    await convert("counts.npz", "one.npz");
    await convert("counts.npz", "two.npz", "--json");
    expect(readFileSync(join(folder, "two.npz")).equals(readFileSync(join(folder, "one.npz")))).toBe(true);
  });

  test("--json prints one document", async () => {
    const { out } = await convert("sound.npz", "one.npz", "--json");
    expect(JSON.parse(out)).toMatchObject({
      input: "sound.npz",
      output: "one.npz",
      frames: 5,
      size: 8,
      format: { name: "DATA-001" },
      warnings: [],
    });
  });

  test("a broken file and another kind of output are refused", async () => {
    const broken = await convert("broken.npz", "never.npz");
    expect(broken.code).not.toBe(0);
    expect(broken.err).toMatch(/probeGuess: is missing/);
    const other = await convert("sound.npz", "scan.txt");
    expect(other.err).toMatch(/expected a name ending in \.npz, \.cxi/);
    const lacking = await convert("sound.npz", "scan.h5");
    expect(lacking.err).toMatch(/State it: doselap convert IN OUT --energy EV/);
    expect(() => readFileSync(join(folder, "never.npz"))).toThrow(/ENOENT/);
  });
});
