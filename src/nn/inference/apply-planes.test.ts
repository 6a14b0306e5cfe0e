// Strips against one pass: the same object, to the last bits of float32. Every stage starts from the corrected object.

import { expect, test } from "vitest";
import type { ComplexImage } from "../../array/ndarray.ts";
import { addLaidBack, laidSides, layBy } from "../../array/symmetry.ts";
import { isDoselapError } from "../../errors.ts";
import { initialise } from "../models/parameters.ts";
import { tileNetwork } from "../models/tile-network.ts";
import type { PolarObject, ScanPlanes } from "../physics/scan-state.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import { applyToScan } from "./apply-planes.ts";

const widths = [4, 6];
const stages = 3;

function scan([height, width]: readonly [number, number] = [150, 45]) {
  const pixels = height * width;
  const wave = (length: number, step: number) =>
    Float32Array.from({ length }, (_, i) => Math.sin(step * i * i + i) / 3);
  return {
    height,
    width,
    planes: wave(5 * pixels, 0.37),
    modulus: wave(pixels, 0.11).map((value) => 1 + value),
    phase: wave(pixels, 0.23),
  };
}

/** Stands for the pull: planes of which every pixel hears of every other, as a scan's pixels do through its frames. */
function pulledAgain({ height: rows, width: columns, modulus, phase }: PolarObject): ScanPlanes {
  const pixels = rows * columns;
  const mean = Array.from(modulus).reduce((sum, value) => sum + value / pixels, 0);
  const planes = Float32Array.from({ length: 5 * pixels }, (_, i) =>
    i < pixels ? modulus[i]! - mean : phase[i % pixels]! / (1 + i / pixels),
  );
  return {
    height: rows,
    width: columns,
    planes,
    modulus: Float32Array.from(modulus),
    phase: Float32Array.from(phase),
  };
}

/** Start weights of every layer, the heads' large so that the corrections of every stage are seen. */
function parameters() {
  const values = initialise(tileNetwork(widths, stages).specs, 3);
  const head = values["tile.head.weight"]!.map((value) => 10 * value);
  return {
    ...values,
    "tile.head.weight": head,
    "tile2.head.weight": head.toReversed(),
    "tile3.head.weight": head.map((value) => -value),
  };
}

test.each([
  ["strips", 1, [150, 45], 48 * 80 * 200],
  ["strips", 2, [150, 45], 48 * 80 * 200],
  ["strips", 3, [150, 45], 48 * 80 * 200],
  // Of 60 rows or columns two halos leave 4: the least that there is.
  ["tiles", 2, [70, 90], 60 * 60 * 132],
] as const)("%s leave no seam after %i stages", async (_parts, count, sides, memoryBudgetBytes) => {
  const runtime = await openNodeRuntime();
  const options = { runtime, threads: 1, widths, stages: count, pulledAgain, parameters: parameters() };
  const whole = await applyToScan(scan(sides), options);
  const strips = await applyToScan(scan(sides), { ...options, memoryBudgetBytes });
  let [largest, change] = [0, 0];
  for (const [i, value] of whole.data.entries()) {
    largest = Math.max(largest, Math.abs(value - strips.data[i]!));
    change = Math.max(change, Math.abs(value - (i % 2 === 0 ? 1 : 0)));
  }
  expect(change).toBeGreaterThan(0.1);
  // Sums of a few hundred float32 terms, perhaps in another order.
  expect(largest).toBeLessThan(1e-5);
});

/** The scan laid by a symmetry. */
function laidScan(symmetry: number, given: ReturnType<typeof scan>) {
  const sides = { rows: given.height, columns: given.width };
  const laid = (planes: Float32Array) => {
    const out = new Float32Array(planes.length);
    layBy(symmetry, planes, sides, out);
    return out;
  };
  const { rows: height, columns: width } = laidSides(symmetry, sides);
  const { planes, modulus, phase } = given;
  return { height, width, planes: laid(planes), modulus: laid(modulus), phase: laid(phase) };
}

test("the mean over the symmetries turns and mirrors with the scan, in one pass and in parts", async () => {
  const runtime = await openNodeRuntime();
  const rule = { runtime, threads: 1, widths, stages: 1, pulledAgain, parameters: parameters() };
  const given = scan([70, 90]);
  const sides = { rows: 70, columns: 90 };
  const once = await applyToScan(given, rule);
  const mean = await applyToScan(given, { ...rule, symmetric: true });
  const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i]!)));
  // A network of chance sees no symmetry.
  expect(distance(once.data, mean.data)).toBeGreaterThan(0.02);
  const modulusOf = ({ data }: ComplexImage) =>
    Float32Array.from({ length: data.length / 2 }, (_, i) => Math.hypot(data[2 * i]!, data[2 * i + 1]!));
  for (const [symmetry, memoryBudgetBytes] of [
    [3, undefined],
    [5, undefined],
    [6, 60 * 60 * 132],
  ] as const) {
    const laid = await applyToScan(laidScan(symmetry, given), {
      ...rule,
      symmetric: true,
      memoryBudgetBytes,
    });
    const back = new Float64Array(70 * 90);
    addLaidBack(symmetry, modulusOf(laid), sides, { factor: 1, sum: back });
    // Sums of a few hundred float32 terms, in another order.
    expect(distance(back, modulusOf(mean))).toBeLessThan(1e-5);
  }
});

test("zero weights leave the engine's object", async () => {
  const runtime = await openNodeRuntime();
  const flat = Object.fromEntries(
    Object.entries(parameters()).map(([name, values]) => [name, values.map(() => 0)]),
  );
  const given = scan();
  const rule = { runtime, threads: 1, widths, stages, pulledAgain };
  const object = await applyToScan(given, { ...rule, parameters: flat });
  for (const [i, modulus] of given.modulus.entries()) {
    expect(object.data[2 * i]).toBeCloseTo(modulus * Math.cos(given.phase[i]!), 6);
    expect(object.data[2 * i + 1]).toBeCloseTo(modulus * Math.sin(given.phase[i]!), 6);
  }
});

test("later stages correct on", async () => {
  const runtime = await openNodeRuntime();
  const rule = { runtime, threads: 1, widths, pulledAgain, parameters: parameters() };
  const objects: ComplexImage[] = [];
  for (const count of [1, 2, 3]) objects.push(await applyToScan(scan(), { ...rule, stages: count }));
  for (const [k, { data }] of objects.slice(1).entries()) {
    const moved = data.map((value, i) => Math.abs(value - objects[k]!.data[i]!));
    expect(Math.max(...moved)).toBeGreaterThan(0.1);
  }
});

test("stops before a stage when it is told to", async () => {
  const runtime = await openNodeRuntime();
  const rule = { runtime, threads: 1, widths, stages, parameters: parameters() };
  const abort = new AbortController();
  const stopping = applyToScan(scan(), {
    ...rule,
    signal: abort.signal,
    pulledAgain: (corrected) => {
      abort.abort();
      return pulledAgain(corrected);
    },
  });
  await expect(stopping).rejects.toSatisfy((error) => isDoselapError(error, "Interrupted"));
});
