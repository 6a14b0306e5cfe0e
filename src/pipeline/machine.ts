// The machine a run was made on, for its journal: enough to judge its times, nothing that names it.

import { arch, availableParallelism, cpus, platform, totalmem } from "node:os";

export interface Machine {
  /** As the processor calls itself. */
  readonly processor: string;
  /** Threads of the processor that this process may use. */
  readonly cores: number;
  readonly memoryBytes: number;
  /** linux x64 */
  readonly system: string;
  /** v20.19.0 */
  readonly node: string;
}

export function thisMachine(): Machine {
  return {
    processor: cpus()[0]?.model.trim() ?? "not known",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${arch()}`,
    node: process.version,
  };
}
