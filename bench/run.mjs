// `npm run bench`: all races that need nothing but this machine's packages, written into docs/benchmarks.md between its markers.
// Run it with nothing else running: ratios of one run are compared, but a busy machine spoils threads.

import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { costs, machineRates } from "./costs.mjs";
import { machine, publish, table, tryRun } from "./lib.mjs";
import { transformLimit } from "./limits.mjs";
import { drawPictures, pictureLinks } from "./pictures.mjs";
import { subPixelCosts } from "./sub-pixel.mjs";
import { sweeps } from "./sweeps.mjs";

const here = new URL(".", import.meta.url).pathname;

/** GFLOP/s by size, from the columns of a program's table; the last number of a row is the best round. */
function rates(text, pattern) {
  return new Map([...(text ?? "").matchAll(pattern)].map((m) => [Number(m[1]), Number(m[2])]));
}

function transforms(limits) {
  const sizes = ["64", "96", "128", "160", "192", "256", "512"];
  const exe = join(mkdtempSync(join(tmpdir(), "fftw-")), "fftw");
  const built = tryRun("gcc", [
    "-O3",
    "-march=native",
    join(here, "peers/fftw.c"),
    "-lfftw3f",
    "-lm",
    "-o",
    exe,
  ]);
  const run = () => tryRun(process.execPath, [join(here, "fft.mjs"), ...sizes]);
  const fftw = new Map();
  const ours = new Map();
  // In turn, so that both meet the same moods of the machine.
  for (let round = 0; round < 3; round++) {
    const theirs = built === undefined ? undefined : tryRun(exe, []);
    for (const [size, rate] of rates(theirs, /^\s*(\d+)\s+[\d.]+\s+([\d.]+)/gm)) keep(fftw, size, rate);
    const text = run();
    for (const kernels of ["simd", "relaxed"]) {
      const found = rates(text, new RegExp(String.raw`^${kernels}\s+(\d+)\s+\S+\s+[\d.]+\s+([\d.]+)`, "gm"));
      for (const [size, rate] of found) keep(ours, `${kernels} ${size}`, rate);
    }
  }
  const middle = (values) => values?.sort((a, b) => a - b)[Math.floor(values.length / 2)];
  const rows = sizes.flatMap((size) =>
    ["simd", "relaxed"].flatMap((kernels) => {
      const rate = middle(ours.get(`${kernels} ${size}`));
      if (rate === undefined) return [];
      const peer = middle(fftw.get(Number(size)));
      const ratio = peer === undefined ? "not installed" : (rate / peer).toFixed(2);
      const limit = transformLimit(Number(size), limits).toFixed(1);
      return [[size, kernels, rate.toFixed(1), limit, peer?.toFixed(1) ?? "–", ratio]];
    }),
  );
  return table(["N", "kernels", "GFLOP/s", "limit, GFLOP/s", "FFTW 3 MEASURE, GFLOP/s", "ratio"], rows);
}

function keep(map, key, value) {
  map.set(key, [...(map.get(key) ?? []), value]);
}

const limits = machineRates();
const results = [
  `Measured on ${machine()}, by \`npm run bench\`.`,
  "### Transform: 2-D complex64, one thread, in place",
  transforms(limits),
  "### Sweeps: N = 128, 500 positions, object 512 px, object and probe updated",
  sweeps(limits),
  "### Cost of an epoch and its limits",
  costs(limits),
  pictureLinks,
  "### Positions between pixels: processor time of a visit, one thread",
  subPixelCosts(),
].join("\n\n");
publish("bench", results);
drawPictures(results, new URL("../docs/images", import.meta.url).pathname);
