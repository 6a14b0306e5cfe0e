// What Slurm prints, and what was written down of a submission.

import { writeFileSync } from "node:fs";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  parseJobId,
  parseMaxArraySize,
  parseSacct,
  parseSqueue,
} from "../../../src/pipeline/executors/slurm/parse.ts";
import { endText, livenessOf } from "../../../src/pipeline/executors/slurm/states.ts";
import { readSubmission, readTasks } from "../../../src/pipeline/executors/slurm/tasks.ts";
import { fixtureFolder } from "../fixtures.ts";
import { byteMutators } from "../mutate-bytes.ts";
import { jsonMutators } from "../mutate-json.ts";
import { textMutators } from "../mutate-text.ts";
import type { FuzzTarget } from "../target.ts";

const recorded = fixtureFolder("slurm");

/** Any text is read to an end: ids are digits, and every state is alive or not. */
export const outputTarget: FuzzTarget = {
  name: "slurm-output",
  mutators: [...textMutators, ...byteMutators],
  async samples() {
    const files = (await readdir(recorded, { recursive: true })).filter((name) => name.endsWith(".txt"));
    return Promise.all(files.toSorted().map((name) => readFile(join(recorded, name))));
  },
  async read(input) {
    const text = new TextDecoder().decode(input);
    for (const { jobId, state, reason } of [...parseSqueue(text), ...parseSacct(text)]) {
      if (!/^\d+$/u.test(jobId)) throw new Error(`an id that is no number: ${jobId}`);
      livenessOf(state);
      endText(state, reason);
    }
    const id = parseJobId(text);
    if (id !== undefined && !/^\d+$/u.test(id)) throw new Error(`an id that is no number: ${id}`);
    return parseMaxArraySize(text);
  },
};

const submission = {
  executor: "slurm",
  jobName: "doselap-quick-1a2b",
  jobIds: { train: "12" },
  isWhole: true,
};
const tasks = {
  trainer: { runner: "builtin" },
  arrays: [{ stage: "train", tasks: [["train/a"], ["train/b"]] }],
  collect: ["train"],
};

export const submissionTarget: FuzzTarget = jsonTarget("submission.json", submission, readSubmission);
export const tasksTarget: FuzzTarget = jsonTarget("tasks.json", tasks, readTasks);

function jsonTarget(file: string, sample: unknown, read: (root: string) => Promise<unknown>): FuzzTarget {
  return {
    name: `slurm/${file}`,
    mutators: [...jsonMutators, ...jsonMutators, ...textMutators, ...byteMutators],
    samples: async () => [Buffer.from(JSON.stringify(sample, null, 2))],
    keeps: [`slurm/${file}`],
    async read(input, folder) {
      await mkdir(join(folder, "slurm"), { recursive: true });
      writeFileSync(join(folder, "slurm", file), input);
      return read(folder);
    },
  };
}
