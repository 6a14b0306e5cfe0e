// What an epoch costs against N, positions, modes and threads, with the physical limits beside it; memory per position.
// Usage: npm run build && node bench/costs.mjs. Limits are those of limits.mjs.

import { pathToFileURL } from "node:url";
import { openWasmFft2 } from "../dist/compute/wasm/fft.js";
import { compileKernels } from "../dist/compute/wasm/node-binary.js";
import { openBackend } from "../dist/compute/node.js";
import { planEngine } from "../dist/engines/plan.js";
import { prepareEngine } from "../dist/engines/prepare.js";
import { transformFlops, visitWork } from "./limits.mjs";
import { median, randomProblem, table, timeEpochs } from "./lib.mjs";

/** GFLOP/s of transforms that stay in the cache: N = 64. */
function peakRate() {
  const fft = openWasmFft2({ size: 64, module: compileKernels({ relaxed: false, shared: false }) });
  const times = [];
  for (let round = 0; round < 60; round++) {
    const start = performance.now();
    for (let i = 0; i < 100; i++) fft.forward(fft.field);
    times.push((performance.now() - start) / 100);
  }
  return transformFlops(64) / Math.min(...times) / 1e6;
}

/** GB/s of a large copy, bytes read and bytes written both counted. */
function copyRate() {
  const from = new Float32Array(32e6).fill(1);
  const to = new Float32Array(32e6);
  const times = [];
  for (let round = 0; round < 8; round++) {
    const start = performance.now();
    to.set(from);
    times.push(performance.now() - start);
  }
  return (2 * from.byteLength) / Math.min(...times) / 1e6;
}

/** What bounds every kernel on this machine. */
export function machineRates() {
  return { peak: peakRate(), bandwidth: copyRate() };
}

export function costs({ peak, bandwidth }) {
  const rows = [];
  const cases = [
    ...[64, 96, 128, 192, 256].map((size) => ({ size, frames: 200, modes: 1, threads: 1 })),
    ...[100, 400, 800].map((frames) => ({ size: 128, frames, modes: 1, threads: 1 })),
    ...[2, 3, 5].map((modes) => ({ size: 128, frames: 200, modes, threads: 1 })),
    ...[1, 2].map((threads) => ({ size: 128, frames: 400, modes: 3, threads })),
  ];
  for (const { size, frames, modes, threads } of cases) {
    const problem = randomProblem({ size, frames, side: 4 * size, modes });
    const options = { probeStartEpoch: 0, orthogonalizeModes: false };
    const visit = (1000 * median(timeEpochs("lsqml", options, problem, { threads, epochs: 5 }))) / frames;
    const { flops, bytes } = visitWork({ size, modes, waves: true });
    const prepared = prepareEngine("lsqml", {});
    const backend = openBackend({ kernels: "simd", threads });
    const memory = planEngine(prepared, problem, { backend }).bytes;
    const fewer = {
      ...problem,
      frames: frames / 2,
      diffraction: problem.diffraction.subarray(0, (frames / 2) * size ** 2),
    };
    const half = {
      ...fewer,
      positions: {
        x: problem.positions.x.subarray(0, frames / 2),
        y: problem.positions.y.subarray(0, frames / 2),
      },
    };
    const halfMemory = planEngine(prepared, half, { backend }).bytes;
    rows.push([
      size,
      frames,
      modes,
      threads,
      visit.toFixed(0),
      (flops / peak / 1e3 / threads).toFixed(0),
      (bytes / bandwidth / 1e3).toFixed(0),
      (memory / 1e6).toFixed(1),
      ((memory - halfMemory) / (frames / 2) / size ** 2).toFixed(2),
    ]);
  }
  const head = [
    "N",
    "positions",
    "modes",
    "threads",
    "LSQ-ML, µs per visit",
    "limit of its transforms, µs",
    "limit of its bytes, µs",
    "memory, MB",
    "bytes per pixel of a further position",
  ];
  const limits = `Transforms in the first-level cache: ${peak.toFixed(1)} GFLOP/s on one thread. A large copy: ${bandwidth.toFixed(1)} GB/s.`;
  return `${limits}\n\n${table(head, rows)}`;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(costs(machineRates()));
