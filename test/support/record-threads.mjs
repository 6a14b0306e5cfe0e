// Loaded before the program, in every thread: writes the file of each thread that is begun to a line of RECORD_THREADS.

import { appendFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import threads from "node:worker_threads";

threads.Worker = class extends threads.Worker {
  constructor(file, options) {
    appendFileSync(process.env.RECORD_THREADS, `${file}\n`);
    super(file, options);
  }
};
syncBuiltinESMExports();
