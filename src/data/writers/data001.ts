// NPZ as every other command of doselap reads it: DATA-001, or a reconstruction.

import { writeDataset } from "../write.ts";
import {
  isReconstructionContent,
  neededForReconstruction,
  reconstructionDoubts,
  writeReconstruction,
} from "./reconstruction.ts";
import { parts, present, type ScanWriter } from "./writer.ts";

export const data001Writer: ScanWriter = {
  name: "npz",
  title: "NPZ, DATA-001",
  endings: [".npz"],
  holds: parts,
  holdsForUs: [],
  source: "docs/data.md",
  needs: (content) => (isReconstructionContent(content) ? neededForReconstruction(content) : []),
  doubts: (content) => (isReconstructionContent(content) ? reconstructionDoubts(content) : []),
  async write(path, content) {
    if (isReconstructionContent(content)) {
      await writeReconstruction(path, content);
      return [path];
    }
    const hint = "Centre, crop and scale the scan into one: doselap prepare IN --out OUT.npz.";
    await writeDataset(
      path,
      present(content.dataset, "dataset of square, centred frames and object pixels", content, hint),
    );
    return [path];
  },
};
