// A thread whose kernels do what the test asks for, for pool.test.ts. Numbers in `params` say what; see pool-scene.ts.
// Plain JavaScript: Node 20 cannot start a thread from TypeScript.

import { workerData } from "node:worker_threads";
import { serveThread } from "../../dist/compute/worker-loop.js";

const { thread, delayMs = 0, failsToStart = false } = workerData;
if (failsToStart) throw new Error("this thread never starts");
if (delayMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs);

serveThread(workerData, (_start, views) => ({
  gather(slot) {
    const action = views.params[0];
    // Tells the caller that an item is in foreign hands.
    Atomics.store(views.places, 0, thread);
    Atomics.notify(views.places, 0);
    if (action === 1) throw new Error(`item ${slot} is broken, says a thread`);
    if (action === 2) process.exit(3);
    if (action === 3) for (;;) Atomics.load(views.places, 0);
    views.sums[slot] += 1;
    views.stats[slot] = thread;
    return 0;
  },
}));
