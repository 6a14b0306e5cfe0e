// What every network arm must do: learn on a tiny scan, infer a finite object on its frame, refuse what does not fit, look at
// the truth only if it says so, and hand out a model file that computes what it computes itself.

import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { addLaidBack, layBy } from "../../src/array/symmetry.ts";
import { openBackend } from "../../src/compute/node.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import type { ArmContext, ArmTask, NetworkArm, Trained } from "../../src/nn/arms/arm.ts";
import { scheduleOf, type CommonOptions } from "../../src/nn/arms/options.ts";
import { networkArms } from "../../src/nn/arms/registry.ts";
import { initialise, type ParameterValues } from "../../src/nn/models/parameters.ts";
import { correctedPlanes, scanPlanes } from "../../src/nn/physics/scan-state.ts";
import { openNodeRuntime } from "../../src/nn/runtime/node.ts";
import type { Feeds } from "../../src/nn/runtime/runtime.ts";
import { canvasShape, type GroupTable } from "../../src/nn/training/groups.ts";
import { inferDataset } from "../../src/study/infer.ts";
import { runTrainingJob } from "../../src/study/training/run.ts";
import { builtinRunner } from "../../src/study/training/runners/builtin.ts";
import { tinyArms } from "../support/tiny-arms.ts";
import { networkJob, networkTask, smallScan } from "../support/network-job.ts";
import { rejection } from "../support/training-job.ts";

const schedule = { epochs: 1, batchSize: 8, learningRate: 3e-3 };

describe.each(Object.entries<NetworkArm>(networkArms))("network arm contract: %s", (name, arm) => {
  const { optics, options: given } = tinyArms[name] ?? { optics: {}, options: {} };
  const { sizePx = 16 } = optics;
  let options: CommonOptions;
  let context: ArmContext;
  let task: ArmTask;
  let trained: Trained;
  /** Start weights: every unit takes part. */
  let drawn: ParameterValues;

  function train(from: ArmTask, changes: Partial<ArmContext> = {}): Promise<Trained> {
    return arm.train(from, options, { ...context, schedule: scheduleOf(options, schedule), ...changes });
  }

  const networkOf = (parameters: ParameterValues) => ({ options, parameters, facts: trained.facts });

  beforeAll(async () => {
    options = arm.options.parse(given);
    const backend = openBackend({ kernels: "simd", threads: 1 });
    context = { seed: 42, runtime: await openNodeRuntime(), backend, threads: 1, log: () => undefined };
    task = networkTask({ groupSize: 4, ...optics });
    trained = await train(task);
    // Every layer takes part, those too that start at 0.
    drawn = initialise(
      arm
        .model({ options, parameters: trained.fit.parameters, facts: trained.facts })
        .specs.map((spec) => (spec.name === "tile2.head.weight" ? { ...spec, deviation: 0.02 } : spec)),
      7,
    );
  }, 30_000);

  test("is called as the registry calls it, says what it is, and whom it follows", () => {
    expect(arm.name).toBe(name);
    expect(arm.title).not.toBe("");
    expect(arm.summary).toMatch(/^[a-z].{20,}[^.]$/u);
    for (const source of arm.cites) expect(source).toMatch(/^(10\.\d{4,}\/\S+|arXiv:\d{4}\.\d{5})$/u);
    expect(arm.cites.length).toBeGreaterThan(0);
  });

  test("every option has a default and a description, and none that is not its own is taken", () => {
    expect(arm.options.safeParse({ ...arm.options.parse({}), nosuch: 1 }).success).toBe(false);
    const own = arm.options instanceof z.ZodPipe ? arm.options.out : arm.options;
    if (!(own instanceof z.ZodObject)) throw new Error("options are a strict object");
    const shape: { readonly [option: string]: z.ZodType } = own.shape;
    for (const [option, schema] of Object.entries(shape))
      expect(descriptionOf(schema), option).toMatch(/\.$/u);
  });

  test("learns from a tiny scan: losses, levels, health, finite weights", () => {
    const { fit, facts } = trained;
    expect(fit.history).toHaveLength(schedule.epochs);
    // Weights of 0, which leave the network out, would pass what follows.
    expect(fit.bestEpoch).toBe(1);
    for (const { loss, validation, spread, deadUnits } of fit.history)
      expect([loss, validation, spread, deadUnits].every(Number.isFinite)).toBe(true);
    expect(Object.values(fit.levels).length).toBeGreaterThan(0);
    expect(Object.values(fit.levels).every(Number.isFinite)).toBe(true);
    for (const data of Object.values(fit.parameters)) expect(data.every(Number.isFinite)).toBe(true);
    expect(facts).toMatchObject({ sizePx, groupSize: 4, probeModes: 1, dosePhotons: 1000 });
  });

  test("infers a finite object on the scan's frame that is not flat", async () => {
    const { object } = await arm.infer(task, networkOf(trained.fit.parameters), context);
    expect([object.height, object.width]).toEqual([task.problem.objectHeight, task.problem.objectWidth]);
    expect(object.data.every(Number.isFinite)).toBe(true);
    expect(new Set(object.data).size).toBeGreaterThan(100);
  });

  test("gives the same weights again by the same seed", async () => {
    expect(digest((await train(task)).fit.parameters)).toBe(digest(trained.fit.parameters));
  });

  test("does not look at what stands in masked pixels, when it learns, judges or infers", async () => {
    const mask = Uint8Array.from({ length: sizePx ** 2 }, (_, i) => (i % 5 === 0 ? 1 : 0));
    const holding = (value: number): ArmTask => {
      const diffraction = task.problem.diffraction.map((root, i) =>
        mask[i % mask.length] === 0 ? root : value,
      );
      return { ...task, problem: { ...task.problem, diffraction, mask } };
    };
    // No count at all, and no whole one but a bright one.
    const [one, other] = [holding(Number.NaN), holding(31.5)];
    const [a, b] = [await train(one), await train(other)];
    expect(digest(a.fit.parameters)).toBe(digest(b.fit.parameters));
    expect([a.fit.levels, a.fit.history]).toEqual([b.fit.levels, b.fit.history]);
    expect(a.fit.bestEpoch).toBe(1);
    expect(digest(a.fit.parameters)).not.toBe(digest(trained.fit.parameters));
    const network = networkOf(a.fit.parameters);
    const { object } = await arm.infer(one, network, context);
    expect(object.data.every(Number.isFinite)).toBe(true);
    expect((await arm.infer(other, network, context)).object).toEqual(object);
    // The earlier network sees frames alone, 0 where nothing was measured. To the physics a masked pixel is not an empty one.
    if (name === "pinn-reference") return;
    const empty = holding(0);
    const { mask: _, ...problem } = empty.problem;
    expect((await arm.infer({ ...empty, problem }, network, context)).object).not.toEqual(object);
  });

  test("needs the truth to learn if it says so, and else does not look at it", async () => {
    const { truth, ...measured } = task;
    if (arm.needsLabels) {
      expect(await rejection(train(measured))).toMatchObject({
        _tag: "Contract",
        context: { key: "objectGuess" },
      });
      return;
    }
    const known = digest(trained.fit.parameters);
    expect(digest((await train(measured)).fit.parameters)).toBe(known);
    const wrong = { ...truth!, data: truth!.data.map((value) => 1 - value) };
    expect(digest((await train({ ...task, truth: wrong })).fit.parameters)).toBe(known);
  });

  test("refuses K below C, as a job that never starts", async () => {
    const { job, design } = await networkJob(name);
    const running = runTrainingJob(job, { runner: builtinRunner(), design: { ...design, neighborCount: 3 } });
    expect(await rejection(running)).toMatchObject({
      _tag: "Design",
      context: { finding: "OVERSAMPLING-001", key: "neighborCount" },
    });
  });

  test("refuses frames of another size than those that it was trained on", async () => {
    const bundle = { arm, options, facts: trained.facts, parameters: trained.fit.parameters };
    const other = smallScan({ sizePx: 32, fwhmPx: 10 });
    const rule = { file: "scan.npz", runtime: context.runtime, threads: 1, neighborCount: 7, seed: 1 };
    expect(await rejection(inferDataset(bundle, other, rule))).toMatchObject({
      _tag: "Shape",
      context: { file: "scan.npz", key: "diffraction" },
    });
  });

  test("stops when it is asked to", async () => {
    const abort = new AbortController();
    const stopping = train(task, { signal: abort.signal, progress: () => abort.abort() });
    expect(await rejection(stopping)).toMatchObject({ _tag: "Interrupted" });
  });

  test("tells a plan what it costs", () => {
    const scan = { sizePx, groupSize: 4, probeModes: 1, dosePhotons: 1000, probeDiameterPx: 6 };
    const cost = arm.cost(
      { ...scan, areaPerFramePx: 30, objectPixels: 4096, items: 64, scoredFrames: 64 },
      options,
    );
    const { specs } = arm.model({ options, parameters: trained.fit.parameters, facts: trained.facts });
    const parameters = specs.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b), 0);
    expect(cost.parameters).toBe(parameters);
    expect(cost.epochFlops).toBeGreaterThan(0);
    expect(cost.inferenceFlops).toBeGreaterThan(0);
  });

  test("its model file, fed as its inputs say, gives what it infers itself", async () => {
    const { onnx, inputs, outputs } = arm.model({ options, parameters: drawn, facts: trained.facts });
    const session = await context.runtime.load(onnx(), { threads: 1 });
    expect(session.inputNames.toSorted()).toEqual(inputs.map((port) => port.name).toSorted());
    for (const port of [...inputs, ...outputs]) {
      expect(session.shapes.get(port.name)).toEqual(port.shape);
      expect(port.meaning).not.toBe("");
    }
    const isTile = inputs.some((port) => port.name === "planes");
    const run: Run = (feeds) => session.run(feeds);
    const [found, expected] = !isTile
      ? await byGroup(run)
      : outputs[0]!.meaning.includes("mean over the eight")
        ? await bySymmetries(await tileFeeds(), run)
        : await byTile(await tileFeeds(), run);
    // Batches of another size take sums in another order: some units of the 24th bit.
    for (const [i, value] of found.entries()) expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-5);
    await session.release();
  });

  function ownCanvasPx(table: GroupTable): number {
    return canvasShape(task.problem.positions, table, { sizePx, windowPx: sizePx, multiple: 1 }).canvasPx;
  }

  // Within what the network was trained on, and three frame widths apart.
  test.each([0.5, 3])(
    "gives what it gives for a group alone when another, %d frames wide, stands far beside it (F-23)",
    async (wide) => {
      const { problem, groups: table } = task;
      const { groupSize } = table;
      const narrow = Array.from(table.groups.subarray(0, groupSize));
      const frames = Array.from({ length: problem.frames }, (_, j) => j);
      const others = frames.filter((j) => !narrow.includes(j)).slice(-4);
      const [x, y] = [problem.positions.x.slice(), problem.positions.y.slice()];
      for (const [k, j] of others.entries()) {
        x[j] = problem.objectWidth + sizePx * (1 + (k % 2) * wide) + 0.3;
        y[j] = sizePx * (1 + (k >> 1) * wide);
      }
      const height = Math.max(problem.objectHeight, sizePx * (2 + wide));
      const width = problem.objectWidth + sizePx * (2 + wide);
      const scan = { ...problem, positions: { x, y }, objectHeight: height, objectWidth: width };
      const infer = async (...members: number[][]) => {
        const groups = { groups: Int32Array.from(members.flat()), groupSize, count: members.length };
        return (await arm.infer({ ...task, problem: scan, groups }, networkOf(drawn), context)).object.data;
      };
      const [one, other, both] = [await infer(narrow), await infer(others), await infer(narrow, others)];
      let [farthest, changed] = [0, 0];
      for (const [i, value] of both.entries()) {
        const alone = (i >> 1) % width < problem.objectWidth ? one[i]! : other[i]!;
        farthest = Math.max(farthest, Math.abs(value - alone));
        changed += alone === 1 - (i % 2) ? 0 : 1;
      }
      expect(changed).toBeGreaterThan(sizePx * sizePx);
      // Batches of another size take sums in another order: some units of the 24th bit.
      expect(farthest).toBeLessThan(1e-5);
    },
  );

  type Run = (feeds: Feeds) => Promise<{ readonly [name: string]: Float32Array }>;

  /** The object where one group's light falls: from the model file, and from inference with that group alone. */
  async function byGroup(run: Run): Promise<[number[], number[]]> {
    const { groups, groupSize, count } = task.groups;
    const { positions, probe, objectWidth: width, objectHeight: height } = task.problem;
    const { canvasPx, regionPx } = trained.facts;
    // The narrowest group: alone, it would do with a smaller canvas than all of them.
    const one = Array.from({ length: count }, (_, g) => ({
      groups: groups.subarray(g * groupSize, (g + 1) * groupSize),
      groupSize,
      count: 1,
    })).toSorted((a, b) => ownCanvasPx(a) - ownCanvasPx(b))[0]!;
    expect(ownCanvasPx(one)).toBeLessThan(ownCanvasPx(task.groups));
    const members = Array.from(one.groups);
    const corner = (at: Float64Array): number =>
      Math.round(members.reduce((sum, j) => sum + at[j]!, 0) / groupSize) - canvasPx / 2;
    const [originX, originY] = [corner(positions.x), corner(positions.y)];
    const place = (at: Float64Array, origin: number): Float32Array =>
      Float32Array.from(members, (j) => at[j]! - sizePx / 2 - origin);
    const pixels = sizePx * sizePx;
    const { diffraction } = task.problem;
    const amplitudes = members.flatMap((j) =>
      // Transposed: columns of the detector first.
      Array.from({ length: pixels }, (_, i) => {
        const at = (i % sizePx) * sizePx + Math.floor(i / sizePx);
        return diffraction[j * pixels + at]! / Math.sqrt(task.dosePhotons);
      }),
    );
    const part = (odd: 0 | 1): Float32Array =>
      Float32Array.from({ length: pixels }, (_, i) => probe[2 * i + odd]! / Math.sqrt(task.dosePhotons));
    const canvases = await run({
      amplitudes: { shape: [groupSize, sizePx, sizePx], data: Float32Array.from(amplitudes) },
      top: { shape: [1, groupSize], data: place(positions.y, originY) },
      left: { shape: [1, groupSize], data: place(positions.x, originX) },
      "probe.re": { shape: [1, sizePx, sizePx], data: part(0) },
      "probe.im": { shape: [1, sizePx, sizePx], data: part(1) },
    });
    const { object } = await arm.infer({ ...task, groups: one }, networkOf(drawn), context);
    const brightest = Math.max(...canvases["light"]!);
    const [found, expected]: [number[], number[]] = [[], []];
    for (const [i, light] of canvases["light"]!.entries()) {
      const [x, y] = [originX + (i % canvasPx), originY + Math.floor(i / canvasPx)];
      if (x < 0 || y < 0 || x >= width || y >= height || light < 1e-3 * brightest) continue;
      found.push(canvases["object.re"]![i]!, canvases["object.im"]![i]!);
      expected.push(object.data[2 * (y * width + x)]!, object.data[2 * (y * width + x) + 1]!);
    }
    expect(found.length).toBeGreaterThan(regionPx);
    return [found, expected];
  }

  async function tileFeeds() {
    const { engine, engineOptions } = z
      .object({ engine: z.string(), engineOptions: z.record(z.string(), z.unknown()) })
      .parse(options);
    return scanPlanes(prepareEngine(engine, { ...engineOptions }), task.problem, context);
  }

  /** The object of the whole scan, which is one tile, laid in the eight ways of a square. */
  async function bySymmetries(
    { planes, modulus, phase, height, width }: Awaited<ReturnType<typeof tileFeeds>>,
    run: Run,
  ): Promise<[number[], number[]]> {
    const sides = { rows: height, columns: width };
    const sum = new Float64Array(2 * height * width);
    for (let symmetry = 0; symmetry < 8; symmetry++) {
      const laid = new Float32Array(planes.length);
      layBy(symmetry, planes, sides, laid);
      const { corrections } = await run({ planes: { shape: [1, 5, height, width], data: laid } });
      addLaidBack(symmetry, corrections!, sides, { factor: 1 / 8, sum });
    }
    const { object } = await arm.infer(task, networkOf(drawn), context);
    const found = Array.from({ length: sum.length }, (_, i) => {
      const at = i >> 1;
      const angle = phase[at]! + sum[height * width + at]!;
      return (modulus[at]! + sum[at]!) * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
    });
    return [found, Array.from(object.data)];
  }

  /** The object of the whole scan, which is one tile. */
  async function byTile(
    { planes, modulus, phase, height, width }: Awaited<ReturnType<typeof tileFeeds>>,
    run: Run,
  ): Promise<[number[], number[]]> {
    const pixels = height * width;
    const feed = (data: Float32Array) => ({ shape: [1, 5, height, width], data });
    // Two stages: the second has no say in the first's corrections, and sees the pull at the object that those give.
    const first = await run({ planes: feed(planes), "planes.2": feed(new Float32Array(5 * pixels)) });
    const corrected = {
      height,
      width,
      modulus: modulus.map((value, i) => value + first["corrections"]![i]!),
      phase: phase.map((value, i) => value + first["corrections"]![pixels + i]!),
    };
    const again = correctedPlanes(corrected, task.problem, context.backend);
    const both = await run({ planes: feed(planes), "planes.2": feed(again.planes) });
    expect(both["corrections"]).toEqual(first["corrections"]);
    const second = both["corrections.2"]!;
    const { object } = await arm.infer(task, networkOf(drawn), context);
    const found = Array.from({ length: 2 * pixels }, (_, i) => {
      const at = i >> 1;
      const length = corrected.modulus[at]! + second[at]!;
      const angle = corrected.phase[at]! + second[pixels + at]!;
      return length * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
    });
    return [found, Array.from(object.data)];
  }
});

/** Of every bit of the weights. */
function digest(parameters: ParameterValues): string {
  const hash = createHash("sha256");
  for (const [name, { buffer, byteOffset, byteLength }] of Object.entries(parameters))
    hash.update(name).update(new Uint8Array(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

/** Of the option, or of what its default was wrapped around. */
function descriptionOf(schema: unknown): string | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  return schema.description ?? (schema instanceof z.ZodDefault ? descriptionOf(schema.unwrap()) : undefined);
}
