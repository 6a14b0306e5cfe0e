// The browser's runtime says what is missing where it cannot run. That it runs is tested in a browser (test/browser).

import { expect, test } from "vitest";
import { openWebRuntime } from "./web.ts";

test("a library that cannot be imported is told, with the way out", async () => {
  const library = () => Promise.reject(new TypeError("Failed to resolve module specifier"));
  await expect(openWebRuntime({ library })).rejects.toMatchObject({
    _tag: "Compute",
    message: expect.stringMatching(
      /onnxruntime-web cannot be loaded: Failed to resolve.*say with `library`/,
    ) as string,
  });
});

test("a library that cannot load its binary says so with the first model, and may be tried again", async () => {
  let tries = 0;
  const create = () => Promise.reject(new Error(`no available backend found (try ${++tries})`));
  const Tensor = class {
    readonly data: unknown = undefined;
  };
  const runtime = await openWebRuntime({
    library: async () => ({ Tensor, InferenceSession: { create }, env: { wasm: {} } }),
  });
  for (const which of ["try 1", "try 2"]) {
    await expect(runtime.load(new Uint8Array())).rejects.toMatchObject({
      _tag: "Compute",
      message: expect.stringMatching(
        new RegExp(`wasm does not compute here.*${which}.*\\.wasm file beside`),
      ) as string,
    });
  }
  await expect(runtime.load(new Uint8Array(), { threads: 0 })).rejects.toMatchObject({ _tag: "Range" });
});
