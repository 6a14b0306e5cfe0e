// The runtime contract: something that loads an ONNX model written by `toOnnx` and runs it. All values are float32,
// row-major, of static shapes. Failures of a runtime are `Compute` errors; what a caller got wrong is a `Shape` error,
// raised before native code sees it.

import type { Shape } from "../graph/shape.ts";

/** Where the graph runs. */
export type Provider = "cpu" | "wasm" | "cuda" | "webgpu";

/** How far the runtime may rewrite the graph. `all` includes layouts that suit the processor. */
export type Optimisation = "none" | "basic" | "extended" | "all";

export interface Runtime {
  /** The library, such as `onnxruntime-node`. */
  readonly name: string;
  readonly provider: Provider;
  /** Channels per block in which images are computed faster, for `toOnnx`; undefined when they are computed plainly. */
  readonly blockChannels?: number | undefined;
  /** @throws Range for a number of threads that is none, Compute when the runtime refuses the model, Shape when the model
   * has inputs or outputs other than float32 of static shape. */
  load(model: Uint8Array, options?: LoadOptions): Promise<Session>;
}

export interface LoadOptions {
  /** Threads within one operation; operations follow one another. 1 by default. */
  readonly threads?: number | undefined;
  /** `all` by default. */
  readonly optimisation?: Optimisation | undefined;
  /** Lets the processor compute what a device has no operation for; refused otherwise, for it is slow. False by default. */
  readonly cpuFallback?: boolean | undefined;
}

/** Values of one input. */
export interface Feed {
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface Feeds {
  readonly [name: string]: Feed;
}

export interface RunOptions {
  /** Arrays that receive outputs, by name. Outputs that are not named here are allocated. */
  readonly into?: { readonly [name: string]: Float32Array } | undefined;
  /** Looked at before the run; a run that has begun is not broken off. */
  readonly signal?: AbortSignal | undefined;
}

export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /** Shape of each input and output. */
  readonly shapes: ReadonlyMap<string, Shape>;
  /** Threads it runs on: one in a page that may not share memory, whatever was asked for. */
  readonly threads: number;
  /** All outputs, by name. Feeds are read and never kept. In Node the calling thread computes: its event loop waits.
   * @throws Shape for a feed or an array of `into` that is missing, unknown or of another size; Interrupted when `signal`
   * has fired; Compute when the runtime fails, runs out of memory or is released. */
  run(feeds: Feeds, options?: RunOptions): Promise<{ [name: string]: Float32Array }>;
  /** Gives the memory back. Once is enough, twice is allowed. */
  release(): Promise<void>;
}
