// Proves that a provider computes: runs a tiny graph on it and compares with numbers worked out by hand. Runtimes name
// providers that the machine has no device or driver for, and fall back to the processor in silence (NN-004).

import { DoselapError } from "../../errors.ts";
import { encodeModel } from "../onnx/model.ts";
import type { Session } from "./runtime.ts";

/** y = relu(x·w) with w = [[1, -1], [2, 3]]. */
export function probeModel(): Uint8Array {
  const node = { domain: "", attributes: {} } as const;
  return encodeModel({
    name: "probe",
    nodes: [
      { ...node, name: "product", type: "MatMul", inputs: ["x", "w"], outputs: ["product"] },
      { ...node, name: "y", type: "Relu", inputs: ["product"], outputs: ["y"] },
    ],
    initialisers: [{ name: "w", shape: [2, 2], data: Float32Array.of(1, -1, 2, 3) }],
    inputs: [{ name: "x", shape: [2, 2] }],
    outputs: [{ name: "y", shape: [2, 2] }],
  });
}

/** Runs the probe and releases it.
 * @throws Compute when the numbers are wrong, or the run fails. */
export async function checkProbe(session: Session, provider: string): Promise<void> {
  try {
    const { y } = await session.run({ x: { shape: [2, 2], data: Float32Array.of(1, 2, 4, -1) } });
    // Small integers: exact in every floating format.
    const expected = [5, 5, 2, 0];
    if (!expected.every((value, i) => y?.[i] === value)) {
      throw new DoselapError("Compute", `${provider} computes wrong numbers`, {
        expected: expected.join(", "),
        got: y?.join(", ") ?? "nothing",
      });
    }
  } finally {
    await session.release();
  }
}
