// The local executor with workers of the tests' own: each loses its own job alone, and a run always comes to its end.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { StageContext } from "../context.ts";
import type { RunEvent } from "../events.ts";
import type { Standing } from "./executor.ts";
import type { GraphNode } from "./graph.ts";
import { localExecutor, type LocalOptions } from "./local.ts";

let folder: string;
let workerFile: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-local-"));
  const file = join(folder, "worker.mjs");
  // What a job does stands in its path.
  await writeFile(
    file,
    `export default async ({ path }) => {
  if (path.includes("exits")) process.exit(7);
  if (path.includes("throws")) throw new Error("a bug");
  if (path.includes("silent")) await new Promise((resolve) => setTimeout(resolve, 600000));
  const state = path.includes("fails") ? "failed" : "done";
  return { kind: "run", run: { state, reason: null, summary: {}, reused: false, redone: null, notes: [], threadSeconds: 0 } };
};
`,
  );
  workerFile = pathToFileURL(file).href;
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const job = (id: string, needs: string[] = [], memoryBytes = 1): GraphNode => ({
  id,
  kind: "job",
  stage: "reconstruct",
  job: { stage: "reconstruct", path: id, cell: null, arm: null },
  needs,
  estimate: { seconds: 1, memoryBytes },
});

function orderOf(events: readonly RunEvent[]): string[] {
  return events.flatMap((event) =>
    event.kind === "job-start" || event.kind === "job-end" ? [`${event.kind} ${event.path}`] : [],
  );
}

async function run(nodes: GraphNode[], options: Partial<LocalOptions> = {}) {
  const events: RunEvent[] = [];
  const executor = localExecutor({ workers: 2, memoryBytes: 100, workerFile, ...options });
  try {
    const submission = await executor.submit(
      { nodes },
      {
        // Workers of the tests read no folder, and no stage is collected: nothing else of the context is looked at.
        context: { root: folder, trainer: { runner: "builtin" } } as StageContext,
        onEvent: (event) => events.push(event),
        now: () => 0,
      },
    );
    let standing: Standing;
    do {
      await delay(5);
      standing = await executor.poll(submission);
    } while (!standing.isOver);
    const ended = events.flatMap((event) => (event.kind === "job-end" ? [[event.path, event.state]] : []));
    return {
      reasons: Object.fromEntries(standing.reasons),
      ended: Object.fromEntries(ended),
      order: orderOf(events),
    };
  } finally {
    await executor.close();
  }
}

test.each([
  ["exits", {}, /^the worker died: .*7/],
  ["throws", {}, /^the worker died: a bug$/],
  ["stays-silent", { silenceMs: 600 }, /^gave no sign of life for 1 s and was ended$/],
])(
  "a worker whose job %s loses its own job, with the reason; the others are done",
  async (what, options, reason) => {
    const { reasons, ended } = await run([job("a"), job(what), job("b"), job("c", [what])], options);
    expect(ended).toEqual({ a: "done", [what]: "failed", b: "done", c: "done" });
    expect(reasons).toEqual({ [what]: expect.stringMatching(reason) });
  },
);

test("--fail-fast begins no further job, however long the chain behind it, and comes to an end", async () => {
  const { reasons, ended } = await run(
    [job("fails"), job("b", ["fails"]), job("c", ["b"]), job("d", ["c"])],
    {
      failFast: true,
    },
  );
  expect(ended).toEqual({ fails: "failed" });
  const reason = "not begun: fails failed";
  expect(reasons).toEqual({ b: reason, c: reason, d: reason });
});

test("a job that never fits in memory fails with estimate, limit and way out; what needs it still has its turn", async () => {
  const { reasons, ended } = await run([job("big", [], 5e6), job("next", ["big"])], { memoryBytes: 2e6 });
  expect(ended).toEqual({ big: "failed", next: "done" });
  expect(reasons["big"]).toMatch(/about 5 MB .* are 2 MB at most; .*--memory/);
});

test("a job that does not fit beside another waits for it, and is done", async () => {
  const { reasons, order } = await run([job("a", [], 60), job("b", [], 60)]);
  expect(order).toEqual(["job-start a", "job-end a", "job-start b", "job-end b"]);
  expect(reasons).toEqual({});
});

test("cancelled, nothing stays alive, and a poll says that it was stopped", async () => {
  const executor = localExecutor({ workers: 2, memoryBytes: 100, workerFile });
  const submission = await executor.submit(
    { nodes: [job("silent-1"), job("silent-2"), job("never-begun")] },
    {
      context: { root: folder, trainer: { runner: "builtin" } } as StageContext,
      onEvent: () => undefined,
      now: () => 0,
    },
  );
  await delay(300);
  await executor.cancel(submission);
  await expect(executor.poll(submission)).rejects.toThrow(/stopped; finished jobs are kept/);
  await executor.close();
});

test("a thousand jobs leave no handle and no memory behind", async () => {
  const before = { handles: process.getActiveResourcesInfo().length, heap: process.memoryUsage().heapUsed };
  const nodes = Array.from({ length: 1000 }, (_, i) => job(`job-${i}`, i < 500 ? [] : [`job-${i - 500}`]));
  const { ended, reasons } = await run(nodes);
  expect(Object.keys(ended)).toHaveLength(1000);
  expect(reasons).toEqual({});
  await delay(100);
  expect(process.getActiveResourcesInfo().length).toBeLessThanOrEqual(before.handles + 1);
  // The events of the jobs are garbage by now, collected or not: 1,000 of them are well below this.
  expect(process.memoryUsage().heapUsed - before.heap).toBeLessThan(50e6);
});
