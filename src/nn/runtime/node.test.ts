// onnxruntime-node proves its provider before it is used, computes into arrays of the caller, and every fault of it has a
// tag and a way out.

import { describe, expect, test } from "vitest";
import { isDoselapError, type ErrorTag } from "../../errors.ts";
import { constant, input } from "../graph/tensor.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import { add } from "../ops/add.ts";
import { expand, sum } from "../ops/expand.ts";
import { openNodeRuntime, type NodeLibrary } from "./node.ts";
import type { Feed } from "./runtime.ts";

const x = input("x", [2]);
const y = add(x, constant([2], [1, 2]));
const model = toOnnx({ outputs: { y, z: add(y, x) } });
const feed = (...values: number[]): Feed => ({ shape: [values.length], data: Float32Array.from(values) });

async function expectFault(tag: ErrorTag, action: Promise<unknown>, ...messages: RegExp[]): Promise<void> {
  const error: unknown = await action.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toSatisfy((each) => isDoselapError(each, tag));
  for (const message of messages) expect((error as Error).message).toMatch(message);
}

type FakeRun = () => Promise<{ readonly [name: string]: { readonly data: unknown } }>;

/** The library, but its sessions give what a test says. */
async function faked(run: FakeRun): Promise<NodeLibrary> {
  const { Tensor, InferenceSession }: NodeLibrary = await import("onnxruntime-node");
  return {
    Tensor,
    listSupportedBackends: () => [
      { name: "cpu", bundled: true },
      { name: "cuda", bundled: false },
    ],
    InferenceSession: {
      async create(bytes, options) {
        const { inputMetadata, outputMetadata } = await InferenceSession.create(bytes, options);
        return { inputMetadata, outputMetadata, run, release: async () => undefined };
      },
    },
  };
}
const opening = (run: FakeRun) => openNodeRuntime({ library: () => faked(run) });

describe("a session of onnxruntime-node", () => {
  test("says what it takes and gives", async () => {
    const runtime = await openNodeRuntime();
    expect([runtime.name, runtime.provider]).toEqual(["onnxruntime-node", "cpu"]);
    const session = await runtime.load(model, { threads: 2, optimisation: "none" });
    expect([session.inputNames, session.outputNames]).toEqual([["x"], ["y", "z"]]);
    expect(session.shapes.get("y")).toEqual([2]);
    await session.release();
  });

  test("writes into the caller's arrays and gives those, the others anew", async () => {
    const session = await (await openNodeRuntime()).load(model);
    const into = new Float32Array(4).subarray(1, 3);
    const given = feed(10, 20);
    const outputs = await session.run({ x: given }, { into: { y: into } });
    expect(outputs["y"]).toBe(into);
    expect(new Float32Array(into.buffer)).toEqual(Float32Array.of(0, 11, 22, 0));
    expect(outputs["z"]).toEqual(Float32Array.of(21, 42));
    expect(given.data).toEqual(Float32Array.of(10, 20));
    await session.release();
  });

  test("leaves outputs of an earlier run alone", async () => {
    const session = await (await openNodeRuntime()).load(model);
    const first = await session.run({ x: feed(1, 1) });
    await session.run({ x: feed(5, 5) });
    expect(first["y"]).toEqual(Float32Array.of(2, 3));
    await session.release();
  });

  test("is stopped before a run, and refuses to run once released, twice released or not", async () => {
    const session = await (await openNodeRuntime()).load(model);
    await expectFault(
      "Interrupted",
      session.run({ x: feed(1, 1) }, { signal: AbortSignal.abort() }),
      /stopped/,
    );
    await session.release();
    await session.release();
    await expectFault("Compute", session.run({ x: feed(1, 1) }), /released; load the model again/);
  });

  test("runs in two sessions at a time", async () => {
    const runtime = await openNodeRuntime();
    const sessions = await Promise.all([runtime.load(model), runtime.load(model)]);
    const results = await Promise.all(sessions.map((each, i) => each.run({ x: feed(i, i) })));
    expect(results.map(({ y: values }) => Array.from(values!))).toEqual([
      [1, 2],
      [2, 3],
    ]);
    for (const session of sessions) await session.release();
  });
});

describe("faults", () => {
  test("a provider without its device or driver names those of this build", async () => {
    // Continuous integration has no CUDA: its library is not even part of the package.
    await expectFault(
      "Compute",
      openNodeRuntime({ provider: "cuda" }),
      /cuda does not compute here/,
      /knows cpu, /,
      /Take cpu/,
    );
  });

  test("a package that is absent names itself and the machine", async () => {
    const library = () => Promise.reject(new Error("Cannot find package 'onnxruntime-node'"));
    await expectFault(
      "Compute",
      openNodeRuntime({ library }),
      new RegExp(`${process.platform} ${process.arch}`),
      /npm install/,
    );
  });

  test("a provider that computes wrong numbers is not used", async () => {
    await expectFault(
      "Compute",
      opening(async () => ({ y: { data: Float32Array.of(5, 5, 2, 1) } })),
      /5, 5, 2, 0, got 5, 5, 2, 1/,
    );
  });

  test("an output that is missing, or not float32, is told", async () => {
    await expectFault(
      "Compute",
      opening(async () => ({})),
      /y: the runtime gave no float32/,
    );
  });

  test("memory that does not suffice has a way out", async () => {
    // 4 TiB at once, which no machine gives.
    const tooLarge = expand(input("x", [1, 1]), [2 ** 20, 2 ** 20]);
    const session = await (await openNodeRuntime()).load(toOnnx({ outputs: { y: sum(tooLarge, [0, 1]) } }));
    const run = session.run({ x: { shape: [1, 1], data: Float32Array.of(1) } });
    await expectFault("Compute", run, /out of memory/, /smaller batch/);
    await session.release();
  });

  test("a device that lacks operations is told, and the processor does not help in silence", async () => {
    const words = "This session contains graph nodes that are assigned to the default CPU EP, but …";
    const library = await faked(async () => ({}));
    const create = (_: Uint8Array, { extra }: { readonly extra: unknown }) =>
      Promise.reject(new Error(`${words} ${JSON.stringify(extra)}`));
    const runtime = openNodeRuntime({
      provider: "webgpu",
      library: async () => ({ ...library, InferenceSession: { create } }),
    });
    await expectFault(
      "Compute",
      runtime,
      /the device does not have all/,
      /cpuFallback: true/,
      /"disable_cpu_ep_fallback":"1"/,
    );
  });

  test("what is no model is refused", async () => {
    const runtime = await openNodeRuntime();
    await expectFault("Compute", runtime.load(Uint8Array.of(1, 2, 3)), /refused the model/);
  });

  test.each([0, 1.5, NaN, 257])("%d threads are refused", async (threads) => {
    await expectFault("Range", (await openNodeRuntime()).load(model, { threads }), /integer from 1 to 256/);
  });
});
