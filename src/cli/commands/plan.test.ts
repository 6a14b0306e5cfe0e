// The plan command on its own: output, JSON, errors, help.

import { expect, test } from "vitest";
import { runCommand, type CommandResult } from "../../../test/support/run-command.ts";
import { isDoselapError } from "../../errors.ts";
import { planCommand } from "./plan.ts";

function plan(...argv: string[]): Promise<CommandResult> {
  return runCommand({ plan: planCommand }, ["plan", ...argv], { cwd: import.meta.dirname });
}

test("without arguments it plans quick, as tables", async () => {
  const { out, code } = await plan();
  expect(code).toBe(0);
  expect(out).toMatch(/^Study quick, simulated/u);
  expect(out).toContain("\nTotal: ");
});

test("--json prints the plan and nothing else", async () => {
  const { out, err } = await plan("iso-dose", "--json");
  expect(err).toBe("");
  expect(JSON.parse(out)).toMatchObject({
    name: "iso-dose",
    sizePx: 64,
    probeDiameterDefinition: "second-moment",
  });
});

test("an unknown preset is a usage error with the nearest name", async () => {
  const { thrown, out } = await plan("fly46");
  expect(isDoselapError(thrown, "Usage") && thrown.message).toContain('Did you mean "fly64"?');
  expect(out).toBe("");
});

test("a measured study asks for its scan", async () => {
  const { thrown } = await plan("measured");
  expect(isDoselapError(thrown, "Usage") && thrown.message).toMatch(
    /--input: a measured study needs a scan.*plan measured --input SCAN/u,
  );
});

test("a simulated study takes no scan", async () => {
  expect(isDoselapError((await plan("quick", "--input", "scan.npz")).thrown, "Usage")).toBe(true);
});

test("--help teaches with examples", async () => {
  const { out } = await plan("--help");
  expect(out).toContain("doselap plan fly64 --json");
  expect(out).toContain("only for a measured study");
});
