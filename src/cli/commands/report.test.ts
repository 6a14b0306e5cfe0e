// The report command writes the page and says where it is; a folder without a run is an error with a way out.

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand, type CommandResult } from "../../../test/support/run-command.ts";
import { writeSyntheticRun } from "../../../test/support/synthetic-run.ts";
import { reportCommand } from "./report.ts";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-report-cli-"));
  await writeSyntheticRun(join(folder, "run"), {
    heightPx: 20,
    widthPx: 24,
    doses: [1e4],
    viewNames: ["sparse"],
  });
});
afterAll(() => rm(folder, { recursive: true }));

function cli(...argv: string[]): Promise<CommandResult> {
  return runCommand({ report: reportCommand }, ["report", ...argv], { cwd: folder });
}

describe("doselap report", () => {
  test("writes report.html into the folder and prints the answer and the path", async () => {
    const { out, err } = await cli("run");
    const [answer, path] = out.trimEnd().split("\n");
    expect(answer).toMatch(/the only dose here, rpie reaches a phase resolution/);
    expect(path).toBe(join(folder, "run", "report.html"));
    expect(await readFile(path!, "utf8")).toMatch(/^<!doctype html>/);
    expect(err).toContain("Only rpie has run");
  });

  test("--json prints one document on stdout, --out names the file", async () => {
    const { out, err } = await cli("run", "--out", "other.html", "--json");
    const document: unknown = JSON.parse(out);
    const bytes = (await readFile(join(folder, "other.html"))).byteLength;
    expect(document).toMatchObject({
      report: join(folder, "other.html"),
      bytes,
      keepFraction: 0.7,
      kept: [{ arm: "rpie" }],
    });
    expect(err).toBe("");
  });

  test("a folder that is no run folder is an error that says what to run", async () => {
    const { err, out } = await cli("nothing");
    expect(err).toMatch(/study\.json.*doselap run STUDY --out DIR/s);
    expect(out).toBe("");
  });
});
