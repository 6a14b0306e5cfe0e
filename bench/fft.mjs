// Times the 2-D transform of the WebAssembly kernels, in place in their memory: GFLOP/s = 5 N² log2(N²) / time, forward.
// Usage: npm run build && node bench/fft.mjs [--rounds R] [SIZE ...]. Sizes take turns; the median and the best of the
// rounds are printed, because other programs on the machine only ever make a round slower.

import { hasRelaxedSimd } from "../dist/compute/wasm/binary.js";
import { openWasmFft2 } from "../dist/compute/wasm/fft.js";
import { compileKernels } from "../dist/compute/wasm/node-binary.js";
import { planFft } from "../dist/compute/wasm/plan.js";

const given = process.argv.slice(2);
const at = given.indexOf("--rounds");
const rounds = at < 0 ? 40 : Number(given.splice(at, 2)[1]);
const sizes = given.length > 0 ? given.map(Number) : [64, 80, 96, 128, 160, 192, 256, 320, 384, 512];

const warmUpMs = 200;
/** Long enough for the clock, short enough to fit between other programs. */
const roundMs = 1;

/** One transform with its field filled, warmed up until the optimizing compiler has taken over. */
function prepare(variant, size) {
  const fft = openWasmFft2({ size, module: compileKernels(variant) });
  for (let i = 0; i < fft.field.length; i++) fft.field[i] = Math.sin(i);
  const start = performance.now();
  let calls = 0;
  for (; performance.now() - start < warmUpMs; calls++) fft.forward(fft.field);
  const each = (performance.now() - start) / calls;
  return { variant, size, fft, repeats: Math.max(1, Math.round(roundMs / each)), times: [] };
}

const variants = [{ relaxed: false, shared: false }];
if (hasRelaxedSimd()) variants.push({ relaxed: true, shared: false });
const runs = variants.flatMap((variant) => sizes.map((size) => prepare(variant, size)));
for (let round = 0; round < rounds; round++) {
  for (const { fft, repeats, times } of runs) {
    const start = performance.now();
    for (let i = 0; i < repeats; i++) fft.forward(fft.field);
    times.push((performance.now() - start) / repeats);
  }
}
console.log(`Node ${process.versions.node}, V8 ${process.versions.v8}, ${process.arch}`);
console.log("kernels  size  radices   median µs  GFLOP/s  best GFLOP/s");
for (const { variant, size, times } of runs) {
  times.sort((a, b) => a - b);
  const flops = 5 * size ** 2 * Math.log2(size ** 2);
  const rate = (ms) => (flops / ms / 1e6).toFixed(1);
  const median = times[Math.floor(times.length / 2)];
  console.log(
    [
      (variant.relaxed ? "relaxed" : "simd").padEnd(7),
      String(size).padStart(5),
      ` ${planFft(size).radices.join("·").padEnd(9)}`,
      (1000 * median).toFixed(2).padStart(8),
      rate(median).padStart(8),
      rate(times[0]).padStart(13),
    ].join(" "),
  );
}
