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
  /** Kills the node and all that runs on it, as a machine without power; the controller is told that it is down. */
  killNode(): Promise<void>;
  startNode(): Promise<void>;
  /** Jobs that are alive, by `squeue`. */
  alive(): Promise<string[]>;
  /** Tasks that were queued again begin at once: Slurm holds them back for two minutes, an operator would wait. */
  hurry(): Promise<void>;
  down(): Promise<void>;
}

/** Starts it. `port`: of the controller, and the next for the node; clusters of other tests have others. `minJobAge`: seconds after
 * which an ended job's id is purged, by the minute.
 * @throws when slurmctld is missing: these tests are not skipped. */
export async function startCluster({
  port,
  minJobAge = 300,
}: {
  readonly port: number;
  readonly minJobAge?: number;
}): Promise<Cluster> {
  const folder = await mkdtemp(join(tmpdir(), "doselap-slurm-"));
  const env = { SLURM_CONF: join(folder, "slurm.conf") };
  const admin = async (what: string): Promise<void> => {
    await run(script, [what, folder], {
      env: { ...process.env, PORT: String(port), MIN_JOB_AGE: String(minJobAge) },
    });
  };
  await admin("up");
  const slurm = async (program: string, ...args: string[]): Promise<string> =>
    (await run(program, args, { env: { ...process.env, ...env } })).stdout;
  const alive = async (): Promise<string[]> =>
    (await slurm("squeue", "-h", "-r", "-o", "%F_%K %T")).split("\n").filter((line) => line !== "");
  return {
    env,
    slurm,
    stopController: () => admin("stop-controller"),
    killNode: () => admin("kill-node"),
    startNode: () => admin("start-node"),
    startController: async () => {
      await admin("start-controller");
      await until("the controller answers", () =>
        slurm("scontrol", "ping").then((text) => text.includes("UP")),
      );
    },
    alive,
    async hurry() {
      for (const line of await alive()) {
        const [task, state] = line.split(" ");
        if (state !== "PENDING") continue;
        // One that has just begun cannot be told to.
        await slurm("scontrol", "update", `jobid=${task}`, "StartTime=now").catch(() => "");
      }
    },
    async down() {
      await admin("down");
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
