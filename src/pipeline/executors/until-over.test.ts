// Waiting for an executor: it is asked until nothing is alive, and a signal is heard at once, not after the pause.

import { expect, test } from "vitest";
import { DoselapError } from "../../errors.ts";
import type { Executor, Standing } from "./executor.ts";
import { untilOver } from "./until-over.ts";

const submission = { executor: "stub" };

function executorOf(poll: () => Promise<Standing>, pollMs: number): Executor {
  return {
    name: "stub",
    pollMs,
    poll,
    submit: () => Promise.reject(new TypeError("is not called")),
    cancel: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const standing = (isOver: boolean): Standing => ({ nodes: new Map(), isOver, reasons: new Map() });

test("asks until it is over", async () => {
  let polls = 0;
  const executor = executorOf(async () => standing(++polls === 3), 1);
  expect(await untilOver(executor, submission)).toEqual(standing(true));
  expect(polls).toBe(3);
});

test("an abort cuts the pause short, and the executor tells what it means; one that goes on is asked on", async () => {
  const stop = new AbortController();
  let polls = 0;
  const executor = executorOf(async () => {
    if (++polls === 1) setTimeout(() => stop.abort(), 5);
    else if (stop.signal.aborted) throw new DoselapError("Interrupted", "told");
    return standing(false);
  }, 3_600_000);
  await expect(untilOver(executor, submission, stop.signal)).rejects.toThrow(/told/u);
  expect(polls).toBe(2);

  let asked = 0;
  const ending = executorOf(async () => standing(++asked === 3), 1);
  expect(await untilOver(ending, submission, AbortSignal.abort())).toEqual(standing(true));
});
