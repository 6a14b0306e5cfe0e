// doselap status: how a run folder stands, from any session.

import { join, resolve } from "node:path";
import { buildCommand } from "@stricli/core";
import { runStanding, type RunStanding } from "../../pipeline/standing.ts";
import { printJson, printLine, type CliContext } from "../context.ts";
import { jsonFlag, parsePath } from "../flags.ts";
import { textTable } from "../text-table.ts";

export const statusCommand = buildCommand<{ readonly json: boolean }, [string], CliContext>({
  docs: {
    brief: "Say how a run stands: jobs done, failed, skipped and open by stage, and who is at work",
    fullDescription: [
      "Reads the run folder alone, and asks Slurm when the run was submitted there: it works from any session, whether the",
      "one that began the run still lives or not.",
      "",
      "Examples:",
      "  doselap status runs/fly64",
      "  doselap status runs/fly64 --json",
    ].join("\n"),
  },
  parameters: {
    positional: {
      kind: "tuple",
      parameters: [{ placeholder: "DIR", brief: "Run folder", parse: parsePath }],
    },
    flags: { json: jsonFlag },
  },
  async func({ json }, dir) {
    const standing = await runStanding(resolve(this.cwd, dir));
    if (json) printJson(this, standing);
    else for (const line of standingLines(standing, dir)) printLine(this, line);
  },
});

/** The answer as text. */
function standingLines(standing: RunStanding, dir: string): string[] {
  const { study, stages, failures } = standing;
  const table = textTable(
    ["stage", "jobs", "done", "failed", "skipped", "open"],
    stages
      .filter(({ jobs }) => jobs > 0)
      .map(({ stage, jobs, done, failed, skipped, absent }) =>
        [stage, jobs, done, failed, skipped, absent].map(String),
      ),
  );
  return [
    `study ${study} in ${dir}`,
    "",
    ...table.map((line) => `  ${line}`),
    "",
    ...failures.map(({ path, reason }) => `failed: ${path}: ${reason}`),
    ...whoLines(standing, dir),
  ];
}

function whoLines({ local, slurm, isFinished, isAlive }: RunStanding, dir: string): string[] {
  const lines: string[] = [];
  if (local !== null) {
    const life = local.isAlive === null ? "on another host" : local.isAlive ? "at work" : "dead";
    lines.push(`process ${local.pid} on ${local.host}: ${life}`);
  }
  if (slurm !== null) {
    const { jobName, waiting, running, silence } = slurm;
    lines.push(
      silence === null
        ? `Slurm ${jobName}: ${running} tasks run, ${waiting} wait`
        : `Slurm ${jobName}: Slurm cannot be asked here: ${silence}`,
    );
    if (isAlive && silence !== null)
      lines.push(`if its jobs are gone for good: doselap cancel ${dir} --forget`);
  }
  if (isAlive) return [...lines, `wait for it with doselap attach ${dir}, end it with doselap cancel ${dir}`];
  lines.push(
    isFinished
      ? `finished; the report is ${join(dir, "report.html")}`
      : `nobody is at work; go on with doselap run --out ${dir}`,
  );
  return lines;
}
