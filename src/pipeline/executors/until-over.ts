// Waiting for what an executor was given: how far it is, asked again and again until nothing of it is alive.

import { setTimeout as sleep } from "node:timers/promises";
import type { Executor, Standing, Submission } from "./executor.ts";

/** Returns how the submission stands when it is over. An aborted signal cuts a pause short: the executor says what that means.
 * @throws as the executor's poll. */
export async function untilOver(
  executor: Executor,
  submission: Submission,
  signal?: AbortSignal,
): Promise<Standing> {
  for (;;) {
    const standing = await executor.poll(submission);
    if (standing.isOver) return standing;
    await sleep(executor.pollMs, undefined, signal?.aborted === true ? {} : { signal }).catch(
      () => undefined,
    );
  }
}
