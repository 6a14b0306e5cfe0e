// A scan larger than its memory budget is reconstructed by the real program: the peak of its memory keeps the budget, the
// result has the bytes of a run without one, and no temporary file is left whatever ends it.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ndarray, type AnyArray } from "../../src/array/ndarray.ts";
import { encodeNpy } from "../../src/io/npy.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { cli, startCli } from "../support/cli.ts";
import { commandsIn } from "../support/cli-checks.ts";
import { storedNpz } from "../support/stored-npz.ts";

/** What --help says Node takes beside the budget. */
const nodeMB = 150;
const budgetMB = 70;
const frames = 3600;
const size = 128;
/** 236 MB of float32: more than the budget and Node together. */
const frameBytes = 4 * frames * size * size;

const folder = mkdtempSync(join(tmpdir(), "doselap-large-"));
const scratch = join(folder, "scratch");
const { ok, json, fails } = commandsIn(() => folder);
const preload = pathToFileURL(join(import.meta.dirname, "../support/peak-memory.mjs")).href;

beforeAll(async () => {
  mkdirSync(scratch);
  const shape = ["--object", "cells", "--size", String(size), "--frames", "40", "--dose", "1e4"];
  await ok("simulate", ...shape, "--overlap", "0.6", "--out", "few.npz");
  const few = await arraysOf("few.npz");
  const many = { ...few, ...repeated(few) };
  const bodies = Object.entries(many).map(([key, array]): [string, Buffer] => [
    key,
    Buffer.from(encodeNpy(array)),
  ]);
  writeFileSync(join(folder, "stored.npz"), storedNpz(bodies));
  await writeNpz(join(folder, "compressed.npz"), many);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function arraysOf(file: string): Promise<Record<string, AnyArray>> {
  const npz = await openNpz(join(folder, file));
  const arrays: Record<string, AnyArray> = {};
  for (const name of npz.names) arrays[name] = await npz.read(name);
  await npz.close();
  return arrays;
}

/** The few frames, and what belongs to them, again and again. */
function repeated({ diffraction, xcoords, ycoords }: Record<string, AnyArray>): Record<string, AnyArray> {
  const given = Float32Array.from(diffraction!.data as Float32Array);
  const data = new Float32Array(frames * size * size);
  for (let at = 0; at < data.length; at += given.length) {
    data.set(given.subarray(0, Math.min(given.length, data.length - at)), at);
  }
  const column = ({ data: values }: AnyArray) =>
    ndarray(
      "float64",
      [frames],
      Float64Array.from({ length: frames }, (_, i) => Number(values[i % 40])),
    );
  return {
    diffraction: ndarray("float32", [frames, size, size], data),
    xcoords: column(xcoords!),
    ycoords: column(ycoords!),
    scan_index: ndarray("int64", [frames], new BigInt64Array(frames)),
  };
}

/** One run, its answer and the peak of its memory in MB. */
async function measured(scan: string, out: string, ...flags: string[]) {
  const file = join(folder, `${out}.peak`);
  const how = ["--engine", "epie", "--epochs", "1", "--set", "prior=none", "--out", out, "--json"];
  const run = await cli(["reconstruct", scan, ...how, ...flags], {
    cwd: folder,
    env: { PEAK_MEMORY_FILE: file, NODE_OPTIONS: `--import ${preload}` },
  });
  expect({ code: run.code, stderr: run.stderr }).toMatchObject({ code: 0 });
  const answer = JSON.parse(run.stdout) as { memoryBytes: number; streaming: unknown };
  return { ...answer, notes: run.stderr, peakMB: Number(readFileSync(file, "utf8")) / 1e6 };
}

test("streamed from a stored and from a compressed file: the budget is kept, the bytes are the same", async () => {
  const budget = ["--memory", String(budgetMB), "--scratch", "scratch"];
  const [whole, stored, compressed] = await Promise.all([
    measured("stored.npz", "whole-out.npz"),
    measured("stored.npz", "stored-out.npz", ...budget),
    measured("compressed.npz", "compressed-out.npz", ...budget),
  ]);
  const bytes = (out: string) => readFileSync(join(folder, out));
  expect(bytes("stored-out.npz").equals(bytes("whole-out.npz"))).toBe(true);
  expect(bytes("compressed-out.npz").equals(bytes("whole-out.npz"))).toBe(true);

  // Loading cannot have happened: the frames alone are larger than all that the streamed runs took.
  expect(frameBytes / 1e6).toBeGreaterThan(budgetMB + nodeMB);
  expect(whole.streaming).toBeNull();
  expect(whole.peakMB).toBeGreaterThan(frameBytes / 1e6);
  expect(whole.peakMB).toBeLessThan(whole.memoryBytes / 1e6 + nodeMB);
  for (const { peakMB, memoryBytes } of [stored, compressed]) {
    expect(peakMB).toBeLessThan(budgetMB + nodeMB);
    expect(memoryBytes / 1e6).toBeLessThanOrEqual(budgetMB);
  }

  const held = 128 + frameBytes;
  expect(stored.streaming).toMatchObject({ fromDisc: true, frameBytes: held, temporaryBytes: 0 });
  expect(compressed.streaming).toMatchObject({ fromDisc: true, frameBytes: held, temporaryBytes: held });
  expect(stored.notes).toMatch(
    /^wasm simd, at most [\d.]+ MB of 70 MB: [\d.]+ MB for the reconstruction, [\d.]+ MB for the scan without its frames$/m,
  );
  expect(stored.notes).toMatch(/^counts of \d+ of 3600 frames stay in memory, as uint8$/m);
  expect(stored.notes).toMatch(/^frames of 235\.9 MB stay on disc and are read from the file$/m);
  expect(compressed.notes).toMatch(/read from a decompressed copy in scratch, which goes at the end$/m);
  expect(readdirSync(scratch)).toEqual([]);
});

test("a budget that nothing fits into is refused at once, with the least that works", async () => {
  const message = await fails(1, "reconstruct", "stored.npz", "--memory", "5", "--out", "o.npz");
  expect(message).toMatch(
    /stored\.npz : --memory: the memory budget is too small.*at least \d+ bytes, --memory \d+, got 5000000/,
  );
  const waves = ["--engine", "dm", "--memory", "100", "--out", "o.npz"];
  expect(await fails(1, "reconstruct", "stored.npz", ...waves)).toMatch(/an engine that keeps no exit waves/);
  expect(readdirSync(folder)).not.toContain("o.npz");
});

/** The least --memory for the small scan, as a refusal tells it. */
async function leastMemory(): Promise<string> {
  const how = ["reconstruct", "few.npz", "--epochs", "1", "--out", "o.npz", "--memory", "1"];
  return /--memory (\d+), got/.exec(await fails(1, ...how))![1]!;
}

test("what it asks for is enough", async () => {
  const how = ["reconstruct", "few.npz", "--epochs", "1", "--out"];
  const { streaming } = await json(...how, "least.npz", "--memory", await leastMemory());
  expect(streaming).toMatchObject({ fromDisc: true });
  await ok(...how, "free.npz");
  expect(readFileSync(join(folder, "least.npz")).equals(readFileSync(join(folder, "free.npz")))).toBe(true);
});

test("frames that come last cannot stream: they are loaded when that fits, else the way out is told", async () => {
  const few = await arraysOf("few.npz");
  const first = few["diffraction"]!.data as Float32Array;
  const last = new Float32Array(first.length);
  for (let j = 0; j < 40; j++)
    for (let p = 0; p < size ** 2; p++) last[p * 40 + j] = first[j * size ** 2 + p]!;
  const { _metadata, ...arrays } = few;
  expect(_metadata).toBeDefined();
  await writeNpz(join(folder, "last.npz"), {
    ...arrays,
    diffraction: ndarray("float32", [size, size, 40], last),
  });
  const how = ["reconstruct", "last.npz", "--epochs", "1", "--out", "last-out.npz", "--memory"];
  expect(await fails(1, ...how, "12")).toMatch(
    /last\.npz : diffraction: the memory budget is too small.*cannot stay on disc: they come last.*doselap convert/,
  );
  expect((await json(...how, "100"))["streaming"]).toBeNull();
});

test.each([
  ["SIGINT", 130],
  ["SIGKILL", null],
] as const)("%s leaves no temporary file", async (signal, code) => {
  const how = ["few.npz", "--epochs", "5000", "--memory", await leastMemory(), "--scratch", "scratch"];
  const { child, done } = startCli(["reconstruct", ...how, "--out", "killed.npz"], { cwd: folder });
  // By then the copy is there and read from.
  await new Promise<void>((resolve) => {
    child.stderr!.on("data", (text: string) => {
      if (text.includes("decompressed copy in scratch")) resolve();
    });
  });
  child.kill(signal);
  expect((await done).code).toBe(code);
  expect(readdirSync(scratch)).toEqual([]);
  expect(readdirSync(folder)).not.toContain("killed.npz");
});
