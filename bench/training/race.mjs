// The racing network: two decoders behind one encoder, no skips, as in published physics-informed ptychography (Hoidn, Mishra
// & Mehta 2023, doi:10.1038/s41598-023-48351-7), 16 frames of 64 × 64. frame → modulus and phase → object · probe → transform
// → Poisson likelihood → Adam. 582,370 parameters for one frame per sample.

import { dftMatrix, forwardDft } from "../../dist/nn/fields/dft.js";
import { intensity, mapField, product } from "../../dist/nn/fields/field.js";
import { input } from "../../dist/nn/graph/tensor.js";
import { heDeviation, parameterInputs } from "../../dist/nn/models/parameters.js";
import { conv2d } from "../../dist/nn/ops/conv2d.js";
import { mean } from "../../dist/nn/ops/mean.js";
import { subtract } from "../../dist/nn/ops/subtract.js";
import { expand } from "../../dist/nn/ops/expand.js";
import { maxPool2 } from "../../dist/nn/ops/max-pool2.js";
import { multiply } from "../../dist/nn/ops/multiply.js";
import { reshape } from "../../dist/nn/ops/reshape.js";
import { cosine, log, offset, relu, scale, sigmoid, sine, tanh } from "../../dist/nn/ops/unary.js";
import { upsample2 } from "../../dist/nn/ops/upsample2.js";
import { adam } from "../../dist/nn/optim/adam.js";
import { descend } from "../../dist/nn/optim/descend.js";
import { chain } from "../../dist/nn/optim/transform.js";
import { draws } from "./draws.mjs";

const [batch, size] = [16, 64];
const widths = [32, 64, 128];

/** Name, in channels, out channels; the order is PyTorch's. */
function layers() {
  const encoder = [1, ...widths].slice(0, -1).flatMap((from, i) => [
    [`encoder.${2 * i}`, from, widths[i]],
    [`encoder.${2 * i + 1}`, widths[i], widths[i]],
  ]);
  const decoder = (name) => [
    [`${name}.0`, 128, 64],
    [`${name}.1`, 64, 64],
    [`${name}.2`, 64, 32],
    [`${name}.3`, 32, 32],
    [`${name}.4`, 32, 32],
    [`${name}.5`, 32, 1],
  ];
  return [...encoder, ...decoder("modulus"), ...decoder("phase")];
}

const specs = layers().flatMap(([name, from, to]) => [
  { name: `${name}.weight`, shape: [to, from, 3, 3], deviation: heDeviation(9 * from) },
  { name: `${name}.bias`, shape: [to], deviation: 0.01 },
]);

function network(x, parameters) {
  const convolve = (name, from) => conv2d(from, parameters[`${name}.weight`], parameters[`${name}.bias`]);
  let at = x;
  for (let level = 0; level < 3; level++) {
    for (const half of [0, 1]) at = relu(convolve(`encoder.${2 * level + half}`, at));
    at = maxPool2(at);
  }
  const decoded = (name) => {
    let now = at;
    for (let level = 0; level < 3; level++) {
      now = relu(convolve(`${name}.${2 * level}`, upsample2(now)));
      now = convolve(`${name}.${2 * level + 1}`, now);
      if (level < 2) now = relu(now);
    }
    return now;
  };
  return { modulus: sigmoid(decoded("modulus")), phase: scale(tanh(decoded("phase")), Math.PI) };
}

export function race() {
  const parameters = parameterInputs(specs);
  const images = [batch, size, size];
  const outputs = network(input("frames", [batch, 1, size, size]), parameters);
  const [modulus, phase] = [outputs.modulus, outputs.phase].map((part) => reshape(part, images));
  const object = { re: multiply(modulus, cosine(phase)), im: multiply(modulus, sine(phase)) };
  const probe = {
    re: input("probe.re", [1, size, size]),
    im: input("probe.im", [1, size, size]),
  };
  const wave = product(
    mapField(probe, (part) => expand(part, images)),
    object,
  );
  const expected = offset(scale(intensity(forwardDft(wave, dftMatrix(size))), 5), 0.05);
  const likelihood = subtract(expected, multiply(input("counts", images), log(expected)));
  const { normal, counts } = draws(7);
  return {
    name: "race",
    specs,
    parameters,
    outputs,
    loss: mean(likelihood, [0, 1, 2]),
    optimiser: chain(adam(), descend()),
    rate: 1e-4,
    data: {
      frames: { shape: [batch, 1, size, size], data: normal(batch * size * size) },
      "probe.re": { shape: [1, size, size], data: normal(size * size) },
      "probe.im": { shape: [1, size, size], data: normal(size * size) },
      counts: { shape: images, data: counts(batch * size * size, 5) },
    },
  };
}
