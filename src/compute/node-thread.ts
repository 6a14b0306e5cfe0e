// A thread of a pool as a worker of Node.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { DoselapError, messageOf } from "../errors.ts";
import type { PoolThread } from "./pool.ts";
import type { ThreadStart } from "./worker-loop.ts";

/** Threads load the build: Node 20 cannot start one from TypeScript. src/ and dist/ have the same depth. */
const builtEntry = new URL("../../dist/compute/pool-worker.js", import.meta.url);

/** Starts a thread that serves one session. It does not keep the process alive. */
export function startNodeThread(start: ThreadStart, entry = builtEntry): PoolThread {
  if (!existsSync(entry)) {
    throw new DoselapError("File", "is absent, and threads run from it", {
      file: fileURLToPath(entry),
      hint: "Run `npm run build`, or ask for one thread.",
    });
  }
  const { port1, port2: lifeline } = new MessageChannel();
  let here = port1;
  const worker = new Worker(entry, {
    workerData: { ...start, lifeline },
    transferList: [lifeline],
    execArgv: [],
    name: `doselap ${start.thread}`,
  });
  worker.unref();
  let wanted = false;
  let problem: string | undefined;
  worker.on("error", (error) => {
    problem = messageOf(error);
  });
  worker.on("exit", (code) => {
    if (!wanted) problem ??= `exit code ${code}`;
  });
  return {
    // A worker's events need a turn of the event loop, which a caller at work does not take. But the channel closes
    // with the thread; looking for a message notices that, and a closed port cannot be transferred any more.
    ended() {
      receiveMessageOnPort(here);
      try {
        here = structuredClone(here, { transfer: [here] });
        return false;
      } catch {
        return true;
      }
    },
    problem: () => problem,
    end() {
      wanted = true;
      void worker.terminate();
    },
  };
}
