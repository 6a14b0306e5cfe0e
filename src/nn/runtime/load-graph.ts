// Loads tensors to be computed here and now, in the layout that suits the runtime. A model that leaves this machine is
// written by `toOnnx` alone: plain ONNX.

import { toOnnx, type ModelOptions } from "../onnx/to-onnx.ts";
import type { LoadOptions, Runtime, Session } from "./runtime.ts";

/** @throws Shape as `toOnnx`, Range, Compute as `Runtime.load`. */
export function loadGraph(
  runtime: Runtime,
  graph: Omit<ModelOptions, "blockChannels">,
  options?: LoadOptions,
): Promise<Session> {
  const { blockChannels } = runtime;
  return runtime.load(toOnnx({ ...graph, blockChannels }), options);
}
