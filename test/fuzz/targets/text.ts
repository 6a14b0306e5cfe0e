// Text that people write: study files, and words of the command line.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../../src/cli/app.ts";
import { loadDesign } from "../../../src/study/design/load.ts";
import { byteMutators } from "../mutate-bytes.ts";
import { textMutators, yamlMutators } from "../mutate-text.ts";
import type { FuzzTarget } from "../target.ts";

const studies = [
  `preset: quick
name: tiny
question: "How few photons?"
sizePx: 32
object: { kind: phantom, phantom: cells, heightPx: 128, widthPx: 80, amplitudeMin: 0.5, phaseRangeRad: 1, seed: 7 }
doses: [1000, 1e5]
views:
  baseline: { gridsize: 1, overlap: 0.6 }
  dense: { gridsize: 2, overlap: 0.6 }
arms: [pinn, rpie, "null"]
engines:
  rpie: { epochs: 6, alpha: 0.1 }
methods:
  pinn: { widths: [4, 8], epochs: 2 }
training: { batchSize: 8 }
`,
  `preset: iso-dose
fluences: [10, 100]
replicates: 2
seeds: { simulation: 1, grouping: 2, subsampling: 3 }
`,
  `preset: measured
input: { kind: file, path: scan.npz }
read: { layout: MHW, domain: counts }
doseFractions: [0.1, 1]
metrics: { pixelSizeM: 8e-9, maxShiftPx: 2 }
`,
];

/** A study file: no study is planned, for a large one is no fault. */
export const studyFileTarget: FuzzTarget = {
  name: "study-file",
  mutators: [...yamlMutators, ...yamlMutators, ...yamlMutators, ...byteMutators],
  samples: async () => studies.map((text) => Buffer.from(text)),
  keeps: ["study.yaml", "scan.npz"],
  async setUp(folder) {
    writeFileSync(join(folder, "scan.npz"), "the hash of this is all that is asked for");
  },
  async read(input, folder) {
    writeFileSync(join(folder, "study.yaml"), input);
    return loadDesign("./study.yaml", { cwd: folder });
  },
};

/** Every command with files that are not there: all that is read is the words themselves. */
const commandLines: readonly (readonly string[])[] = [
  [
    "run",
    "quick",
    "--out",
    "missing/x.yaml",
    "--dose",
    "1000,10000",
    "--view",
    "dense",
    "--seed",
    "42",
    "--workers",
    "-2",
  ],
  ["plan", "missing.yaml", "--json", "--input", "scan.npz", "--pixel-size", "8e-9"],
  [
    "simulate",
    "--object",
    "./missing.npy",
    "--dose",
    "1e4",
    "--overlap",
    "0.7",
    "--seed",
    "3",
    "--out",
    "out.npz",
  ],
  [
    "simulate",
    "--object",
    "./missing.npy",
    "--object-size",
    "300x400",
    "--size",
    "64",
    "--frames",
    "9",
    "--out",
    "out.npz",
  ],
  ["thin", "missing.npz", "--fraction", "0.5", "--keep-overlap", "0.3", "--seed", "1", "--out", "out.npz"],
  [
    "reconstruct",
    "missing.npz",
    "--engine",
    "dm:30+ml:50",
    "--epochs",
    "9",
    "--probe-modes",
    "2",
    "--out",
    "out.npz",
  ],
  [
    "reconstruct",
    "missing.npz",
    "--set",
    "alpha=0.1",
    "--set",
    "rpie.beta=1",
    "--memory",
    "2GB",
    "--threads",
    "2",
    "--out",
    "out.npz",
  ],
  ["infer", "missing", "missing.npz", "--out", "out.npz", "--neighbors", "7", "--seed", "1"],
  ["metrics", "missing.npy", "missing.npz:objectGuess", "--gauge", "none", "--json"],
  [
    "compare",
    "missing.npz",
    "--truth",
    "missing.npy",
    "--out",
    "missing",
    "--max-shift",
    "2",
    "--guard",
    "4",
  ],
  ["report", "missing", "--format", "html,markdown", "--out", "missing"],
  ["inspect", "missing.npz", "--layout", "MHW", "--domain", "counts", "--json"],
  ["convert", "missing.npz", "out.npz", "--dc", "corner"],
  ["engines", "rpie", "--json"],
  [
    "train",
    "missing.yaml",
    "--runner",
    "command",
    "--command",
    "python3 train.py",
    "--gridsize",
    "2",
    "--arm",
    "pinn",
  ],
  ["completion", "--", "reconstruct", "--eng"],
];

/** Linux hands over no longer word. */
const maxWordBytes = 2 ** 17;
const codes = new Set([0, 1, 2, 3]);

/** Words are separated by zeros, as the system hands them over: none of them can hold one. */
export const commandLineTarget: FuzzTarget = {
  name: "command-line",
  mutators: [...textMutators, ...textMutators, ...byteMutators],
  samples: async () => commandLines.map((words) => Buffer.from(words.join("\0"))),
  keeps: [],
  async read(input, folder) {
    const words = Buffer.from(input.subarray(0, maxWordBytes)).toString("utf8").split("\0");
    // A study that can be planned would be run.
    if (words[0] === "run" || words[0] === "train") words.push("--dry-run");
    let said = "";
    const stream = { write: (text: string) => (said += text), isTTY: false };
    const code = await runCli(words, {
      process: { stdout: stream, stderr: stream },
      cwd: folder,
      stopSignal: () => new AbortController().signal,
      now: () => 0,
    });
    if (!codes.has(code)) throw new TypeError(`exit code ${code}`);
    if (said.includes("unexpected error")) throw new TypeError(said.slice(0, 600));
    const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/u.exec(said);
    if (control !== null)
      throw new TypeError(`a control character reaches the terminal: ${JSON.stringify(said.slice(0, 300))}`);
  },
};
