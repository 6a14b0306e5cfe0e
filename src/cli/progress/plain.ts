// Progress of a run as plain lines: for a pipe, a log, a cluster's output file.

import type { EventSink } from "../../pipeline/events.ts";
import type { StageName } from "../../pipeline/stage.ts";
import { newTallies, tallyLines, updateTallies } from "./tally.ts";

export interface Progress {
  readonly sink: EventSink;
  /** Ends the display; call it whatever happened. */
  close(): Promise<void>;
}

/** Time between lines about jobs that run: a minute, and a tenth of the time so far, so that a log of days is no longer than a
 * few screens. */
const [quietMs, quietShare] = [60_000, 0.1];

/** Plain lines through `write`: a line per stage and per failed job, one for each reason to skip, one every tenth of a stage,
 * and now and then how far the running jobs are and how long they will take. */
export function plainProgress(write: (line: string) => void, now: () => number): Progress {
  const tallies = newTallies();
  const begun = now();
  let told = begun;
  const skips = new Map<StageName, Map<string, number>>();
  return {
    sink(event) {
      const { ended, jobs: total } = updateTallies(tallies, event, now()) ?? { ended: 0, jobs: 0 };
      switch (event.kind) {
        case "stage-start":
          told = now();
          skips.set(event.stage, new Map());
          write(`${event.stage}: ${event.title}${event.jobs > 1 ? ` (${event.jobs} jobs)` : ""}`);
          break;
        case "job-end":
          if (event.state === "failed") write(`  failed: ${event.path}: ${event.reason ?? ""}`);
          if (event.state === "skipped") {
            const own = skips.get(event.stage);
            own?.set(event.reason ?? "", (own.get(event.reason ?? "") ?? 0) + 1);
          }
          if (event.state === "done" && !event.reused && crossesTenth(ended, total))
            write(`  ${ended}/${total} ${event.path}`);
          break;
        case "stage-end":
          for (const [reason, count] of skips.get(event.stage) ?? []) write(`  ${count} skipped: ${reason}`);
          if (event.reused > 0) write(`  ${event.reused} found finished`);
          break;
        case "note":
          write(`  ${event.text}`);
          break;
        case "run-start":
        case "job-start":
          break;
        case "job-progress":
          if (now() - told < Math.max(quietMs, quietShare * (told - begun))) break;
          told = now();
          for (const tally of tallies.values()) {
            if (tally.running.size > 0) for (const line of tallyLines(tally, told)) write(`  ${line}`);
          }
          break;
        default:
          throw event satisfies never;
      }
    },
    async close() {
      // Nothing is held open.
    },
  };
}

function crossesTenth(ended: number, total: number): boolean {
  return Math.floor((10 * ended) / total) > Math.floor((10 * (ended - 1)) / total);
}
