// What the benchmarks share: a problem of given size, a timed run of an engine, medians, Markdown tables.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { openBackend } from "../dist/compute/node.js";
import { iterate } from "../dist/engines/iterate.js";
import { prepareEngine } from "../dist/engines/prepare.js";

/** Random frames of a scan at whole positions in an object of `side` px: timing needs no truth. */
export function randomProblem({ size, frames, side, modes = 1, mean = 5 }) {
  let state = 12345;
  const random = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
  const pixels = size * size;
  const diffraction = new Float32Array(frames * pixels);
  for (let i = 0; i < diffraction.length; i++) diffraction[i] = Math.sqrt(Math.floor(2 * mean * random()));
  const probe = new Float32Array(2 * modes * pixels);
  for (let i = 0; i < probe.length; i += 2) {
    const x = ((i / 2) % size) - size / 2;
    const y = (Math.floor(i / 2 / size) % size) - size / 2;
    probe[i] = Math.exp(-(x * x + y * y) / (size * size * 0.02)) * (1 + 0.1 * random());
    probe[i + 1] = 0.1 * random() * probe[i];
  }
  const power = probe.reduce((sum, value) => sum + value * value, 0);
  const scale = Math.sqrt((mean * pixels) / power);
  const at = () => size / 2 + Math.floor((side - size) * random());
  return {
    frames,
    size,
    diffraction,
    positions: {
      x: Float64Array.from({ length: frames }, at),
      y: Float64Array.from({ length: frames }, at),
    },
    probe: probe.map((value) => value * scale),
    probeModes: modes,
    objectHeight: side,
    objectWidth: side,
  };
}

/** Milliseconds of each of `epochs` epochs after two that warm up. */
export function timeEpochs(spec, options, problem, { kernels = "simd", threads = 1, epochs = 8 } = {}) {
  const [link] = prepareEngine(spec, { prior: "none", epochs: epochs + 2, ...options }).links;
  const backend = openBackend({ kernels, threads });
  const run = iterate(link.engine, link.options, problem, { backend, seed: 1 });
  const times = [];
  try {
    for (let i = 0; i < epochs + 2; i++) {
      const start = performance.now();
      run.step();
      if (i >= 2) times.push(performance.now() - start);
    }
  } finally {
    run.dispose();
  }
  return times;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

export function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Output of a program, or undefined when it is not there or fails. */
export function tryRun(command, args, options = {}) {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], ...options });
  } catch {
    return undefined;
  }
}

export function machine() {
  const cpu = /model name\s*:\s*(.*)/.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1] ?? process.arch;
  return `${cpu}, ${process.platform}, Node ${process.versions.node} (V8 ${process.versions.v8})`;
}

/** Prints results and writes them into docs/benchmarks.md, between the markers of this name. */
export function publish(name, results) {
  const page = new URL("../docs/benchmarks.md", import.meta.url).pathname;
  const [begin, end] = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
  const text = readFileSync(page, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/benchmarks.md has no ${begin} … ${end}`);
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${results}\n\n${text.slice(to)}`);
  console.log(results);
}
