// report: one HTML file, a pure function of the run folder.

import type { Stage } from "../stage.ts";

export const reportStage: Stage = {
  name: "report",
  title: "write the report",
  inMainThread: () => true,
  jobs: () => [],
  needs: () => [],
  inputs: async () => ({ kind: "ready", values: {} }),
  work: async () => ({ summary: {} }),
  async finish(_outcomes, { root }) {
    // Loaded here: drawing needs a DOM, which costs half a second that no other stage or worker should pay.
    const { writeReport } = await import("../../report/write.ts");
    await writeReport(root);
  },
};
