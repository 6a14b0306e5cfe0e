// An arm's jobs warn of a misfit that rose and of a network that never got better, and of nothing else.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { armPath, type Cell } from "../../study/cell.ts";
import { presets } from "../../study/design/presets.ts";
import type { JobRecord } from "../record.ts";
import { jobWarnings, misfitWarnings } from "./job-warnings.ts";

const cell: Cell = {
  dose: 1e3,
  doseIndex: 0,
  view: "dense",
  gridsize: 2,
  overlap: 0.7,
  stepPx: 7,
  fluence: 16,
  replicate: 0,
  seed: 42,
};
let root: string;
beforeAll(async () => void (root = await mkdtemp(join(tmpdir(), "doselap-warnings-"))));
afterAll(() => rm(root, { recursive: true }));

async function leave(path: string, name: string, value: unknown): Promise<void> {
  await mkdir(join(root, path), { recursive: true });
  await writeFile(join(root, path, name), JSON.stringify(value));
}
const record = (outputs: JobRecord["outputs"], summary: JobRecord["summary"] = {}): JobRecord => ({
  state: "done",
  reason: null,
  stage: "reconstruct",
  designHash: "00",
  inputsHash: "00",
  outputs,
  summary,
});

describe("misfitWarnings", () => {
  test("a misfit that falls, or ends a little above its lowest, is no divergence", () => {
    expect(misfitWarnings([3, 2, 1])).toEqual([]);
    expect(misfitWarnings([3, 1, 1.4])).toEqual([]);
    expect(misfitWarnings([3])).toEqual([]);
    expect(misfitWarnings([])).toEqual([]);
  });

  test("half above its lowest, or above its start, is one, and says from where to where", () => {
    expect(misfitWarnings([3, 1, 1.6])).toEqual([
      "it diverged: the misfit of its last epoch is 1.6 and had been down to 1; fewer epochs or a smaller step may help",
    ]);
    expect(misfitWarnings([3, 3.01])[0]).toContain("is 3.01 and began at 3;");
  });
});

describe("jobWarnings", () => {
  test("tells that an epoch was chosen on frames that trained, and nothing where none was", async () => {
    const told = async (metrics: object): Promise<string[]> => {
      await leave(`train/${armPath(cell, "pinn")}`, "result.json", {
        ...record({}, { result: { metrics } }),
        stage: "train",
      });
      return jobWarnings({ arm: "pinn", cell, record: record({}) }, { design: presets.fly64, root });
    };
    expect(await told({ bestEpoch: 3, chosenOn: "training frames" })).toEqual([
      expect.stringContaining("the epoch of pinn was chosen on frames that it was trained on"),
    ]);
    expect(await told({ bestEpoch: 3 })).toEqual([]);
  });

  test("reads the history of an engine's job", async () => {
    await leave(`reconstruct/${armPath(cell, "epie")}`, "history.json", {
      reconstructions: { reconstruction: { misfit: [1, 9] } },
    });
    const job = { arm: "epie", cell, record: record({ "history.json": "ab" }) };
    expect(await jobWarnings(job, { design: presets.quick, root })).toEqual([
      expect.stringContaining("diverged"),
    ]);
    const none = { arm: "epie", cell, record: record({}) };
    expect(await jobWarnings(none, { design: presets.quick, root })).toEqual([]);
  });

  test("a network whose best epoch is 0 is scored untrained, and one that started again is told of", async () => {
    const trained = (bestEpoch: number) => record({}, { result: { metrics: { bestEpoch } } });
    const path = `train/${armPath(cell, "pinn")}`;
    await leave(path, "result.json", trained(0));
    const job = { arm: "pinn", cell, record: record({}) };
    const context = { design: presets.quick, root };
    expect(await jobWarnings(job, context)).toEqual([
      "training made pinn no better than it started (its best epoch is 0): what is scored is the untrained network",
    ]);
    await leave(path, "result.json", trained(2));
    expect(await jobWarnings(job, context)).toEqual([]);
    const again = { bestEpoch: 2, restarts: 1, seed: 134217770 };
    await leave(path, "result.json", record({}, { result: { metrics: again } }));
    expect(await jobWarnings(job, context)).toEqual([
      "pinn collapsed to a constant once and was trained again from another start (seed 134217770): what is scored is that run",
    ]);
    await leave(path, "result.json", record({}, { result: null }));
    expect(await jobWarnings(job, context)).toEqual([]);
  });
});
