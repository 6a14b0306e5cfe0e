// The graph of a study: every job once, after all it needs, a collection behind the jobs of each stage, the report last.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { loadDesign } from "../../study/design/load.ts";
import type { StudyDesign } from "../../study/design/schema.ts";
import { openStageContext, type StageContext } from "../context.ts";
import { runStudy } from "../run.ts";
import { stageNames } from "../stage.ts";
import { jobGraph, listJobs } from "./graph.ts";

let folder: string;
let context: StageContext;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-graph-"));
  const root = join(folder, "run");
  await runStudy({
    root,
    design: await loadDesign("quick", { cwd: folder }),
    stages: ["plan"],
    now: () => 0,
  });
  context = await openStageContext(root, { runner: "builtin" });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("every job of the list once; every need stands before its node", () => {
  const { nodes } = jobGraph(context, stageNames, {});
  const jobs = nodes.flatMap(({ job }) => (job === null ? [] : [job.path]));
  expect(jobs).toEqual(listJobs(context, stageNames, {}).map(({ path }) => path));
  expect(jobs).toHaveLength(162);
  const seen = new Set<string>();
  for (const { id, needs } of nodes) {
    expect(needs.filter((need) => !seen.has(need))).toEqual([]);
    expect(seen.has(id)).toBe(false);
    seen.add(id);
  }
  expect(nodes.at(-1)?.id).toBe("report/collect");
  expect(nodes.at(-1)?.needs).toContain("compare/collect");
});

test("a comparison needs its arms, a network's arm its training, a training its data and views", () => {
  const { nodes } = jobGraph(context, stageNames, {});
  const needsOf = (id: string): readonly string[] => nodes.find((node) => node.id === id)!.needs;
  const cell = "dose_1000/dense/";
  const find = (pattern: RegExp): string => nodes.find(({ id }) => id.includes(cell) && pattern.test(id))!.id;
  const [trained, reconstructed] = [find(/^train\/.*\/pinn\//u), find(/^reconstruct\/.*\/pinn\//u)];
  expect(needsOf(reconstructed)).toContain(trained);
  expect(needsOf(trained)).toEqual([find(/^data\//u), find(/^views\//u)]);
  expect(needsOf(find(/^compare\//u))).toContain(reconstructed);
  expect(needsOf(find(/^reconstruct\/.*\/rpie\//u))).toEqual([find(/^data\//u)]);
});

test("needs that are not wanted are dropped; a filter that matches nothing is refused", () => {
  const { nodes } = jobGraph(context, ["reconstruct"], { arms: ["rpie"], views: ["dense"] });
  expect(nodes).toHaveLength(3 + 1);
  expect(nodes.slice(0, 3).every(({ needs }) => needs.length === 0)).toBe(true);
  const refused = (() => {
    try {
      return jobGraph(context, stageNames, { arms: ["rpi"] });
    } catch (error) {
      return error;
    }
  })();
  expect(isDoselapError(refused, "Usage")).toBe(true);
});

test("a training's memory follows the arm's own batch, up to all of its groups", () => {
  const bytes = (changes: Pick<Partial<StudyDesign>, "training" | "methods">): number[] => {
    const design = { ...context.design, ...changes };
    const { nodes } = jobGraph({ ...context, design }, stageNames, {});
    return nodes.flatMap(({ stage, job, estimate }) =>
      stage === "train" && job?.arm === "pinn" ? [estimate.memoryBytes] : [],
    );
  };
  const { training, methods } = context.design;
  const withBatch = (batchSize: number | null): Pick<StudyDesign, "methods"> => ({
    methods: { ...methods, pinn: { ...methods["pinn"], batchSize } },
  });
  const own = (batchSize: number): number[] => bytes(withBatch(batchSize));
  expect(own(40)).toEqual(bytes({ training: { ...training, batchSize: 40 }, ...withBatch(null) }));
  expect(Math.min(...own(40))).toBeGreaterThan(Math.max(...own(4)));
  expect(own(2_000_000)).toEqual(own(1_000_000));
});

test("each node has planned seconds and memory", () => {
  const { nodes } = jobGraph(context, stageNames, {});
  const jobs = nodes.filter(({ kind }) => kind === "job");
  expect(jobs.every(({ estimate }) => estimate.memoryBytes > 5e7 && estimate.memoryBytes < 5e9)).toBe(true);
  const training = jobs.filter(({ stage }) => stage === "train");
  expect(training.every(({ estimate }) => estimate.seconds > 0.1)).toBe(true);
});
