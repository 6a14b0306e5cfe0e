// Progress of a run as plain lines: for a pipe, a log, a cluster's output file.

import type { EventSink } from "../../pipeline/events.ts";

export interface Progress {
  readonly sink: EventSink;
  /** Ends the display; call it whatever happened. */
  close(): Promise<void>;
}

/** Plain lines through `write`: a line per stage and per failed or skipped job, and one every tenth of a stage. */
export function plainProgress(write: (line: string) => void): Progress {
  let total = 0;
  let ended = 0;
  let skips = new Map<string, number>();
  return {
    sink(event) {
      switch (event.kind) {
        case "stage-start":
          total = event.jobs;
          ended = 0;
          skips = new Map();
          write(`${event.stage}: ${event.title}${event.jobs > 1 ? ` (${event.jobs} jobs)` : ""}`);
          break;
        case "job-end":
          ended++;
          if (event.state === "failed") write(`  failed: ${event.path}: ${event.reason ?? ""}`);
          if (event.state === "skipped")
            skips.set(event.reason ?? "", (skips.get(event.reason ?? "") ?? 0) + 1);
          if (event.state === "done" && !event.reused && crossesTenth(ended, total))
            write(`  ${ended}/${total} ${event.path}`);
          break;
        case "stage-end":
          for (const [reason, count] of skips) write(`  ${count} skipped: ${reason}`);
          if (event.reused > 0) write(`  ${event.reused} found finished`);
          break;
        case "note":
          write(`  ${event.text}`);
          break;
        case "job-start":
        case "job-progress":
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
  return total <= 20 || Math.floor((10 * ended) / total) > Math.floor((10 * (ended - 1)) / total);
}
