// The commands on data files as a user runs them, one after the other: simulate, inspect, thin, reconstruct, metrics, compare, convert.

import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ndarray, type AnyArray } from "../../src/array/ndarray.ts";
import { openNpz, writeNpz } from "../../src/io/npz.ts";
import { commandsIn, object, type JsonObject } from "../support/cli-checks.ts";
import { cli } from "../support/cli.ts";
import { jsonArray } from "../support/small-dataset.ts";
import { npy } from "../support/stored-npz.ts";

let folder: string;
const { ok, json, fails } = commandsIn(() => folder);
const scene = ["--object", "cells", "--object-size", "64x56", "--size", "16", "--overlap", "0.6"];
const dose = 2000;

let scanJson: JsonObject;
let scan: Map<string, AnyArray>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-cli-"));
  scanJson = await json("simulate", ...scene, "--dose", String(dose), "--out", "scan.npz");
  scan = await arrays("scan.npz");
  await ok("reconstruct", "scan.npz", "--engine", "rpie", "--epochs", "20", "--out", "object.npz");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function arrays(file: string): Promise<Map<string, AnyArray>> {
  const npz = await openNpz(join(folder, file));
  try {
    const entries = npz.names.map(async (name) => [name, await npz.read(name)] as const);
    return new Map(await Promise.all(entries));
  } finally {
    await npz.close();
  }
}

/** Real numbers, or interleaved re, im. */
function numbers(from: ReadonlyMap<string, AnyArray>, name: string): number[] {
  return Array.from(from.get(name)?.data ?? [], Number);
}

function shape(from: ReadonlyMap<string, AnyArray>, name: string): readonly number[] | undefined {
  return from.get(name)?.shape;
}

function bytes(file: string): Promise<Buffer> {
  return readFile(join(folder, file));
}

function number(value: unknown): number {
  if (typeof value !== "number") throw new TypeError(`no number: ${String(value)}`);
  return value;
}

function part(report: JsonObject, name: string): JsonObject {
  return object(`${JSON.stringify(report[name])}\n`);
}

describe("simulate", () => {
  test("every frame lies inside the object, and together they fill it", () => {
    const [height = 0, width = 0] = shape(scan, "objectGuess") ?? [];
    const step = number(scanJson["stepPx"]);
    for (const [name, side] of [
      ["xcoords", width],
      ["ycoords", height],
    ] as const) {
      const at = numbers(scan, name);
      const [low, high] = [Math.min(...at) - 8, Math.max(...at) + 8];
      expect(low).toBeGreaterThanOrEqual(0);
      expect(high).toBeLessThanOrEqual(side);
      // Less than one step and its jitter is left free on both sides together.
      expect(side - (high - low)).toBeLessThan(1.5 * step);
    }
  });

  test("the frames hold the dose within five standard errors, and the overlap that was asked for", () => {
    const [frames = 0] = shape(scan, "diffraction") ?? [];
    const counts = numbers(scan, "diffraction").reduce((sum, amplitude) => sum + amplitude ** 2, 0);
    expect(Math.abs(counts / frames - dose)).toBeLessThan(5 * Math.sqrt(dose / frames));
    expect(scanJson).toMatchObject({ dose, frames, objectShape: [64, 56] });
    // Amplitudes are float32: their squares carry about 1e-7 relative.
    expect(number(scanJson["measuredMeanCounts"])).toBeCloseTo(counts / frames, 2);
    expect(Math.abs(number(scanJson["measuredOverlap"]) - 0.6)).toBeLessThan(0.02);
  });

  test("the same arguments and seed give the same bytes, another seed others", async () => {
    await Promise.all([
      ok("simulate", ...scene, "--dose", String(dose), "--out", "same.npz"),
      ok("simulate", ...scene, "--dose", String(dose), "--seed", "43", "--out", "other.npz"),
    ]);
    expect(await bytes("same.npz")).toEqual(await bytes("scan.npz"));
    expect(numbers(await arrays("other.npz"), "diffraction")).not.toEqual(numbers(scan, "diffraction"));
  });

  test("--frames gives exactly so many", async () => {
    const { frames } = await json(
      "simulate",
      ...scene,
      "--dose",
      "100",
      "--frames",
      "11",
      "--out",
      "few.npz",
    );
    expect(frames).toBe(11);
    expect(shape(await arrays("few.npz"), "xcoords")).toEqual([11]);
  });

  test("an object is taken from .npy, FILE.npz:key or an NPZ with objectGuess; the probe from a file", async () => {
    const truth = numbers(scan, "objectGuess");
    await writeFile(join(folder, "object.npy"), npy("<c8", [64, 56], Float32Array.from(truth)));
    const files = ["object.npy", "scan.npz:objectGuess", "scan.npz"];
    const common = ["--probe", "scan.npz", "--dose", "500", "--overlap", "0.5"];
    const written = await Promise.all(
      files.map(async (file, i) => {
        await ok("simulate", "--object", file, ...common, "--out", `from-${i}.npz`);
        return arrays(`from-${i}.npz`);
      }),
    );
    for (const result of written) {
      expect(numbers(result, "objectGuess")).toEqual(truth);
      expect(numbers(result, "diffraction")).toEqual(numbers(written[0]!, "diffraction"));
      expect(shape(result, "probeGuess")).toEqual([16, 16]);
    }
  });

  test("missing folders, spaces and accents in a path are no obstacle", async () => {
    const out = "new folder/für Zoë/scan №1.npz";
    await ok("simulate", ...scene, "--dose", "100", "--frames", "9", "--out", out);
    expect(await json("inspect", out)).toMatchObject({ frames: 9, violations: [] });
  });

  test("a scan without a photon is written with a warning", async () => {
    const { warnings } = await json("thin", "scan.npz", "--fraction", "1e-9", "--out", "dark.npz");
    expect(warnings).toEqual([expect.stringMatching(/not one photon/u)]);
  });
});

describe("inspect", () => {
  test("a simulated scan breaks no rule, and the JSON says what is in it", async () => {
    const [frames = 0] = shape(scan, "diffraction") ?? [];
    expect(await json("inspect", "scan.npz")).toMatchObject({
      kind: "DATA-001",
      domain: "amplitude",
      layout: "MHW",
      dose,
      measuredMeanCounts: expect.closeTo(number(scanJson["measuredMeanCounts"]), 2) as number,
      frames,
      size: 16,
      violations: [],
      warnings: [],
      arrays: expect.arrayContaining([
        { name: "diffraction", dtype: "float32", shape: [frames, 16, 16] },
        { name: "xcoords", dtype: "float64", shape: [frames] },
        { name: "probeGuess", dtype: "complex64", shape: [16, 16] },
        { name: "objectGuess", dtype: "complex64", shape: [64, 56] },
        { name: "scan_index", dtype: "int64", shape: [frames] },
      ]) as unknown[],
    });
  });
});

describe("thin", () => {
  test("no pixel gains counts, and the fraction is kept within five standard errors", async () => {
    const { out } = await json("thin", "scan.npz", "--fraction", "0.3", "--out", "third.npz");
    expect(out).toBe("third.npz");
    const thinned = await arrays("third.npz");
    const [before, after] = [scan, thinned].map((from) =>
      numbers(from, "diffraction").map((a) => Math.round(a ** 2)),
    );
    expect(after!.every((count, i) => count <= before![i]!)).toBe(true);
    const total = before!.reduce((sum, count) => sum + count, 0);
    const kept = after!.reduce((sum, count) => sum + count, 0);
    expect(Math.abs(kept - 0.3 * total)).toBeLessThan(5 * Math.sqrt(0.3 * 0.7 * total));
    for (const name of ["xcoords", "ycoords", "objectGuess"])
      expect(numbers(thinned, name)).toEqual(numbers(scan, name));
    // The probe keeps its form: its intensity falls with the dose. float32 rounds to 6e-8.
    const probe = numbers(scan, "probeGuess");
    numbers(thinned, "probeGuess").forEach((value, i) =>
      expect(value).toBeCloseTo(Math.sqrt(0.3) * probe[i]!, 4),
    );
  });

  test("kept frames keep their coordinates, fewer frames are kept, and the overlap is what was asked for", async () => {
    const answer = await json("thin", "scan.npz", "--keep-overlap", "0.3", "--out", "apart.npz");
    const thinned = await arrays("apart.npz");
    const places = (from: ReadonlyMap<string, AnyArray>): string[] => {
      const y = numbers(from, "ycoords");
      return numbers(from, "xcoords").map((x, i) => `${x} ${y[i]}`);
    };
    const all = new Set(places(scan));
    expect(places(thinned).every((place) => all.has(place))).toBe(true);
    expect(number(answer["frames"])).toBeLessThan(0.5 * all.size);
    expect(Math.abs(number(answer["measuredOverlap"]) - 0.3)).toBeLessThan(0.05);
  });

  test("same arguments, same bytes", async () => {
    const how = ["thin", "scan.npz", "--fraction", "0.5", "--keep-overlap", "0.4", "--out"];
    await Promise.all([ok(...how, "a.npz"), ok(...how, "b.npz")]);
    expect(await bytes("a.npz")).toEqual(await bytes("b.npz"));
  });
});

describe("reconstruct", () => {
  test("the object lies on the input's frame; the probe is refined, unless it is said to be known", async () => {
    const answer = await json(
      "reconstruct",
      "scan.npz",
      "--epochs",
      "3",
      "--fix-probe",
      "--out",
      "known.npz",
    );
    expect(answer).toMatchObject({ engine: "rpie", objectShape: [64, 56] });
    expect(answer["misfit"]).toHaveLength(3);
    const [known, refined] = [await arrays("known.npz"), await arrays("object.npz")];
    expect(shape(known, "objectGuess")).toEqual([64, 56]);
    expect(numbers(known, "probeGuess")).toEqual(numbers(scan, "probeGuess"));
    expect(numbers(refined, "probeGuess")).not.toEqual(numbers(scan, "probeGuess"));
  });

  test("a chain runs its engines one after the other; --set reaches options that have no flag", async () => {
    const chain = ["--engine", "dm:3+ml:2", "--likelihood", "amplitude", "--set", "prior=none"];
    const answer = await json("reconstruct", "scan.npz", ...chain, "--out", "chain.npz");
    expect(answer["misfit"]).toHaveLength(5);
    expect(answer).toMatchObject({
      engine: "dm:3+ml:2",
      options: {
        "1 dm": { epochs: 3, likelihood: "amplitude", prior: "none" },
        "2 ml": { epochs: 2, likelihood: "amplitude", prior: "none" },
      },
    });
    expect(shape(await arrays("chain.npz"), "objectGuess")).toEqual([64, 56]);
  });

  test("held-out frames choose the epoch, and the answer says which and why", async () => {
    const how = ["--engine", "lsqml", "--epochs", "12", "--held-out", "0.1", "--out", "chosen.npz"];
    const { choices, misfit } = await json("reconstruct", "scan.npz", ...how);
    const [choice] = choices as [{ epoch: number; startDeviance: number; deviance: number }];
    expect(choices).toHaveLength(1);
    expect(choice).toMatchObject({ engine: "lsqml" });
    expect(choice.deviance).toBeLessThan(choice.startDeviance);
    // The final fit, on all frames, ends at the epoch that was chosen.
    expect(misfit).toHaveLength(choice.epoch);
  });

  test("the rule between pixels is the scan's own, unless a flag says another", async () => {
    await ok("simulate", ...scene, "--dose", "1e6", "--subpixel", "fourier", "--out", "fourier.npz");
    const how = ["fourier.npz", "--engine", "ml", "--epochs", "20", "--fix-probe", "--set", "prior=none"];
    const own = await json("reconstruct", ...how, "--out", "own.npz");
    const other = await json("reconstruct", ...how, "--subpixel", "bilinear", "--out", "other.npz");
    expect(own).toMatchObject({ subPixel: "fourier" });
    expect(other).toMatchObject({ subPixel: "bilinear" });
    // Counts that linear interpolation cannot explain stand out from the shot noise of 1e6 photons.
    expect(number(own["finalMisfit"])).toBeLessThan(0.8 * number(other["finalMisfit"]));
    const wrong = { ...Object.fromEntries(scan), _metadata: jsonArray({ subPixel: "sinc" }) };
    await writeNpz(join(folder, "sinc.npz"), wrong);
    const refused = await fails(1, "reconstruct", "sinc.npz", "--epochs", "1", "--out", "never.npz");
    expect(refused).toMatch(/sinc\.npz.*_metadata\.subPixel.*got "sinc"/u);
  });

  test("threads and a small memory change no byte of the result", async () => {
    const how = ["reconstruct", "scan.npz", "--engine", "lsqml", "--epochs", "3", "--out"];
    const refusal = await fails(1, ...how, "none.npz", "--memory", "1");
    const [, least = ""] = /--memory (\d+), got/.exec(refusal) ?? [];
    await Promise.all([
      ok(...how, "one.npz"),
      ok(...how, "two.npz", "--threads", "2"),
      ok(...how, "small.npz", "--memory", least),
    ]);
    expect(await bytes("two.npz")).toEqual(await bytes("one.npz"));
    expect(await bytes("small.npz")).toEqual(await bytes("one.npz"));
  });

  test("an engine that visits frame after frame says that further threads are idle", async () => {
    const said = async (...how: string[]) =>
      (await cli(["reconstruct", "scan.npz", "--epochs", "1", "--out", "idle.npz", ...how], { cwd: folder }))
        .stderr;
    expect(await said("--engine", "rpie", "--threads", "2")).toContain("rpie works on one thread");
    expect(await said("--engine", "rpie", "--threads", "2", "--set", "batchSize=8")).not.toContain(
      "one thread",
    );
    expect(await said("--engine", "lsqml", "--threads", "2")).not.toContain("one thread");
    expect(await said("--engine", "rpie")).not.toContain("one thread");
  });

  test("the start is flat: what the input says about the object changes nothing", async () => {
    const blind = Object.fromEntries(scan);
    const noise = numbers(scan, "objectGuess").map((_, i) => Math.sin(i));
    await writeNpz(join(folder, "blind.npz"), {
      ...blind,
      objectGuess: ndarray("complex64", [64, 56], Float32Array.from(noise)),
    });
    await Promise.all([
      ok("reconstruct", "scan.npz", "--epochs", "2", "--out", "seeing-out.npz"),
      ok("reconstruct", "blind.npz", "--epochs", "2", "--out", "blind-out.npz"),
    ]);
    expect(await bytes("blind-out.npz")).toEqual(await bytes("seeing-out.npz"));
  });
});

describe("metrics", () => {
  test("an array against itself is perfect", async () => {
    const { amplitude, phase } = await json("metrics", "scan.npz", "scan.npz:objectGuess", "--gauge", "none");
    for (const scores of [amplitude, phase]) {
      expect(scores).toMatchObject({
        mae: 0,
        mse: 0,
        psnr: null,
        frc50: null,
        frc1over7: null,
        frcHalfBit: null,
      });
      const { ssim, msSsim, frc } = scores as { ssim: number; msSsim: number; frc: { value: number[] } };
      expect(ssim).toBeCloseTo(1, 10);
      expect(msSsim).toBeCloseTo(1, 10);
      for (const ring of frc.value) expect(ring).toBeCloseTo(1, 6);
    }
  });

  test("gauge standard removes a global phase and a scale, gauge none does not", async () => {
    const truth = numbers(scan, "objectGuess");
    const turned = new Float32Array(truth.length);
    const [re, im] = [1.3 * Math.cos(0.8), 1.3 * Math.sin(0.8)];
    for (let i = 0; i < truth.length; i += 2) {
      turned[i] = truth[i]! * re - truth[i + 1]! * im;
      turned[i + 1] = truth[i]! * im + truth[i + 1]! * re;
    }
    await writeFile(join(folder, "turned.npy"), npy("<c8", [64, 56], turned));
    const [none, standard] = await Promise.all(
      ["none", "standard"].map((gauge) => json("metrics", "turned.npy", "scan.npz", "--gauge", gauge)),
    );
    expect(number(part(none!, "phase")["mae"])).toBeCloseTo(0.8, 3);
    expect(number(part(standard!, "phase")["mae"])).toBeLessThan(1e-3);
    expect(number(part(standard!, "amplitude")["mae"])).toBeLessThan(1e-3);
  });

  test("real arrays fill the amplitude only, and a constant one gives null with a warning", async () => {
    const wave = Float64Array.from({ length: 48 * 40 }, (_, i) => Math.sin(i / 7) + Math.cos((i % 40) / 3));
    await writeFile(join(folder, "wave.npy"), npy("<f8", [48, 40], wave));
    await writeFile(
      join(folder, "flat.npy"),
      npy(
        "<f8",
        [48, 40],
        wave.map(() => 2),
      ),
    );
    const same = await json("metrics", "wave.npy", "wave.npy", "--gauge", "none");
    expect(same["amplitude"]).toMatchObject({ mae: 0 });
    expect(same["phase"]).toBeUndefined();
    const { amplitude, warnings } = await json("metrics", "flat.npy", "wave.npy", "--gauge", "none");
    expect(amplitude).toMatchObject({ frc50: null });
    expect(JSON.stringify(amplitude)).not.toMatch(/NaN/u);
    expect(warnings).not.toEqual([]);
  });
});

describe("compare", () => {
  test("writes numbers, aligned images and pictures, and says the same as JSON", async () => {
    const answer = await json("compare", "object.npz", "--truth", "scan.npz", "--out", "my comparison/one");
    expect((await readdir(join(folder, "my comparison/one"))).toSorted()).toEqual([
      "aligned.npz",
      "metrics.csv",
      "metrics.json",
      "reconstruction-amplitude.png",
      "reconstruction-phase.png",
      "truth-amplitude.png",
      "truth-phase.png",
    ]);
    expect(object(await readFile(join(folder, "my comparison/one/metrics.json"), "utf8"))).toEqual(answer);
    const { window } = answer as { window: { x0: number; y0: number; x1: number; y1: number } };
    const aligned = await arrays("my comparison/one/aligned.npz");
    expect(shape(aligned, "truth")).toEqual([window.y1 - window.y0, window.x1 - window.x0]);
    // A flat object has no structure in common with the truth: its SSIM is near 0.
    expect(number(part(answer, "phase")["ssim"])).toBeGreaterThan(0.2);
  });
});

describe("convert", () => {
  test("writes the canonical layout, whose arrays are the input's", async () => {
    await json("convert", "scan.npz", "canonical.npz");
    const canonical = await arrays("canonical.npz");
    expect([...canonical.keys()]).toEqual([...scan.keys()]);
    for (const name of ["diffraction", "xcoords", "ycoords", "probeGuess", "objectGuess", "scan_index"]) {
      expect(canonical.get(name)?.dtype).toBe(scan.get(name)?.dtype);
      expect(numbers(canonical, name)).toEqual(numbers(scan, name));
    }
    expect((await json("inspect", "canonical.npz"))["provenance"]).toEqual(["simulate", "convert"]);
  });
});
