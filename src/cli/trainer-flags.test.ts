// What --runner, --command and --provider ask for together: nothing is fallen back from in silence.

import { expect, test } from "vitest";
import { trainerOf } from "./study-flags.ts";

const flags = { runner: "builtin", provider: "cpu", executor: "local" } as const;

test("the processor is nothing to be told of: jobs keep their hashes", async () => {
  expect(await trainerOf(flags, "/")).toEqual({ runner: "builtin" });
});

test("a provider that is not here is refused before anything is run", async () => {
  await expect(trainerOf({ ...flags, provider: "cuda" }, "/")).rejects.toMatchObject({
    _tag: "Compute",
    context: { key: "provider", got: "cuda", hint: expect.stringContaining("cpu") },
  });
});

test("what a cluster's nodes have is not asked of the machine that submits", async () => {
  const trainer = await trainerOf({ ...flags, provider: "cuda", executor: "slurm" }, "/");
  expect(trainer).toEqual({ runner: "builtin", provider: "cuda" });
});

test("an external program is told by its own command what to compute on", async () => {
  const external = { ...flags, runner: "command", command: "python3 train.py", provider: "cuda" } as const;
  await expect(trainerOf(external, "/")).rejects.toMatchObject({
    _tag: "Usage",
    context: { key: "--provider" },
  });
});
