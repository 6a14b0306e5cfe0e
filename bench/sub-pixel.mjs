// What positions between pixels cost a visit: copies at whole pixels, bilinear patches, patches shifted in Fourier space.
// Processor time of one thread, best of many short epochs: a busy machine stretches the clock. Usage: npm run build &&
// node bench/sub-pixel.mjs

import { pathToFileURL } from "node:url";
import { openBackend } from "../dist/compute/node.js";
import { iterate } from "../dist/engines/iterate.js";
import { prepareEngine } from "../dist/engines/prepare.js";
import { randomProblem, table } from "./lib.mjs";

const rounds = 5;
const epochs = 20;

/** The same scan, half a pixel or less off its whole positions. */
function betweenPixels({ positions: { x, y }, size, objectWidth, ...rest }) {
  const off = (turn) => (position, j) => {
    const moved = position + 0.49 * Math.sin(turn * j + 1);
    return Math.min(objectWidth - size / 2, Math.max(size / 2, moved));
  };
  return { ...rest, size, objectWidth, positions: { x: x.map(off(3.7)), y: y.map(off(2.3)) } };
}

/** Microseconds of processor time of the best epoch. */
function bestEpoch(engine, problem) {
  const [link] = prepareEngine(engine, { prior: "none", epochs, probeStartEpoch: 0 }).links;
  const run = iterate(link.engine, link.options, problem, {
    backend: openBackend({ kernels: "simd" }),
    seed: 1,
  });
  let best = Infinity;
  try {
    for (let i = 0; i < epochs; i++) {
      const start = process.cpuUsage();
      run.step();
      const { user, system } = process.cpuUsage(start);
      best = Math.min(best, user + system);
    }
  } finally {
    run.dispose();
  }
  return best;
}

export function subPixelCosts() {
  const rows = [];
  for (const [engine, size, modes] of [
    ["rpie", 64, 1],
    ["rpie", 128, 1],
    ["rpie", 256, 1],
    ["rpie", 128, 3],
    ["lsqml", 128, 1],
    ["lsqml", 128, 3],
  ]) {
    const frames = Math.round(40 * (128 / size) ** 2);
    const whole = randomProblem({ size, frames, side: 4 * size, modes });
    const between = betweenPixels(whole);
    const cases = [whole, { ...between, subPixel: "bilinear" }, { ...between, subPixel: "fourier" }];
    const best = cases.map(() => Infinity);
    for (let round = 0; round < rounds; round++) {
      cases.forEach((problem, i) => (best[i] = Math.min(best[i], bestEpoch(engine, problem))));
    }
    const [copy, bilinear, fourier] = best.map((time) => time / frames);
    const times = [copy, bilinear, fourier].map((time) => time.toFixed(0));
    rows.push([engine, size, modes, ...times, `${(fourier / bilinear).toFixed(2)}×`]);
  }
  const head = [
    "engine",
    "N",
    "modes",
    "whole pixels, µs per visit",
    "bilinear, µs",
    "Fourier, µs",
    "Fourier to bilinear",
  ];
  return table(head, rows);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) console.log(subPixelCosts());
