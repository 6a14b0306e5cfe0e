// The local executor: what becomes of workers that die or fall silent, of jobs for which there is no memory, and of a run that
// ends at its first failure or is stopped.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeTinyStudy } from "../../../test/support/cli.ts";
import { isDoselapError } from "../../errors.ts";
import { loadDesign } from "../../study/design/load.ts";
import type { StageContext } from "../context.ts";
import { openStageContext } from "../context.ts";
import type { RunEvent } from "../events.ts";
import { runStudy } from "../run.ts";
import type { Standing } from "./executor.ts";
import { jobGraph, type GraphNode, type JobGraph } from "./graph.ts";
import { localExecutor, type LocalOptions } from "./local.ts";

const workerFile = new URL("../../../test/support/faulty-worker.mjs", import.meta.url).href;
let folder: string;
let context: StageContext;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-local-"));
  const study = await writeTinyStudy(folder, (text) =>
    text
      .replace(/doses:.*/u, "doses: [1000]")
      .replace(/arms:.*/u, 'arms: [epie, rpie, dm, lsqml, ml, "null"]'),
  );
  const design = await loadDesign(study, { cwd: folder });
  await runStudy({ root: join(folder, "run"), design, stages: ["plan"], now: () => 0 });
  context = await openStageContext(join(folder, "run"), { runner: "builtin" });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Reconstructions of the first cell, without what they need: the faulty worker reads nothing. */
function reconstructions(change: (node: GraphNode) => GraphNode = (node) => node): JobGraph {
  const { nodes } = jobGraph(context, ["reconstruct"], { views: ["dense"] });
  return { nodes: nodes.filter(({ kind }) => kind === "job").map(change) };
}

async function run(
  graph: JobGraph,
  options: Partial<LocalOptions>,
): Promise<{ standing: Standing; events: RunEvent[] }> {
  const events: RunEvent[] = [];
  const executor = localExecutor({ workers: 2, workerFile, ...options });
  try {
    const submission = await executor.submit(graph, {
      context,
      onEvent: (event) => events.push(event),
      now: Date.now,
    });
    for (;;) {
      const standing = await executor.poll(submission);
      if (standing.isOver) return { standing, events };
      await sleep(10);
    }
  } finally {
    await executor.close();
  }
}

const armOf = (id: string): string =>
  id.split("/").find((part) => /^(?:epie|rpie|dm|lsqml|ml|null)$/u.test(part))!;

test("each fault loses its own job, with its reason; the others are done", async () => {
  const { standing, events } = await run(reconstructions(), { silenceMs: 1500 });
  const reasons = Object.fromEntries([...standing.reasons].map(([id, reason]) => [armOf(id), reason]));
  expect(Object.keys(reasons).toSorted()).toEqual(["epie", "lsqml", "rpie"]);
  expect(reasons["rpie"]).toMatch(/the worker died/u);
  expect(reasons["epie"]).toMatch(/a fault that nobody caught/u);
  expect(reasons["lsqml"]).toMatch(/no sign of life for 2 s/u);
  const ended = events.flatMap((event) =>
    event.kind === "job-end" && event.state === "done" ? [armOf(event.path)] : [],
  );
  expect(ended.toSorted()).toEqual(["dm", "ml", "null"]);
});

test("--fail-fast begins nothing after the first failure, and says so of each", async () => {
  const { standing, events } = await run(reconstructions(), { workers: 2, failFast: true, silenceMs: 1500 });
  const begun = events.filter(({ kind }) => kind === "job-start").length;
  expect(begun).toBeLessThan(6);
  expect([...standing.reasons.values()].filter((reason) => reason.startsWith("not begun: "))).toHaveLength(
    6 - begun,
  );
});

test("a job for which there never is memory fails with estimate, limit and the way out; the others run", async () => {
  const graph = reconstructions((node) => ({
    ...node,
    estimate: { seconds: 1, memoryBytes: armOf(node.id) === "dm" ? 9e9 : 1e6 },
  }));
  const only: JobGraph = { nodes: graph.nodes.filter(({ id }) => ["dm", "null"].includes(armOf(id))) };
  const { standing } = await run(only, { memoryBytes: 4e9 });
  expect([...standing.reasons.values()]).toEqual([expect.stringMatching(/9000 MB.*4000 MB.*--memory/u)]);
});

test("a job waits while others hold the memory it needs", async () => {
  const graph = reconstructions((node) => ({ ...node, estimate: { seconds: 1, memoryBytes: 3e9 } }));
  const only: JobGraph = { nodes: graph.nodes.filter(({ id }) => ["dm", "null"].includes(armOf(id))) };
  const { events } = await run(only, { memoryBytes: 4e9 });
  const order = events.flatMap(({ kind }) => (kind === "job-start" || kind === "job-end" ? [kind] : []));
  expect(order).toEqual(["job-start", "job-end", "job-start", "job-end"]);
});

test("cancelled, it leaves nothing alive, and a poll says that it was stopped", async () => {
  const graph: JobGraph = { nodes: reconstructions().nodes.filter(({ id }) => armOf(id) === "lsqml") };
  const executor = localExecutor({ workers: 2, workerFile });
  const submission = await executor.submit(graph, { context, onEvent: () => undefined, now: Date.now });
  await sleep(300);
  await executor.cancel(submission);
  const error: unknown = await executor.poll(submission).catch((cause: unknown) => cause);
  expect(isDoselapError(error, "Interrupted")).toBe(true);
  await executor.close();
});
