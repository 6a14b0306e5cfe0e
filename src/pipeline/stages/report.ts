// report: one HTML file, a pure function of the run folder.

import { writeReport } from "../../report/write.ts";
import type { Stage } from "../stage.ts";

export const reportStage: Stage = {
  name: "report",
  title: "write the report",
  inMainThread: true,
  jobs: () => [],
  inputs: async () => ({ kind: "ready", values: {} }),
  work: async () => ({ summary: {} }),
  async finish(_outcomes, { root }) {
    await writeReport(root);
  },
};
