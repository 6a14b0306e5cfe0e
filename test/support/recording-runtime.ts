// A runtime that keeps every model that it is given.

import type { Runtime } from "../../src/nn/runtime/runtime.ts";

export interface RecordedModel {
  readonly name: string;
  readonly onnx: Uint8Array;
}

/** `phase` names what the models are for. */
export function recording(
  runtime: Runtime,
  phase: () => string,
): { readonly runtime: Runtime; readonly models: readonly RecordedModel[] } {
  const models: RecordedModel[] = [];
  return {
    models,
    runtime: {
      ...runtime,
      load(onnx, options) {
        models.push({ name: `${phase()} ${models.length}`, onnx });
        return runtime.load(onnx, options);
      },
    },
  };
}
