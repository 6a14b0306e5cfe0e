// Strips against one pass: the same object, to the last bits of float32.

import { expect, test } from "vitest";
import { initialise } from "../models/parameters.ts";
import { tileNetwork } from "../models/tile-network.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import { applyToScan } from "./apply-planes.ts";

const widths = [4, 6];
const [height, width] = [150, 45];

function scan() {
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

/** Start weights of every layer, the head's made ten times larger so that corrections are seen. */
function parameters() {
  const values = initialise(tileNetwork(widths).specs, 3);
  return { ...values, "tile.head.weight": values["tile.head.weight"]!.map((value) => 10 * value) };
}

test("strips leave no seam", async () => {
  const runtime = await openNodeRuntime();
  const options = { runtime, threads: 1, widths, parameters: parameters() };
  const whole = await applyToScan(scan(), options);
  // Two halos and a few rows: several strips.
  const strips = await applyToScan(scan(), { ...options, memoryBudgetBytes: 48 * 80 * 200 });
  let [largest, change] = [0, 0];
  for (const [i, value] of whole.data.entries()) {
    largest = Math.max(largest, Math.abs(value - strips.data[i]!));
    change = Math.max(change, Math.abs(value - (i % 2 === 0 ? 1 : 0)));
  }
  expect(change).toBeGreaterThan(0.1);
  // Sums of a few hundred float32 terms, perhaps in another order.
  expect(largest).toBeLessThan(1e-5);
});

test("zero weights leave the engine's object", async () => {
  const runtime = await openNodeRuntime();
  const flat = Object.fromEntries(
    Object.entries(parameters()).map(([name, values]) => [name, values.map(() => 0)]),
  );
  const given = scan();
  const object = await applyToScan(given, { runtime, threads: 1, widths, parameters: flat });
  for (const [i, modulus] of given.modulus.entries()) {
    expect(object.data[2 * i]).toBeCloseTo(modulus * Math.cos(given.phase[i]!), 6);
    expect(object.data[2 * i + 1]).toBeCloseTo(modulus * Math.sin(given.phase[i]!), 6);
  }
});
