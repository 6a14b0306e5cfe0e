// A session over the interface that onnxruntime-node and onnxruntime-web share. Only what is used of it is declared, so
// that neither library is needed to compile against this one.

import { DoselapError, messageOf } from "../../errors.ts";
import type { Shape } from "../graph/shape.ts";
import { checkFeeds, checkInto, checkThreadCount } from "./check.ts";
import type { LoadOptions, Optimisation, Provider, Session } from "./runtime.ts";

export interface OrtTensor {
  readonly data: unknown;
}

interface OrtTensors {
  readonly [name: string]: OrtTensor;
}

export interface OrtLibrary {
  readonly Tensor: new (type: "float32", data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: { create(model: Uint8Array, options: OrtOptions): Promise<OrtSession> };
}

interface OrtSession {
  readonly inputMetadata: readonly OrtMetadata[];
  readonly outputMetadata: readonly OrtMetadata[];
  run(feeds: OrtTensors, fetches: { readonly [name: string]: OrtTensor | null }): Promise<OrtTensors>;
  release(): Promise<void>;
}

interface OrtMetadata {
  readonly name: string;
  readonly type?: string;
  readonly shape?: readonly (number | string)[];
}

interface OrtOptions {
  readonly executionProviders: readonly string[];
  readonly intraOpNumThreads: number;
  readonly interOpNumThreads: number;
  readonly executionMode: "sequential";
  readonly graphOptimizationLevel: "disabled" | "basic" | "extended" | "all";
  readonly enableCpuMemArena: boolean;
  readonly enableMemPattern: boolean;
  readonly logSeverityLevel: 4;
  readonly extra: { readonly session: object };
}

export interface OrtSessionOptions extends LoadOptions {
  readonly library: OrtLibrary;
  readonly provider: Provider;
  /** The library writes into arrays that it is given; else results are copied into them (NN-002). */
  readonly writesInPlace: boolean;
}

const levels: { readonly [level in Optimisation]: OrtOptions["graphOptimizationLevel"] } = {
  none: "disabled",
  basic: "basic",
  extended: "extended",
  all: "all",
};

/** @throws Range, Compute, Shape as `Runtime.load` says. */
export async function openOrtSession(model: Uint8Array, options: OrtSessionOptions): Promise<Session> {
  const {
    library,
    provider,
    threads = 1,
    optimisation = "all",
    cpuFallback = false,
    writesInPlace,
  } = options;
  // NN-004: with a device that lacks some operations the runtime would use the processor in silence.
  const device = provider === "cuda" || provider === "webgpu";
  checkThreadCount(threads);
  const session = await guarded("the runtime refused the model", () =>
    library.InferenceSession.create(model, {
      executionProviders: [provider],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: "sequential",
      graphOptimizationLevel: levels[optimisation],
      // Freed blocks are used again, and no plan is made for all of them at once: of a training step, such a plan takes
      // 1.6 times the memory and no less time (NN-001).
      enableCpuMemArena: true,
      enableMemPattern: false,
      // What fails is thrown: written to standard error as well, it would stand before the error that explains it.
      logSeverityLevel: 4,
      extra: {
        session: {
          // Threads wait awake from one operation to the next and sleep between runs: woken each time, two of them take
          // 1.4 times as long for a training step (NN-008).
          intra_op: { allow_spinning: "1" },
          force_spinning_stop: "1",
          disable_cpu_ep_fallback: device && !cpuFallback ? "1" : "0",
        },
      },
    }),
  );
  const inputNames = session.inputMetadata.map(({ name }) => name);
  const outputNames = session.outputMetadata.map(({ name }) => name);
  const shapes = new Map([...session.inputMetadata, ...session.outputMetadata].map(staticShape));
  let released = false;

  return {
    inputNames,
    outputNames,
    shapes,
    threads,
    async run(feeds, { into = {}, signal } = {}) {
      if (signal?.aborted === true) {
        throw new DoselapError("Interrupted", "stopped before the model was run", { cause: signal.reason });
      }
      if (released) throw new DoselapError("Compute", "the session is released; load the model again");
      checkFeeds(inputNames, shapes, feeds);
      checkInto(outputNames, shapes, into, feeds);
      const targets = new Map(Object.entries(into));
      const tensor = (data: Float32Array, shape: Shape) => new library.Tensor("float32", data, shape);
      const given = Object.fromEntries(
        inputNames.map((name) => [name, tensor(feeds[name]!.data, shapes.get(name)!)]),
      );
      const wanted = Object.fromEntries(
        outputNames.map((name) => {
          const data = writesInPlace ? targets.get(name) : undefined;
          return [name, data === undefined ? null : tensor(data, shapes.get(name)!)];
        }),
      );
      const results = await guarded("the model failed to run", () => session.run(given, wanted));
      return Object.fromEntries(
        outputNames.map((name) => {
          const target = targets.get(name);
          if (target !== undefined && writesInPlace) return [name, target];
          const data = floats(name, results[name]);
          if (target === undefined) return [name, data];
          target.set(data);
          return [name, target];
        }),
      );
    },
    async release() {
      if (released) return;
      released = true;
      await guarded("the session could not be released", () => session.release());
    },
  };
}

function staticShape({ name, type, shape }: OrtMetadata): [string, Shape] {
  const extents = shape?.filter((extent) => typeof extent === "number");
  if (type === "float32" && extents !== undefined && extents.length === shape?.length) return [name, extents];
  throw new DoselapError("Shape", "the model has a value that this library does not take", {
    key: name,
    expected: "float32 of static shape",
    got: `${type ?? "no tensor"} [${shape?.join(", ") ?? ""}]`,
  });
}

function floats(name: string, tensor: OrtTensor | undefined): Float32Array {
  if (tensor?.data instanceof Float32Array) return tensor.data;
  throw new DoselapError("Compute", "the runtime gave no float32 for an output", { key: name });
}

/** Runtimes tell their faults in words alone. */
async function guarded<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const message = messageOf(cause).trim();
    const known = faults.find(({ words }) => words.test(message));
    throw new DoselapError(
      "Compute",
      [what, known?.means, message].filter((part) => part !== undefined).join(": "),
      {
        cause,
        ...(known === undefined ? {} : { hint: known.hint }),
      },
    );
  }
}

const faults = [
  {
    // The last two: sizes that the 32-bit memory of WebAssembly cannot even name.
    words:
      /bad_alloc|out of memory|failed to allocate|allocation failed|integer overflow|shape is too large/i,
    means: "out of memory",
    hint: "Take a smaller batch, or fewer channels.",
  },
  {
    words: /assigned to the default CPU EP/,
    means: "the device does not have all of its operations",
    hint: "Load it with `cpuFallback: true`, and the processor computes those.",
  },
] as const;
