// What the local executor costs beside the work: 1,000 and 10,000 jobs that do nothing, with two workers; time per job, and the
// memory and handles that are left. Usage: npm run build && node bench/executor.mjs

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { localExecutor } from "../dist/pipeline/executors/local.js";

const folder = mkdtempSync(join(tmpdir(), "doselap-bench-"));
const worker = join(folder, "worker.mjs");
writeFileSync(
  worker,
  `export default () => ({ kind: "run", run: { state: "done", reason: null, summary: {}, reused: false, redone: null, notes: [], threadSeconds: 0 } });`,
);

/** Three stages: each job of the second and third needs one of the stage before. */
function graph(count) {
  const third = Math.floor(count / 3);
  const nodes = Array.from({ length: count }, (_, i) => ({
    id: `job-${i}`,
    kind: "job",
    stage: "reconstruct",
    job: { stage: "reconstruct", path: `job-${i}`, cell: null, arm: null },
    needs: i < third ? [] : [`job-${i - third}`],
    estimate: { seconds: 1, memoryBytes: 1 },
  }));
  return { nodes };
}

async function once(count) {
  const executor = localExecutor({ workers: 2, memoryBytes: 1e9, workerFile: pathToFileURL(worker).href });
  const context = { root: folder, trainer: { runner: "builtin" } };
  const begun = performance.now();
  const submission = await executor.submit(graph(count), { context, onEvent() {}, now: Date.now });
  while (!(await executor.poll(submission)).isOver) await sleep(executor.pollMs);
  const ms = performance.now() - begun;
  await executor.close();
  return ms;
}

function left() {
  global.gc?.();
  return { heapMB: process.memoryUsage().heapUsed / 1e6, handles: process.getActiveResourcesInfo().length };
}

try {
  await once(100);
  for (const count of [1000, 10_000, 1000]) {
    const before = left();
    const ms = await once(count);
    await sleep(100);
    const after = left();
    console.log(
      `${count} jobs: ${(ms / count).toFixed(2)} ms a job; heap ${before.heapMB.toFixed(1)} -> ${after.heapMB.toFixed(1)} MB, handles ${before.handles} -> ${after.handles}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
