// What an inference model is, whoever made it: an ONNX file with its weights inside, and what it takes and gives.

import type { ParameterSpec } from "../models/parameters.ts";

/** An input or output of a model file: float32, row-major. */
export interface Port {
  readonly name: string;
  readonly shape: readonly number[];
  readonly meaning: string;
}

export interface InferenceModel {
  /** The file. Its graph is built when it is asked for: what it takes, gives and learns is known without. */
  readonly onnx: () => Uint8Array;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** The trainable numbers. */
  readonly specs: readonly ParameterSpec[];
}
