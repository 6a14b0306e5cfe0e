// NPZ as every other command of doselap reads it: DATA-001.

import { writeDataset } from "../write.ts";
import { parts, present, type ScanWriter } from "./writer.ts";

export const data001Writer: ScanWriter = {
  name: "npz",
  title: "NPZ, DATA-001",
  endings: [".npz"],
  holds: parts,
  holdsForUs: [],
  source: "docs/data.md",
  needs: () => [],
  async write(path, content) {
    const hint = "Centre, crop and scale the scan into one: doselap prepare IN --out OUT.npz.";
    await writeDataset(
      path,
      present(content.dataset, "dataset of square, centred frames and object pixels", content, hint),
    );
    return [path];
  },
};
