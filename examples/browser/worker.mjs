// The worker of the page: opens the backend and reconstructs. It may wait for its threads, which a window must not.

import { openBrowserBackend } from "../../dist/compute/browser.js";
import { reconstruct } from "./reconstruct.mjs";

addEventListener("message", ({ data }) => {
  run(data).catch((error) => postMessage({ kind: "failed", message: error.message }));
});

async function run({ kernels, threads, seed }) {
  const backend = await openBrowserBackend({ kernels, threads });
  postMessage({ kind: "backend", name: backend.name, threads: backend.threads, note: backend.note });
  const start = performance.now();
  const result = await reconstruct({
    backend,
    seed,
    onEpoch: ({ fraction, error }) => postMessage({ kind: "progress", fraction, error }),
  });
  postMessage({ kind: "done", ...result, milliseconds: performance.now() - start });
}
