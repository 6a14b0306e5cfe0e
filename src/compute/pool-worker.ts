// Entry of a thread in Node. Loaded from dist/ by node.ts.

import { workerData } from "node:worker_threads";
import { serveThread, type ThreadStart } from "./worker-loop.ts";

serveThread(workerData as ThreadStart);
