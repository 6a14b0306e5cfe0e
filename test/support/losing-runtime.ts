// A runtime that breaks a training run in the middle, as overflowing numbers do.

import type { Runtime } from "../../src/nn/runtime/runtime.ts";

/** A runtime whose training loss is lost after some steps. */
export function losing(runtime: Runtime, steps: number): Runtime {
  return {
    ...runtime,
    async load(model, options) {
      const session = await runtime.load(model, options);
      let done = 0;
      return {
        ...session,
        async run(feeds, runOptions) {
          const outputs = await session.run(feeds, runOptions);
          if (!("gradientNorm" in outputs) || ++done <= steps) return outputs;
          return { ...outputs, loss: Float32Array.of(Number.NaN) };
        },
      };
    },
  };
}
