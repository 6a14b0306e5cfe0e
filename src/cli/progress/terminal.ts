// Progress of a run on a terminal: a listr2 task per stage, with the share done, the running jobs and the time left below it.

import { Listr, ListrLogger, ProcessOutput } from "listr2";
import type { RunEvent } from "../../pipeline/events.ts";
import { stageNames, type StageName } from "../../pipeline/stage.ts";
import { plainText } from "../plain-text.ts";
import type { Progress } from "./plain.ts";
import { newTallies, tallyLines, updateTallies } from "./tally.ts";

/** One stage on the display. Its task runs until `end` is called. */
interface Line {
  readonly ended: Promise<void>;
  end(error?: Error): void;
  /** Set by listr2 when the task starts. */
  show: ((text: string) => void) | undefined;
  retitle: ((text: string) => void) | undefined;
}

/** Draws on the given stream, which must be a terminal. */
export function terminalProgress(
  stream: NodeJS.WriteStream,
  wanted: readonly StageName[],
  now: () => number,
): Progress {
  const lines = new Map(
    stageNames.filter((name) => name === "plan" || wanted.includes(name)).map((name) => [name, newLine()]),
  );
  const logger = new ListrLogger({ processOutput: new ProcessOutput(stream, stream) });
  const list = new Listr(
    [...lines].map(([name, line]) => ({
      title: name,
      task: (_context: unknown, task: { output: string; title: string }) => {
        line.show = (text) => (task.output = text);
        line.retitle = (text) => (task.title = text);
        return line.ended;
      },
    })),
    {
      // Stages overlap.
      concurrent: true,
      renderer: "default",
      rendererOptions: { logger, collapseErrors: false },
      exitOnError: true,
      registerSignalListeners: false,
    },
  );
  // The display only mirrors the run; the run itself reports its failure.
  const shown = list.run().catch(() => undefined);
  const tallies = newTallies();
  const notes: string[] = [];

  return {
    sink(event) {
      const tally = updateTallies(tallies, event, now());
      if (event.kind === "note") {
        notes.push(plainText(event.text));
        return;
      }
      if (event.kind === "run-start") return;
      const line = lines.get(event.stage);
      if (line === undefined) return;
      if (tally !== undefined) line.show?.(plainText(tallyLines(tally, now()).join("\n")));
      if (event.kind === "stage-start") line.retitle?.(event.title);
      if (event.kind === "stage-end") {
        line.retitle?.(`${tally?.title ?? event.stage}${outcomeText(event)}`);
        line.end();
      }
    },
    async close() {
      for (const line of lines.values()) line.end(new Error("not finished"));
      await shown;
      // The display redraws itself while it runs: what has to be read stands below it.
      for (const note of notes) stream.write(`  ${note}\n`);
    },
  };
}

function newLine(): Line {
  let end: Line["end"] = () => undefined;
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });
  // A line that never started is never awaited by listr2.
  ended.catch(() => undefined);
  return { ended, end, show: undefined, retitle: undefined };
}

function outcomeText({ done, reused, failed, skipped }: Extract<RunEvent, { kind: "stage-end" }>): string {
  const parts = [
    done > 0 ? `${done} done` : "",
    reused > 0 ? `${reused} found finished` : "",
    failed > 0 ? `${failed} failed` : "",
    skipped > 0 ? `${skipped} skipped` : "",
  ].filter((part) => part !== "");
  return parts.length > 0 ? `: ${parts.join(", ")}` : "";
}
