// Views of one overlap share their frames, and engines look at nothing else: the second view's jobs are copies of the first's,
// with the bytes that their own work would have made and the cost that the first had. What is damaged is not copied.

import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cli, fingerprints, writeTinyStudy } from "../support/cli.ts";

const stages = ["--stage", "plan,generate,views,reconstruct", "--workers", "1"];
const arms = ["--arm", "epie,lsqml,chain,steps,null"];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-twins-"));
  await writeTinyStudy(folder, (text) =>
    text
      .replaceAll("epochs: 6", "epochs: 2")
      .replace("arms: [pinn, supervised, epie,", "arms: [chain, steps, epie,")
      .replace(/^ {2}pinn: .*\n {2}supervised: .*$/mu, '  pinn-scan: { engine: "ml:1+rpie:2" }'),
  );
  const { code, stderr } = await cli(["run", "tiny.yaml", "--out", "run", ...stages, ...arms], {
    cwd: folder,
  });
  expect(stderr).not.toMatch(/doselap:/);
  expect(code).toBe(0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface End {
  readonly path: string;
  readonly copiedFrom?: string;
}

/** Jobs that ended in the journal's last so many lines, and what they copied. */
async function copies(run: string, since = 0): Promise<ReadonlyMap<string, string | undefined>> {
  const lines = (await journal(run)).slice(since);
  const ends = lines.filter((line) => line.includes('"job-end"')).map((line): End => JSON.parse(line) as End);
  return new Map(ends.map(({ path, copiedFrom }) => [path, copiedFrom]));
}
const journal = async (run: string): Promise<string[]> =>
  (await readFile(join(folder, run, "events.jsonl"), "utf8")).trim().split("\n");

const job = (view: string, arm: string): string =>
  `reconstruct/dose_1000/${view}/gs${view === "baseline" ? 1 : 2}/${arm}/seed_42`;

test("engines and chains of the second view are copies, other arms and other overlaps are not", async () => {
  const from = await copies("run");
  for (const arm of ["epie", "lsqml", "chain"]) {
    expect(from.get(job("dense", arm))).toBe(job("baseline", arm));
    expect(from.get(job("baseline", arm))).toBeUndefined();
    expect(from.get(job("sparse", arm))).toBeUndefined();
  }
  expect(from.has(job("dense", "steps"))).toBe(true);
  expect(from.get(job("dense", "steps"))).toBeUndefined();
});

test("a copy has the bytes of the work, its record too", async () => {
  // The views one after the other, the one that was copied first.
  for (const view of ["dense", "baseline"]) {
    const { code } = await cli(["run", "tiny.yaml", "--out", "apart", ...stages, ...arms, "--view", view], {
      cwd: folder,
    });
    expect(code).toBe(0);
  }
  const from = await copies("apart");
  expect(from.get(job("dense", "epie"))).toBeUndefined();
  const part = (all: Record<string, string>) =>
    Object.entries(all).filter(([path]) => /^reconstruct\/.*\/(dense|baseline)\//u.test(path));
  const [whole, apart] = await Promise.all([
    fingerprints(join(folder, "run")),
    fingerprints(join(folder, "apart")),
  ]);
  expect(part(apart).length).toBeGreaterThan(20);
  expect(part(apart)).toEqual(part(whole));
});

test("files that are not as their record says are not copied", async () => {
  const before = await fingerprints(join(folder, "run"));
  const damaged = join(folder, "run", job("baseline", "epie"), "reconstruction.npz");
  const sound = await readFile(damaged);
  await writeFile(
    damaged,
    sound.map((byte, i) => (i === 200 ? byte ^ 1 : byte)),
  );
  await rm(join(folder, "run", job("dense", "epie")), { recursive: true });
  const since = (await journal("run")).length;
  const { code } = await cli(["run", "--out", "run", ...stages, ...arms, "--view", "dense"], { cwd: folder });
  expect(code).toBe(0);
  const from = await copies("run", since);
  expect(from.has(job("dense", "epie"))).toBe(true);
  expect(from.get(job("dense", "epie"))).toBeUndefined();
  await writeFile(damaged, sound);
  expect(await fingerprints(join(folder, "run"))).toEqual(before);
});
