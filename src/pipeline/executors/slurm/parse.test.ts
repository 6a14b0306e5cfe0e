// The outputs of four releases of Slurm are read for what they say, and any text for no more.

import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { taskKey } from "./asking.ts";
import { parseJobId, parseMaxArraySize, parseSacct, parseSqueue } from "./parse.ts";
import { endText, livenessOf } from "./states.ts";

// fixtures/slurm/README.md says how each was recorded, and which were written by hand.
const releases = ["22.05", "23.02", "23.11", "24.05"] as const;
const moments = ["running", "suspended", "requeued", "held", "preempted", "ended"] as const;
const recorded = (folder: string, name: string): Promise<string> =>
  readFile(new URL(`../../../../fixtures/slurm/${folder}/${name}.txt`, import.meta.url), "utf8");
const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");

/** What each state of a recorded job means; https://slurm.schedmd.com/squeue.html, "JOB STATE CODES". */
const meaning: { readonly [state: string]: string } = {
  RUNNING: "running",
  COMPLETING: "running",
  SUSPENDED: "running",
  SIGNALING: "running",
  EXPEDITING: "running",
  STAGE_OUT: "running",
  PENDING: "waiting",
  REQUEUED: "waiting",
  CONFIGURING: "waiting",
  RESV_DEL_HOLD: "waiting",
  SPECIAL_EXIT: "waiting",
  COMPLETED: "ended",
  CANCELLED: "ended",
  FAILED: "ended",
  TIMEOUT: "ended",
  NODE_FAIL: "ended",
  PREEMPTED: "ended",
  OUT_OF_MEMORY: "ended",
  DEADLINE: "ended",
  BOOT_FAIL: "ended",
  REVOKED: "ended",
  LAUNCH_FAILED: "ended",
  RECONFIG_FAIL: "ended",
};

describe.each(releases)("Slurm %s", (release) => {
  test.each(moments)("squeue, %s: every line is a task or a single job, alive or not", async (moment) => {
    const text = await recorded(release, `squeue-${moment}`);
    const states = parseSqueue(text);
    // A job is written back as Slurm wrote it: nothing is left out, added or mixed up.
    const again = states.map(({ jobId, task, state, reason }) =>
      [jobId, task ?? "N/A", state, reason === "" ? "None" : reason].join("|"),
    );
    expect(again).toEqual(linesOf(text));
    expect(states.map(({ state }) => [state, livenessOf(state)])).toEqual(
      states.map(({ state }) => [state, meaning[state]]),
    );
  });

  test("squeue: every way in which a job ends is among them, with its reason", async () => {
    const ends = parseSqueue(await recorded(release, "squeue-ended"));
    const reasonOf = (state: string) => ends.find((one) => one.state === state)?.reason;
    expect(reasonOf("COMPLETED")).toBe("");
    expect(reasonOf("FAILED")).toBe("NonZeroExitCode");
    expect(reasonOf("NODE_FAIL")).toBe("NodeDown");
    expect(reasonOf("OUT_OF_MEMORY")).toBe("OutOfMemory");
    expect(reasonOf("TIMEOUT")).toBe("TimeLimit");
    expect(reasonOf("PREEMPTED")).toBe("");
    const held = ends.filter(({ state }) => state === "PENDING").map(({ reason }) => reason);
    expect(held.toSorted()).toEqual([
      "DependencyNeverSatisfied",
      "JobHeldUser",
      "job requeued in held state",
    ]);
  });

  test("sacct says of every job what squeue says at the same moment", async () => {
    const queue = new Map(
      parseSqueue(await recorded(release, "squeue-ended")).map((one) => [taskKey(one), one.state]),
    );
    const text = await recorded(release, "sacct");
    const past = parseSacct(text);
    expect(past).toHaveLength(linesOf(text).length);
    expect(past.map((one) => [taskKey(one), one.state])).toEqual(
      past.map((one) => [taskKey(one), queue.get(taskKey(one))]),
    );
    const reasons = new Set(past.filter(({ state }) => state === "FAILED").map(({ reason }) => reason));
    expect([...reasons]).toEqual(["exit code 1:0"]);
  });

  test("a controller that does not answer is no job; sbatch and scontrol", async () => {
    expect(parseSqueue(await recorded(release, "unreachable"))).toEqual([]);
    expect(parseJobId(await recorded(release, "sbatch"))).toMatch(/^\d+$/u);
    expect(parseJobId(await recorded(release, "sbatch-refused"))).toBeUndefined();
    expect(parseMaxArraySize(await recorded(release, "config"))).toBe(1001);
  });
});

test("states and forms that no recording has: a banner, waiting ranges, another user's cancelling, a lost connection", async () => {
  const states = parseSqueue(await recorded("by-hand", "squeue"));
  expect(states).toHaveLength(linesOf(await recorded("by-hand", "squeue")).length - 1);
  expect(states.map(({ state }) => [state, livenessOf(state)])).toEqual(
    states.map(({ state }) => [state, meaning[state]]),
  );
  expect(parseSacct(await recorded("by-hand", "sacct"))).toEqual([
    { jobId: "4711", task: 1, state: "PREEMPTED", reason: "exit code 0:15" },
    { jobId: "4711", task: 2, state: "CANCELLED", reason: "" },
  ]);
  expect(parseSqueue(await recorded("by-hand", "unreachable"))).toEqual([]);
  expect(parseSacct(await recorded("22.05", "sacct-disabled"))).toEqual([]);
});

test("the id of sbatch stands alone, or before the cluster's name; warnings come before it", () => {
  expect(parseJobId("17\n")).toBe("17");
  expect(parseJobId("sbatch: warning: something\n17;cluster\n")).toBe("17");
  expect(parseJobId("")).toBeUndefined();
  expect(parseJobId("Submitted batch job 17")).toBeUndefined();
  expect(parseMaxArraySize("")).toBeUndefined();
});

test("any text is parsed to an end, into ids that are numbers", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom("1|2|RUNNING|x", "|", "\n", "N/A", "12_3|FAILED by 0|1:0"),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      for (const { jobId, task } of [...parseSqueue(pieces.join("")), ...parseSacct(pieces.join("\n"))]) {
        expect(jobId).toMatch(/^\d+$/u);
        expect(task === null || Number.isInteger(task)).toBe(true);
      }
    }),
  );
});

test("a state that nobody knows is taken for alive; the end is told in words", () => {
  expect(livenessOf("TRANSMOGRIFYING")).toBe("running");
  expect(endText("TIMEOUT", "TimeLimit")).toContain("--slurm-time");
  expect(endText(undefined, "")).toContain("knows nothing");
});
