// The outputs of four releases of Slurm are read for what they say, and any text for no more.

import { readFile } from "node:fs/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJobId, parseMaxArraySize, parseSacct, parseSqueue } from "./parse.ts";
import { endText, livenessOf } from "./states.ts";

// fixtures/slurm/README.md says which were recorded.
const releases = ["22.05", "23.02", "23.11", "24.05"] as const;
const recorded = (release: string, name: string): Promise<string> =>
  readFile(new URL(`../../../../fixtures/slurm/${release}/${name}.txt`, import.meta.url), "utf8");

describe("squeue", () => {
  test("22.05: tasks by array and number, single jobs, what waits for what", async () => {
    const states = parseSqueue(await recorded("22.05", "squeue-ended"));
    const of = (jobId: string, task: number | null) =>
      states.find((one) => one.jobId === jobId && one.task === task);
    expect(of("7", 2)).toEqual({ jobId: "7", task: 2, state: "RUNNING", reason: "" });
    expect(of("8", null)).toEqual({ jobId: "8", task: null, state: "FAILED", reason: "NonZeroExitCode" });
    expect(of("9", null)?.reason).toBe("DependencyNeverSatisfied");
    expect(of("11", null)).toEqual({ jobId: "11", task: null, state: "PENDING", reason: "JobHeldUser" });
    expect(states).toHaveLength(13);
  });

  test("a banner is no job", async () => {
    expect(parseSqueue(await recorded("24.05", "squeue-ended")).map(({ jobId }) => jobId)).toEqual([
      "901",
      "901",
      "901",
      "902",
    ]);
  });
});

test.each(releases)("%s: alive or not, by state", async (release) => {
  const alive = parseSqueue(await recorded(release, "squeue-ended")).map(({ state }) => [
    state,
    livenessOf(state),
  ]);
  const expected: { readonly [state: string]: string } = {
    RUNNING: "running",
    COMPLETING: "running",
    SUSPENDED: "running",
    SIGNALING: "running",
    EXPEDITING: "running",
    PENDING: "waiting",
    REQUEUED: "waiting",
  };
  expect(alive).toEqual(alive.map(([state]) => [state, expected[state!] ?? "ended"]));
});

test.each(releases)("%s: what is said when the controller does not answer is no job", async (release) => {
  expect(parseSqueue(await recorded(release, "unreachable"))).toEqual([]);
});

test("sacct: exit codes are as Slurm's text has them, waiting ranges are left out", async () => {
  expect(parseSacct(await recorded("23.02", "sacct"))).toEqual([
    { jobId: "4711", task: 0, state: "COMPLETED", reason: "" },
    { jobId: "4711", task: 1, state: "PREEMPTED", reason: "exit code 0:15" },
    { jobId: "4711", task: 2, state: "CANCELLED", reason: "" },
    { jobId: "4712", task: null, state: "OUT_OF_MEMORY", reason: "exit code 0:125" },
  ]);
  expect(parseSacct(await recorded("22.05", "sacct-disabled"))).toEqual([]);
});

test("sbatch and scontrol", async () => {
  expect(parseJobId("17\n")).toBe("17");
  expect(parseJobId("sbatch: warning: something\n17;cluster\n")).toBe("17");
  expect(parseJobId("")).toBeUndefined();
  expect(parseJobId("Submitted batch job 17")).toBeUndefined();
  expect(parseMaxArraySize(await recorded("22.05", "config"))).toBe(1001);
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
