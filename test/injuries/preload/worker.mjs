// Loaded before the program, in every thread: what INJURY says befalls the first worker thread, MARK being the file that says
// it has befallen one.

import { writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

function isFirst() {
  try {
    writeFileSync(process.env.MARK, "", { flag: "wx" });
    return true;
  } catch {
    return false;
  }
}

const injuries = {
  exit: () => process.exit(9),
  throw: () => {
    throw new Error("a fault in a callback");
  },
  memory: () => {
    const held = [];
    for (;;) held.push(new Array(1e6).fill(0).map((_, i) => ({ i })));
  },
};

// The worker is at a job by then.
if (!isMainThread) setTimeout(() => isFirst() && injuries[process.env.INJURY](), 400);
