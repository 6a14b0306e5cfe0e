// What a machine has to spare is the least of what its system, its container and its batch job leave.

import { expect, test } from "vitest";
import { freeMemoryBytes, mostMemoryBytes } from "./free-memory.ts";

const GiB = 2 ** 30;
const meminfo = `MemTotal: ${16 * 2 ** 20} kB\nMemFree: 1 kB\nMemAvailable: ${8 * 2 ** 20} kB\n`;

function machine(files: { readonly [file: string]: string }) {
  return (file: string): string | undefined => ({ "/proc/meminfo": meminfo, ...files })[file];
}

test("without limits: what the system says is available", () => {
  expect(freeMemoryBytes(machine({}))).toBe(8 * GiB);
  expect(mostMemoryBytes(machine({}))).toBe(16 * GiB);
});

test("version 2: the limit of a group above counts, and files that can be dropped are free", () => {
  const read = machine({
    "/proc/self/cgroup": "0::/system.slice/slurmstepd.scope/job_7/step_batch/user/task_0\n",
    "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/step_batch/user/task_0/memory.max": "max\n",
    "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/step_batch/user/task_0/memory.current": "5\n",
    "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/memory.max": `${4 * GiB}\n`,
    "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/memory.current": `${3 * GiB}\n`,
    "/sys/fs/cgroup/system.slice/slurmstepd.scope/job_7/memory.stat": `anon 5\ninactive_file ${GiB}\nactive_file 3\n`,
  });
  expect(freeMemoryBytes(read)).toBe(2 * GiB);
  expect(mostMemoryBytes(read)).toBe(4 * GiB);
});

test("version 1 in a container: the host's path is not there, the mount's root is the container's", () => {
  const read = machine({
    "/proc/self/cgroup": "9:memory:/docker/0123\n1:name=systemd:/docker/0123\n",
    "/sys/fs/cgroup/memory/memory.limit_in_bytes": `${2 * GiB}\n`,
    "/sys/fs/cgroup/memory/memory.usage_in_bytes": `${GiB / 2}\n`,
  });
  expect(freeMemoryBytes(read)).toBe(1.5 * GiB);
});

test("a group over its limit has nothing to spare", () => {
  const read = machine({
    "/proc/self/cgroup": "0::/a\n",
    "/sys/fs/cgroup/a/memory.max": "100",
    "/sys/fs/cgroup/a/memory.current": "200",
  });
  expect(freeMemoryBytes(read)).toBe(0);
});

test("this machine answers with numbers", () => {
  expect(freeMemoryBytes()).toBeGreaterThan(0);
  expect(mostMemoryBytes()).toBeGreaterThanOrEqual(freeMemoryBytes());
});
