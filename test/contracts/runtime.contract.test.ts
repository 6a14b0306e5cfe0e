// What every runtime must hold: the same models with the same feeds give the same outputs. Here onnxruntime in Node; the
// browser's is asked the same by the browser's tests.

import { describe, expect, test } from "vitest";
import { openNodeRuntime } from "../../src/nn/runtime/node.ts";
import { errorsOf, modelOf, runtimeCases, tolerance } from "../support/runtime-cases.ts";

const cases = runtimeCases();

describe.each([
  { threads: 1, optimisation: "none" },
  { threads: 1, optimisation: "all" },
  { threads: 2, optimisation: "all" },
] as const)("onnxruntime-node, $threads threads, optimisation $optimisation", (options) => {
  test.each(cases)("$title", async (each) => {
    const session = await (await openNodeRuntime()).load(modelOf(each), options);
    const errors = errorsOf(each, await session.run(each.feeds));
    await session.release();
    expect(Object.keys(errors)).toEqual(Object.keys(each.outputs));
    expect(Object.entries(errors).filter(([, error]) => !(error < tolerance))).toEqual([]);
  });

  test("the same feeds give the same bits again", async () => {
    const each = cases.at(-1)!;
    const session = await (await openNodeRuntime()).load(modelOf(each), options);
    const [first, second] = [await session.run(each.feeds), await session.run(each.feeds)];
    await session.release();
    expect(second).toEqual(first);
  });
});
