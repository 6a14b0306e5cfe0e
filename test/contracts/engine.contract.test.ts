// What every engine must hold: it solves a noise-free problem, stays at the truth, repeats to the byte, and refuses what it does not know.

import { describe, expect, test } from "vitest";
import { flatImage } from "../../src/array/ndarray.ts";
import { referenceBackend } from "../../src/compute/reference.ts";
import type { Problem } from "../../src/engines/engine.ts";
import { engines, prepareEngine } from "../../src/engines/registry.ts";
import { runEngine, type Reconstruction } from "../../src/engines/run.ts";
import { isDoselapError } from "../../src/errors.ts";
import { relativeError, smallProblem } from "../support/small-problem.ts";

const { problem, truth, probe } = smallProblem();

function solve(
  name: string,
  options: { [key: string]: unknown },
  given: Problem = problem,
  seed = 7,
): Promise<Reconstruction> {
  return runEngine(prepareEngine(name, options), given, { backend: referenceBackend, seed });
}

function power(field: Float32Array): number {
  return field.reduce((sum, value) => sum + value ** 2, 0);
}

test("the contract runs over every registered engine", () => {
  expect(Object.keys(engines)).toEqual(["rpie"]);
});

describe.each(Object.keys(engines))("engine %s", (name) => {
  test("finds the object from a flat start when the probe is known", async () => {
    const { object, history } = await solve(name, { epochs: 120, fixProbe: true });
    // A flat object is 0.36 away; 0.02 is 18 times nearer than that. A misfit of 1e-4 is amplitudes right to 1 %.
    expect(relativeError(flatImage(40, 40), truth)).toBeGreaterThan(0.3);
    expect(relativeError(object, truth)).toBeLessThan(0.02);
    expect(history.at(-1)!).toBeLessThan(1e-4);
  });

  test("the misfit falls over the epochs", async () => {
    const { history } = await solve(name, { epochs: 20, fixProbe: true });
    expect(history).toHaveLength(20);
    expect(history[19]!).toBeLessThan(0.1 * history[0]!);
  });

  test("refines a probe that starts too narrow", async () => {
    const perturbed = probe.map((value, i) => {
      const x = (i >> 1) % 16;
      const y = i >> 5;
      return value * Math.exp(-((x - 8) ** 2 + (y - 8) ** 2) / 60);
    });
    const scaled = perturbed.map((value) => value * Math.sqrt(power(probe) / power(perturbed)));
    const held = await solve(name, { epochs: 80, fixProbe: true }, { ...problem, probe: scaled });
    const refined = await solve(name, { epochs: 80 }, { ...problem, probe: scaled });
    // A wrong probe cannot explain the frames; a refined one must do so ten times better.
    expect(refined.history.at(-1)!).toBeLessThan(0.1 * held.history.at(-1)!);
    expect(relativeError(refined.object, truth)).toBeLessThan(relativeError(held.object, truth));
  });

  test("stays at the truth when it starts there", async () => {
    const { object, history } = await solve(
      name,
      { epochs: 3, fixProbe: true },
      { ...problem, object: truth },
    );
    // Frames and fields are float32: relative rounding 6e-8 squared over the frames, with room for the FFT.
    expect(history[0]!).toBeLessThan(1e-11);
    expect(relativeError(object, truth)).toBeLessThan(1e-5);
  });

  test("keeps the probe's power at the calibrated dose", async () => {
    const { probe: refined } = await solve(name, { epochs: 8 });
    expect(refined).not.toEqual(probe);
    expect(power(refined) / power(probe)).toBeCloseTo(1, 4);
  });

  test("leaves a fixed probe untouched to the bit", async () => {
    const { probe: kept } = await solve(name, { epochs: 4, fixProbe: true });
    expect(kept).toEqual(probe);
  });

  test("the same seed gives the same bytes, another seed another path", async () => {
    const first = await solve(name, { epochs: 4 });
    const again = await solve(name, { epochs: 4 });
    const other = await solve(name, { epochs: 4 }, problem, 8);
    expect(again.object.data).toEqual(first.object.data);
    expect(again.history).toEqual(first.history);
    expect(other.object.data).not.toEqual(first.object.data);
  });

  test("changes none of its inputs", async () => {
    const before = [problem.diffraction.slice(), problem.probe.slice(), problem.positions.x.slice()];
    await solve(name, { epochs: 2 });
    expect([problem.diffraction, problem.probe, problem.positions.x]).toEqual(before);
  });

  test("a field that is no number stops with the Diverged error and what to change", async () => {
    const broken = {
      ...problem,
      diffraction: problem.diffraction.map((value, i) => (i === 100 ? Number.NaN : value)),
    };
    const error: unknown = await solve(name, { epochs: 3 }, broken).catch((thrown: unknown) => thrown);
    expect(isDoselapError(error, "Diverged")).toBe(true);
    expect(String(error)).toMatch(/step/);
  });

  test("an option it does not have is an error that names it", () => {
    expect(() => prepareEngine(name, { momentun: 0.9 })).toThrow(/momentun/);
    expect(() => prepareEngine(name, { epochs: -1 })).toThrow(/epochs/);
  });

  test("an abort ends it between epochs", async () => {
    const abort = new AbortController();
    const running = runEngine(prepareEngine(name, { epochs: 1000 }), problem, {
      backend: referenceBackend,
      seed: 1,
      signal: abort.signal,
      onEpoch: ({ epoch }) => {
        if (epoch === 2) abort.abort();
      },
    });
    await expect(running).rejects.toMatchObject({ _tag: "Interrupted" });
  });

  test("cites its sources by DOI", () => {
    expect(engines[name as keyof typeof engines].cites[0]).toMatch(/^10\.\d{4,}\//);
  });
});

test("an unknown engine is a usage error that lists the known ones", () => {
  expect(() => prepareEngine("epi", {})).toThrow(/unknown engine "epi".*rpie/);
});
