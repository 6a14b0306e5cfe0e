// Targets that fail on purpose in their case 3, each in one of the ways that the fuzzer must notice.

import { openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FaultKind } from "./judge.ts";
import type { FuzzTarget } from "./target.ts";

const failures: { readonly [kind in FaultKind]: (folder: string) => void } = {
  error() {
    throw new TypeError("an error without a tag");
  },
  hang() {
    for (;;);
  },
  memory: () => void Buffer.alloc(600 * 2 ** 20, 1),
  crash: () => void process.kill(process.pid, "SIGKILL"),
  "left-file": (folder) => writeFileSync(join(folder, "forgotten"), ""),
  "left-handle": () => void openSync("/dev/null", "r"),
};

export const plantedKinds = Object.keys(failures) as FaultKind[];

/** The number of a case is its input. */
export const plantedTargets: readonly FuzzTarget[] = plantedKinds.map((kind) => {
  let calls = 0;
  return {
    name: `planted-${kind}`,
    mutators: [(input) => input],
    samples: async () => [Uint8Array.of(0)],
    async read(_input, folder) {
      // The first call reads the sample.
      if (calls++ === 4) failures[kind](folder);
    },
  };
});
