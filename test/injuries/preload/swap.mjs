// Loaded before the program: at the READ-th read of an open file, the scan is replaced, by a rename or in place, as HOW says.

import { copyFileSync, renameSync } from "node:fs";
import { open } from "node:fs/promises";

const { SCAN, OTHER, HOW, READ } = process.env;
const handle = await open(SCAN, "r");
const prototype = Object.getPrototypeOf(handle);
await handle.close();
const read = prototype.read;
let reads = 0;
prototype.read = function (...args) {
  if (++reads === Number(READ)) {
    process.stderr.write("swapped\n");
    if (HOW === "rename") {
      copyFileSync(OTHER, `${SCAN}.new`);
      renameSync(`${SCAN}.new`, SCAN);
    } else copyFileSync(OTHER, SCAN);
  }
  return read.apply(this, args);
};
