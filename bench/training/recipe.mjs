// The recipe's step: groups of 12 frames, six gradient steps inside of the graph, two U-Nets with the physics between them,
// Anscombe loss of both, AdamW behind a clip (src/nn/models/group-model.ts). 606,820 parameters, 4 groups.

import { totalIntensity } from "../../dist/nn/fields/scattering.js";
import { input } from "../../dist/nn/graph/tensor.js";
import { groupModel } from "../../dist/nn/models/group-model.js";
import { parameterInputs } from "../../dist/nn/models/parameters.js";
import { add } from "../../dist/nn/ops/add.js";
import { mean } from "../../dist/nn/ops/mean.js";
import { subtract } from "../../dist/nn/ops/subtract.js";
import { offset, scale, sqrt, square } from "../../dist/nn/ops/unary.js";
import { adam } from "../../dist/nn/optim/adam.js";
import { descend, weightDecay } from "../../dist/nn/optim/descend.js";
import { clipByGlobalNorm } from "../../dist/nn/optim/global-norm.js";
import { chain } from "../../dist/nn/optim/transform.js";
import { draws } from "./draws.mjs";

const [groups, framesPerGroup, sizePx, canvasPx, regionPx] = [4, 12, 64, 88, 64];
const dosePhotons = 1e4;

export function recipe() {
  const model = groupModel({
    sizePx,
    framesPerGroup,
    canvasPx,
    regionPx,
    steps: 6,
    stages: 2,
    damping: 0.3,
    output: "additive",
    trainedProbeModes: 0,
    widths: [16, 32, 64],
  });
  const parameters = parameterInputs(model.specs);
  const frames = [groups * framesPerGroup, sizePx, sizePx];
  const probe = { re: input("probe.re", [1, sizePx, sizePx]), im: input("probe.im", [1, sizePx, sizePx]) };
  const feeds = {
    amplitudes: input("amplitudes", frames),
    top: input("top", [groups, framesPerGroup]),
    left: input("left", [groups, framesPerGroup]),
    probe,
  };
  const { object, spectra } = model.apply(feeds, parameters);
  const counts = input("counts", frames);
  const root = (n) => sqrt(offset(n, 3 / 8));
  const lossOf = (modes) => {
    const expected = scale(totalIntensity(modes), dosePhotons);
    return mean(square(subtract(root(expected), root(counts))), [0, 1, 2]);
  };
  const [, first, last] = spectra;
  return {
    name: "recipe",
    specs: model.specs,
    parameters,
    outputs: { re: object.re, im: object.im },
    loss: add(lossOf(last), scale(lossOf(first), 0.3)),
    optimiser: chain(clipByGlobalNorm(1), adam(), weightDecay(1e-4), descend()),
    rate: 1e-4,
    data: data(),
  };
}

/** Frames like those of a flat object, with noise: what they show does not matter, only that no modulus is all rounding. */
function data() {
  const { uniform } = draws(11);
  const pixels = sizePx * sizePx;
  const count = groups * framesPerGroup;
  const place = () => Float32Array.from({ length: count }, () => Math.floor(25 * uniform()));
  const probe = [new Float32Array(pixels), new Float32Array(pixels)];
  for (let i = 0; i < pixels; i++) {
    const [x, y] = [(i % sizePx) - sizePx / 2, Math.floor(i / sizePx) - sizePx / 2];
    const r2 = (x * x + y * y) / 200;
    probe[0][i] = 0.06 * Math.exp(-r2) * Math.cos(5 * r2);
    probe[1][i] = 0.06 * Math.exp(-r2) * Math.sin(5 * r2);
  }
  const frame = powerOf(probe);
  const counts = Float32Array.from({ length: count * pixels }, (_, i) =>
    Math.floor(dosePhotons * frame[i % pixels] * (0.5 + uniform()) + uniform()),
  );
  const shape = [count, sizePx, sizePx];
  return {
    counts: { shape, data: counts },
    amplitudes: { shape, data: counts.map((n) => Math.sqrt(n / dosePhotons)) },
    top: { shape: [groups, framesPerGroup], data: place() },
    left: { shape: [groups, framesPerGroup], data: place() },
    "probe.re": { shape: [1, sizePx, sizePx], data: probe[0] },
    "probe.im": { shape: [1, sizePx, sizePx], data: probe[1] },
  };
}

/** |F p|² of a probe that is the same in rows and columns, DC in the middle. */
function powerOf([re, im]) {
  let field = [Float64Array.from(re), Float64Array.from(im)];
  // Along rows, turned, and again.
  for (let pass = 0; pass < 2; pass++) {
    const next = [new Float64Array(re.length), new Float64Array(re.length)];
    for (let row = 0; row < sizePx; row++) {
      for (let k = 0; k < sizePx; k++) {
        let [a, b] = [0, 0];
        for (let x = 0; x < sizePx; x++) {
          const angle = (-2 * Math.PI * (k - sizePx / 2) * x) / sizePx;
          const [c, s] = [Math.cos(angle), Math.sin(angle)];
          const [u, v] = [field[0][row * sizePx + x], field[1][row * sizePx + x]];
          a += u * c - v * s;
          b += u * s + v * c;
        }
        next[0][k * sizePx + row] = a / Math.sqrt(sizePx);
        next[1][k * sizePx + row] = b / Math.sqrt(sizePx);
      }
    }
    field = next;
  }
  return field[0].map((a, i) => a * a + field[1][i] ** 2);
}
