// `doselap reconstruct --checkpoint`: killed and called again it goes on where it was, and leaves the bytes of an undisturbed
// run; a file that is not its own is left alone.

import { existsSync } from "node:fs";
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCli } from "../support/cli.ts";
import { commandsIn } from "../support/cli-checks.ts";

let folder: string;
const { ok, fails } = commandsIn(() => folder);
const place = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-kept-"));
  const made = ["--size", "32", "--object-size", "128x128", "--dose", "1e4", "--overlap", "0.7"];
  await ok("simulate", "--object", "cells", ...made, "--out", "scan.npz");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A chain that holds frames out: several passes, each of which is gone on from. */
const work = ["reconstruct", "scan.npz", "--engine", "rpie:30+ml:30", "--held-out", "0.1"];

test("killed three times and called again, on one thread or two: the bytes of an undisturbed run", async () => {
  await ok(...work, "--out", "whole.npz");
  const kept = [...work, "--checkpoint", "state", "--checkpoint-every", "0.05", "--out", "killed.npz"];
  for (let kills = 0; kills < 3; kills++) {
    const before = await readFile(place("state")).catch(() => undefined);
    const { child, done } = startCli([...kept, "--threads", String(1 + (kills % 2))], { cwd: folder });
    for (;;) {
      const now = await readFile(place("state")).catch(() => undefined);
      if (now !== undefined && before?.equals(now) !== true) break;
      await sleep(5);
    }
    child.kill("SIGKILL");
    expect((await done).signal).toBe("SIGKILL");
    expect(existsSync(place("killed.npz"))).toBe(false);
  }
  const { stderr } = await ok(...kept);
  expect(stderr).toMatch(/^goes on from state$/mu);
  expect(await readFile(place("killed.npz"))).toEqual(await readFile(place("whole.npz")));
  expect(existsSync(place("state"))).toBe(false);
});

/** Asks it to stop once it is at work. */
async function stopped(command: readonly string[], signal: "SIGTERM" | "SIGINT"): Promise<string> {
  const { child, done } = startCli(command, { cwd: folder });
  let told = false;
  child.stderr!.on("data", (text: string) => {
    if (!told && text.includes("epoch")) told = child.kill(signal);
  });
  const { code, stdout, stderr } = await done;
  expect({ code, stdout }).toEqual({ code: 130, stdout: "" });
  return stderr;
}

test("told to stop, it keeps its last epoch, and says so", async () => {
  const kept = [...work, "--checkpoint", "told", "--out", "told.npz"];
  const stderr = await stopped(kept, "SIGTERM");
  expect(stderr).toMatch(/^stopping; the epoch at hand ends and is kept in told \(press again/mu);
  expect(stderr).toMatch(/^doselap: rpie was stopped .*\. The same command goes on from told\.$/mu);
  expect(existsSync(place("told"))).toBe(true);
  expect((await ok(...kept)).stderr).toContain("goes on from told");
  expect(await readFile(place("told.npz"))).toEqual(await readFile(place("whole.npz")));
});

test("told to stop without a checkpoint, it says that nothing is kept, and what would keep it", async () => {
  const stderr = await stopped([...work, "--out", "lost.npz"], "SIGINT");
  expect(stderr).toMatch(
    /^stopping; nothing is kept: with --checkpoint FILE it could go on later \(press again/mu,
  );
  expect(stderr).toMatch(
    /^doselap: rpie was stopped .*\. Nothing of it is kept: with --checkpoint FILE the same/mu,
  );
  expect(stderr).not.toContain("jobs");
  expect(existsSync(place("lost.npz"))).toBe(false);
});

test("what is another's is told, and stays as it is", async () => {
  await copyFile(place("scan.npz"), place("precious.npz"));
  expect(await fails(1, ...work, "--checkpoint", "precious.npz", "--out", "x.npz")).toMatch(
    /precious\.npz: is no checkpoint of doselap's/u,
  );
  expect(await readFile(place("precious.npz"))).toEqual(await readFile(place("scan.npz")));

  const { child, done } = startCli(
    [...work, "--checkpoint", "mine", "--checkpoint-every", "0.05", "--out", "x.npz"],
    { cwd: folder },
  );
  while (!existsSync(place("mine"))) await sleep(5);
  child.kill("SIGKILL");
  await done;
  const state = await readFile(place("mine"));
  expect(await fails(1, ...work, "--seed", "7", "--checkpoint", "mine", "--out", "x.npz")).toMatch(
    /mine: holds the state of another reconstruction/u,
  );
  expect(await readFile(place("mine"))).toEqual(state);
  expect(await fails(2, ...work, "--checkpoint-every", "5", "--out", "x.npz")).toMatch(
    /--checkpoint-every needs --checkpoint/u,
  );
  expect(await readdir(folder)).not.toContain("x.npz");
});
