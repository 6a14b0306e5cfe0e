// A real Slurm of one node on loopback, and the command line run against it.

import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const script = resolve(import.meta.dirname, "../../.ci/slurm.sh");

export interface Cluster {
  /** Environment that reaches it. */
  readonly env: Record<string, string>;
  /** Runs one of Slurm's commands; gives its output. */
  slurm(program: string, ...args: string[]): Promise<string>;
  stopController(): Promise<void>;
  startController(): Promise<void>;
  /** Jobs that are alive, by `squeue`. */
  alive(): Promise<string[]>;
  down(): Promise<void>;
}

/** Starts it. @throws when slurmctld is missing: these tests are not skipped. */
export async function startCluster(): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "doselap-slurm-"));
  const env = { SLURM_CONF: join(folder, "slurm.conf") };
  await run(script, ["up", folder]);
  const slurm = async (program: string, ...args: string[]): Promise<string> =>
    (await run(program, args, { env: { ...process.env, ...env } })).stdout;
  return {
    env,
    slurm,
    stopController: async () => void (await run(script, ["stop-controller", folder])),
    startController: async () => {
      await run(script, ["start-controller", folder]);
      await until("the controller answers", () =>
        slurm("scontrol", "ping").then((text) => text.includes("UP")),
      );
    },
    alive: async () =>
      (await slurm("squeue", "-h", "-r", "-o", "%F_%K %T")).split("\n").filter((line) => line !== ""),
    async down() {
      await run(script, ["down", folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const patienceMs = 240_000;

/** Waits for something that another process does. @throws after four minutes. */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + patienceMs;
  while (performance.now() < end) {
    if (await isTrue().catch(() => false)) return;
    await sleep(200);
  }
  throw new Error(`waited in vain: ${what}`);
}
