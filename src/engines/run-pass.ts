// One pass: one engine over its epochs, from its start or from where an earlier process left it.

import { DoselapError } from "../errors.ts";
import type { EngineContext } from "./engine.ts";
import { iterate, type EpochReport } from "./iterate.ts";
import type { Pass, Passes } from "./passes.ts";
import type { Link } from "./prepare.ts";
import type { ContinuedProblem } from "./problem.ts";

export interface PassContext extends EngineContext {
  readonly signal?: AbortSignal | undefined;
  /** Where the state is kept while it runs, and what an earlier process left of it. */
  readonly passes?: Passes | undefined;
}

/** Gives the event loop a turn between epochs, so that an abort is heard.
 * @throws what the checks of problem and options throw; Diverged; Interrupted when the signal aborts. */
export async function runPass(
  { engine, options }: Pick<Link, "engine" | "options">,
  problem: ContinuedProblem,
  context: PassContext,
  { until, onEpoch }: { readonly until: number; readonly onEpoch: (report: EpochReport) => void },
): Promise<Pass> {
  const { passes } = context;
  const before = passes?.next();
  if (before !== undefined && "over" in before) {
    for (const report of before.over.reports) onEpoch(report);
    passes?.end(before.over);
    return before.over;
  }
  const iteration = iterate(engine, options, problem, context);
  const turn = eventLoopTurn();
  const reports: EpochReport[] = [];
  const keep = () => passes?.keep({ checkpoint: iteration.checkpoint(), reports });
  try {
    if (before !== undefined) {
      iteration.restore(before.open.checkpoint);
      reports.push(...before.open.reports);
      for (const report of reports) onEpoch(report);
    }
    while (reports.length < until) {
      if (context.signal?.aborted === true) {
        await keep();
        throw new DoselapError("Interrupted", `${engine.name} was stopped after ${reports.length} epochs`);
      }
      const report = iteration.step();
      reports.push(report);
      onEpoch(report);
      if (passes?.isDue() === true) await keep();
      await turn.pass();
    }
    const pass = { result: iteration.result(), startDeviance: iteration.startDeviance, reports };
    passes?.end(pass);
    return pass;
  } finally {
    turn.close();
    iteration.dispose();
  }
}

/** One turn of the event loop. In browsers a message to ourselves, which is not throttled as timers are; Node would hand
 * over a thousand of them in one turn, and timers and signals would wait (ENGINE-020). */
function eventLoopTurn() {
  if (typeof setImmediate === "function") {
    return { pass: () => new Promise<void>((resolve) => setImmediate(resolve)), close: () => {} };
  }
  const { port1, port2 } = new MessageChannel();
  return {
    pass: () =>
      new Promise<void>((resolve) => {
        port2.onmessage = () => resolve();
        port1.postMessage(null);
      }),
    close: () => port1.close(),
  };
}
