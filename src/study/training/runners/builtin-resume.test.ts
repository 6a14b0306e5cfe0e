// A training job that goes on from a kept state leaves the files of an undisturbed one, byte by byte, its log too.

import { readFileSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { networkJob } from "../../../../test/support/network-job.ts";
import { stateKeeper } from "../../../../test/support/state-keeper.ts";
import { runTrainingJob } from "../run.ts";
import { builtinRunner } from "./builtin.ts";

async function filesOf(arm: string, keeper = stateKeeper()) {
  const { job, design, root } = await networkJob(arm);
  await runTrainingJob(job, {
    runner: builtinRunner(),
    design,
    backend: "builtin",
    relativeTo: root,
    keeper,
  });
  const entries = readdirSync(job.artifactDir, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries
      .filter((entry) => entry.isFile())
      .map(({ name, parentPath }) => join(parentPath, name))
      .map((file) => [relative(job.artifactDir, file), readFileSync(file).toString("base64")]),
  );
}

test.each(["pinn", "pinn-scan", "supervised"])(
  "%s goes on in its first epoch and in its last",
  async (arm) => {
    const keeper = stateKeeper();
    const whole = await filesOf(arm, keeper);
    expect(Object.keys(whole).length).toBeGreaterThan(7);
    const count = keeper.states.length;
    for (const at of [1, count - 1]) {
      const again = stateKeeper(keeper.states[at]);
      expect(await filesOf(arm, again)).toEqual(whole);
      expect(again.states).toHaveLength(count - at);
    }
  },
);
