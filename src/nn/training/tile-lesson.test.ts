// The lesson of a whole scan: the engine sees its share of the photons at its share of the dose, the loss the others.

import { beforeAll, describe, expect, test } from "vitest";
import { values } from "../../../test/support/group-scene.ts";
import { smallGroups, smallTask } from "../../../test/support/small-task.ts";
import { openBackend } from "../../compute/node.ts";
import { prepareEngine } from "../../engines/prepare.ts";
import { isDoselapError } from "../../errors.ts";
import { evaluate } from "../graph/evaluate.ts";
import { initialise } from "../models/parameters.ts";
import type { Lesson } from "./fit.ts";
import { tileLesson, type TileLessonOptions } from "./tile-lesson.ts";

const scene = { betweenPixels: true, energy: 20_000, background: 0.5 } as const;
const task = smallTask(scene);
const exact = smallTask({ ...scene, noiseSeed: null });
const backend = openBackend({ kernels: "simd" });
const options: TileLessonOptions = {
  engine: prepareEngine("ml", { epochs: 25, fixProbe: true, prior: "none" }),
  seenShare: 0.75,
  splits: 2,
  tilePx: 24,
  framesPerTile: 4,
  widths: [3, 4],
  stages: 2,
  loss: "poisson",
  batchSize: 3,
  validationFraction: 0.2,
  epochs: 2,
  learningRate: 1e-3,
};

const table = smallGroups(task, 3);
const lines: string[] = [];
const told: string[] = [];
let lesson: Lesson;
/** The same without a second stage: its feeds and weights are among the other's. */
let shorter: Lesson;
beforeAll(async () => {
  lesson = await tileLesson(task, table, options, {
    seed: 1,
    backend,
    log: (line) => lines.push(line),
    progress: (fraction, note) => told.push(`${fraction} ${note}`),
  });
  shorter = await tileLesson(
    task,
    table,
    { ...options, stages: 1 },
    { seed: 1, backend, log: () => undefined },
  );
});

const zeros = () =>
  Object.fromEntries(
    lesson.specs.map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b))]),
  );
const lossOf = (name: string, index: number): number => {
  const { batch } = lesson.levels.find((level) => level.name === name)!;
  return evaluate([lesson.judged!], { ...values(batch(index)), ...zeros() })[0]![0]!;
};

/** Start weights, those of the later stage's head as large as the first's. */
const drawn = () => {
  const start = initialise(lesson.specs, 4);
  return { ...start, "tile2.head.weight": start["tile.head.weight"]!.toReversed() };
};

/** The frame of each place of a batch: the only one that has all of its photons. */
function framesOf(counts: Float32Array): number[] {
  const { diffraction, frames } = task.problem;
  return Array.from({ length: counts.length / 256 }, (_, slot) => {
    const fitting = Array.from({ length: frames }, (_unused, j) => j).filter((j) =>
      counts.subarray(256 * slot, 256 * (slot + 1)).every((n, i) => {
        const root = diffraction[256 * j + (i % 16) * 16 + Math.floor(i / 16)]!;
        return n <= root * root + 0.5;
      }),
    );
    expect(fitting.length).toBe(1);
    return fitting[0]!;
  });
}

/** Poisson loss of the expected counts of the compared share, from the equation. */
function naiveLoss(index: number): number {
  const { counts } = lesson.validationBatch(index);
  const frames = framesOf(counts!.data);
  return counts!.data.reduce((sum, n, i) => {
    const pixel = (i % 16) * 16 + Math.floor((i % 256) / 16);
    const lambda = 0.25 * exact.problem.diffraction[256 * frames[Math.floor(i / 256)]! + pixel]! ** 2;
    return sum + (lambda - (n + 0.05) * Math.log(lambda + 0.05)) / counts!.data.length;
  }, 0);
}

describe("a tile lesson", () => {
  test("compares with the photons that the engine did not see, at their share of dose and background", () => {
    for (let index = 0; index < lesson.validationBatches; index++) {
      // Objects, probes and places are float32.
      expect(lossOf("truth", index)).toBeCloseTo(naiveLoss(index), 3);
    }
  });

  test("gives the engine its share at its share of the dose: its object is as bright as the true one", () => {
    const planes = (name: string) =>
      lesson.levels
        .find((level) => level.name === name)!
        .batch(0)
        ["planes"]!.data.slice();
    const [found, wanted] = [planes("ml object"), planes("truth")];
    let [a, b, lit] = [0, 0, 0];
    for (let tile = 0; tile < 3; tile++) {
      for (let i = 0; i < 576; i++) {
        const at = tile * 5 * 576 + i;
        // The root of the light's share.
        if (wanted[at + 4 * 576]! < 0.7) continue;
        a += 1 + found[at]!;
        b += 1 + wanted[at]!;
        lit++;
      }
    }
    expect(lit).toBeGreaterThan(200);
    // Without the share of the probe's power it would be darker by √0.75 = 0.87.
    expect(Math.abs(a / b - 1)).toBeLessThan(0.02);
  });

  test("names its levels, the truth last, and starts from the engine's object", () => {
    expect(lesson.levels.map(({ name }) => name)).toEqual([
      "uniform rate",
      "mean pattern",
      "ml object",
      "truth",
    ]);
    expect(lesson.start).toBe("ml object");
    expect(lossOf("ml object", 0)).toBeGreaterThan(lossOf("truth", 0));
  });

  test("has views that differ: each split of the photons has an engine run of its own", () => {
    const parts = new Map<number, Set<string>>();
    for (let epoch = 1; epoch <= 8; epoch++) {
      for (let at = 0; at < 30; at += 3) {
        const { counts } = lesson.batch(epoch, lesson.items, at);
        for (const [slot, frame] of framesOf(counts!.data).entries()) {
          const seen = parts.get(frame) ?? new Set();
          parts.set(frame, seen.add(counts!.data.subarray(256 * slot, 256 * (slot + 1)).join()));
        }
      }
    }
    expect(Math.max(...[...parts.values()].map((seen) => seen.size))).toBe(2);
    expect([...parts.values()].filter((seen) => seen.size === 2).length).toBeGreaterThan(10);
    expect(told).toEqual(["0.5 ml on split 1/2", "1 ml on split 2/2"]);
    expect(lines).toEqual([
      "physics: ml, 25 epochs on 2 splits of the photons, 0.75 seen",
      `tiles: ${lesson.items.length} an epoch, up to 4 frames each of ${lesson.items.length} that train; 2 stages`,
    ]);
  });

  test("tells no more frames a tile than there are", async () => {
    const told: string[] = [];
    const many = { ...options, framesPerTile: lesson.items.length + 8 };
    const { items } = await tileLesson(task, table, many, {
      seed: 1,
      backend,
      log: (line) => told.push(line),
    });
    expect(items.length).toBe(lesson.items.length);
    expect(told.at(-1)).toBe(
      `tiles: ${items.length} an epoch, up to ${items.length} frames each of ${items.length} that train; 2 stages`,
    );
  });

  test("lets the photons that the engine saw pull, at their share of the dose, and those alone", () => {
    const { counts, amplitudes } = lesson.batch(1, lesson.items, 0);
    const { diffraction } = task.problem;
    for (const [slot, frame] of framesOf(counts!.data).entries()) {
      for (let i = 0; i < 256; i++) {
        const all = diffraction[256 * frame + (i % 16) * 16 + Math.floor(i / 16)]! ** 2;
        const seen = amplitudes!.data[256 * slot + i]! ** 2 * 0.75 * 20_000;
        // Whole numbers below 2,000 through float32 roots.
        expect(Math.abs(seen + counts!.data[256 * slot + i]! - all)).toBeLessThan(1e-2);
      }
    }
  });

  test("chooses by the last stage; what is minimised has 0.3 of the first too", () => {
    const [first, judged, both] = evaluate([shorter.judged!, lesson.judged!, lesson.loss], {
      ...values(lesson.validationBatch(0)),
      ...drawn(),
    }).map((loss) => loss[0]!);
    expect(judged).not.toBe(first);
    expect(both).toBeCloseTo(judged! + 0.3 * first!, 6);
  });

  test("begins, with a second stage, as it does without: it corrects nothing yet", () => {
    const fed = { ...values(lesson.validationBatch(0)), ...initialise(lesson.specs, 4) };
    const [judged, first] = evaluate([lesson.judged!, shorter.judged!], fed);
    expect(judged![0]).toBeCloseTo(first![0]!, 9);
  });

  test("lends other tiles of its validation frames where the last batch is not full", async () => {
    const wide = await tileLesson(
      task,
      table,
      { ...options, batchSize: 8, validationFraction: 0.03 },
      { seed: 1, backend, log: () => undefined },
    );
    // Two frames are held back for eight places.
    const { planes } = wide.validationBatch(0);
    const tiles = Array.from({ length: 8 }, (_, b) => planes!.data.subarray(b * 2880, (b + 1) * 2880).join());
    expect(wide.validationBatches).toBe(1);
    expect(new Set(tiles).size).toBeGreaterThan(4);
  });
});

test("a network that does not fit its tile is refused before the engine runs", async () => {
  const seen: string[] = [];
  const call = tileLesson(
    task,
    table,
    { ...options, tilePx: 26 },
    { seed: 1, backend, log: (line) => seen.push(line), progress: (_, note) => seen.push(note) },
  );
  await expect(call).rejects.toSatisfy((error) => isDoselapError(error, "Shape"));
  expect(seen).toEqual([]);
});

test("a warm-up as long as the training is refused before the engine runs", async () => {
  const steps = 2 * Math.ceil(lesson.items.length / 3);
  const seen: string[] = [];
  const call = (warmUpSteps: number) =>
    tileLesson(
      task,
      table,
      { ...options, warmUpSteps },
      { seed: 1, backend, log: (line) => seen.push(line), signal: AbortSignal.abort() },
    );
  await expect(call(steps)).rejects.toMatchObject({
    _tag: "Range",
    context: { key: "warmUpSteps", expected: expect.stringContaining(`fewer than the ${steps} `) },
  });
  await expect(call(steps - 1)).rejects.toSatisfy((error) => isDoselapError(error, "Interrupted"));
  expect(seen).toEqual([]);
});

test("stops between engine runs when it is told to", async () => {
  const context = { seed: 1, backend, log: () => undefined, signal: AbortSignal.abort() };
  await expect(tileLesson(task, table, options, context)).rejects.toSatisfy((error) =>
    isDoselapError(error, "Interrupted"),
  );
});
