// The engines command tells every engine and every option as the registry holds them.

import { expect, test } from "vitest";
import { engineNames, engines } from "../../engines/registry.ts";
import { runCommand, type CommandResult } from "../../../test/support/run-command.ts";
import { enginesCommand } from "./engines.ts";

function run(...args: string[]): Promise<CommandResult> {
  return runCommand({ engines: enginesCommand }, ["engines", ...args], { cwd: "/" });
}

test("lists every engine with its summary, its capabilities, its constraints and its papers", async () => {
  const { out, code } = await run();
  expect(code).toBe(0);
  const lines = out.split("\n");
  for (const { name, summary, cites } of Object.values(engines)) {
    const own = lines.filter((line) => line.split(" ")[0] === name);
    expect(own, name).toHaveLength(4);
    expect(own[0]).toContain(summary);
    for (const doi of cites) expect(own[3]).toContain(`https://doi.org/${doi}`);
  }
  // Batches of DM run in parallel whatever the options; its kept waves forbid position correction.
  expect(lines.find((line) => /^dm .*always/u.test(line))).toMatch(/^dm +yes +yes +no +no +yes +always/u);
});

test("lists the options of one engine with range, default and description", async () => {
  const { out, code } = await run("mpie");
  expect(code).toBe(0);
  expect(out).toMatch(/^friction +number in \[0, 1\) +[\d.]+ +η: how much .*\.$/mu);
  expect(out).toMatch(/^likelihood +amplitude \| poisson +"\w+" +amplitude: Σ/mu);
  expect(out).not.toMatch(/^damping/mu);
});

test.each(engineNames)("speaks JSON about %s: rows for people, a schema for programs", async (name) => {
  const { out } = await run(name, "--json");
  const answer = JSON.parse(out) as {
    name: string;
    options: { name: string }[];
    schema: { properties: object };
  };
  expect(answer.name).toBe(name);
  expect(answer.options.map((row) => row.name)).toEqual(Object.keys(answer.schema.properties));
});

test("speaks JSON about all of them", async () => {
  const answer = JSON.parse((await run("--json")).out) as { name: string }[];
  expect(answer.map(({ name }) => name)).toEqual(engineNames);
});

test("names the nearest engine to a mistyped one, and tells how to ask about chains", async () => {
  expect((await run("lsqlm")).err).toContain('Did you mean "lsqml"?');
  expect((await run("dm:30+ml:50")).err).toContain("ask for its engines one by one");
});
