// Preloaded into a program under test: writes its peak resident memory, in bytes, to the file that PEAK_MEMORY_FILE names.

import { readFileSync, writeFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const file = process.env["PEAK_MEMORY_FILE"];
if (file !== undefined && isMainThread) process.on("exit", () => writeFileSync(file, String(peakBytes())));

/** On Linux maxRSS begins at the memory of whoever started the program; the high-water mark of /proc is its own. */
function peakBytes() {
  const kilobytes =
    process.platform === "linux"
      ? /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1]
      : process.resourceUsage().maxRSS;
  return 1024 * Number(kilobytes);
}
