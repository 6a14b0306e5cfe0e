// ePIE and rPIE sweeps against the same algorithm in PyTorch and numpy/scipy on this machine: N = 128, 500 positions, object
// of 512 px, object and probe updated. Usage: npm run build && node bench/sweeps.mjs. Peers that are not installed are left out
// and said so (Debian: python3-torch python3-numpy python3-scipy).

import { pathToFileURL } from "node:url";
import { hasRelaxedSimd } from "../dist/compute/wasm/binary.js";
import { machineRates } from "./costs.mjs";
import { sweep, sweepLimit } from "./limits.mjs";
import { median, randomProblem, table, timeEpochs, tryRun } from "./lib.mjs";

const peers = new URL("peers/", import.meta.url).pathname;
const rounds = 3;

/** Milliseconds per sweep that a peer prints, median of rounds; undefined when it does not run. */
function peer(script, args) {
  const found = [];
  for (let i = 0; i < rounds; i++) {
    const out = tryRun("/usr/bin/python3", [script, "--sweeps", "4", ...args], { cwd: peers });
    const value = /([\d.]+) ms\/sweep/.exec(out ?? "")?.[1];
    if (value !== undefined) found.push(Number(value));
  }
  return found.length === 0 ? undefined : median(found);
}

export function sweeps(machine) {
  const problem = randomProblem({ size: sweep.size, frames: sweep.positions, side: 512 });
  const relaxed = hasRelaxedSimd() ? ["relaxed"] : [];
  const rows = [];
  for (const algorithm of ["epie", "rpie"]) {
    const options = { probeStartEpoch: 0, likelihood: "amplitude", probeStep: 1 };
    const torch = peer("pie_torch.py", ["--alg", algorithm]);
    const torchBatch = peer("pie_torch.py", ["--alg", algorithm, "--batch", "32", "--threads", "2"]);
    const numpy = peer("pie_numpy.py", ["--alg", algorithm]);
    for (const kernels of ["simd", ...relaxed]) {
      for (const [batchSize, threads] of [
        [1, 1],
        [32, 1],
        [32, 2],
      ]) {
        const ours = median(timeEpochs(algorithm, { ...options, batchSize }, problem, { kernels, threads }));
        const against = (value) => (value === undefined ? "not installed" : `${(value / ours).toFixed(1)}×`);
        const rival = batchSize === 1 ? torch : torchBatch;
        rows.push([
          algorithm,
          kernels,
          batchSize,
          threads,
          ours.toFixed(1),
          sweepLimit({ batch: batchSize, threads }, machine).toFixed(1),
          rival?.toFixed(0) ?? "–",
          against(rival),
          against(torch),
          numpy?.toFixed(0) ?? "–",
          against(numpy),
        ]);
      }
    }
  }
  return table(
    [
      "engine",
      "kernels",
      "batch",
      "threads",
      "ms per sweep",
      "limit, ms",
      "torch, same batch and its best threads, ms",
      "ratio",
      "ratio to torch frame by frame, 1 thread",
      "numpy + scipy.fft, ms",
      "ratio",
    ],
    rows,
  );
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(sweeps(machineRates()));
