// A training step as one graph, with everything that a real one has: a network's correction of a flat object, patches under
// the probe, the transform, the loss, the gradient of every parameter, and Adam. What it is fed is drawn from a seed.

import { createRng, normal } from "../../src/math/random/rng.ts";
import { dftMatrix } from "../../src/nn/fields/dft.ts";
import { expectedCounts, measurementLoss } from "../../src/nn/fields/loss.ts";
import { sampler } from "../../src/nn/fields/patches.ts";
import { spectra, totalIntensity } from "../../src/nn/fields/scattering.ts";
import { elementCount, type Shape } from "../../src/nn/graph/shape.ts";
import { input, type Tensor } from "../../src/nn/graph/tensor.ts";
import { initialise, parameterInputs } from "../../src/nn/models/parameters.ts";
import { unet } from "../../src/nn/models/unet.ts";
import { multiply } from "../../src/nn/ops/multiply.ts";
import { pad2d } from "../../src/nn/ops/pad2d.ts";
import { reshape } from "../../src/nn/ops/reshape.ts";
import { slice } from "../../src/nn/ops/slice.ts";
import { cosine, offset, sine } from "../../src/nn/ops/unary.ts";
import { adam } from "../../src/nn/optim/adam.ts";
import { descend } from "../../src/nn/optim/descend.ts";
import { scalarValues, startValues, trainingStep, type TrainingStep } from "../../src/nn/optim/step.ts";
import { chain } from "../../src/nn/optim/transform.ts";
import type { Feeds } from "../../src/nn/runtime/runtime.ts";

export interface StepSize {
  /** B. */
  readonly tiles: number;
  /** C. */
  readonly framesPerTile: number;
  /** N. */
  readonly sizePx: number;
  /** S. */
  readonly tilePx: number;
  readonly widths: readonly number[];
}

export const smallStep: StepSize = { tiles: 2, framesPerTile: 2, sizePx: 16, tilePx: 16, widths: [4, 8] };

/** The step, and what its first run is fed. */
export function networkStep(size: StepSize): { readonly step: TrainingStep; readonly feeds: Feeds } {
  const { tiles, framesPerTile, sizePx, tilePx, widths } = size;
  const canvasPx = tilePx + 8;
  const network = unet("net", { inputs: 5, outputs: 2, widths });
  const parameters = parameterInputs(network.specs);
  const planes = input("planes", [tiles, 5, tilePx, tilePx]);
  const output = network.apply(planes, parameters);
  const margins = { top: 4, bottom: 4, left: 4, right: 4 };
  const [modulus, phase] = [0, 1].map((channel) =>
    pad2d(reshape(slice(output, 1, channel, channel + 1), [tiles, tilePx, tilePx]), margins),
  ) as [Tensor, Tensor];
  const length = offset(modulus, 1);
  const object = { re: multiply(length, cosine(phase)), im: multiply(length, sine(phase)) };
  const [top, left] = [input("top", [tiles, framesPerTile]), input("left", [tiles, framesPerTile])];
  const places = sampler(top, left, { groups: tiles, framesPerGroup: framesPerTile, sizePx, canvasPx });
  const probe = { re: input("probe.re", [1, sizePx, sizePx]), im: input("probe.im", [1, sizePx, sizePx]) };
  const intensities = totalIntensity(spectra(object, places, { probe, matrix: dftMatrix(sizePx) }));
  const counts = input("counts", [tiles * framesPerTile, sizePx, sizePx]);
  const light = { dosePhotons: 1000, backgroundPhotonsPerPx: 0.1 };
  const step = trainingStep({
    loss: measurementLoss("anscombe", expectedCounts(intensities, light), counts),
    parameters,
    optimiser: chain(adam(), descend()),
  });

  const start = startValues(step, initialise(network.specs, 5));
  const scalars = scalarValues(step, { step: 1, rate: 1e-3 });
  const room = (x: number) => (canvasPx - sizePx) / (1 + Math.exp(x));
  const feeds: Feeds = {
    ...Object.fromEntries(
      step.carried.map(({ input: name, shape }) => [name, { shape, data: start[name]! }]),
    ),
    ...Object.fromEntries(Object.entries(scalars).map(([name, data]) => [name, { shape: [], data }])),
    planes: drawn(planes.shape, 0, (x) => 0.3 * x),
    top: drawn(top.shape, 1, room),
    left: drawn(left.shape, 2, room),
    "probe.re": drawn(probe.re.shape, 3, (x) => (0.5 * x) / sizePx),
    "probe.im": drawn(probe.im.shape, 4, (x) => (0.5 * x) / sizePx),
    counts: drawn(counts.shape, 5, (x) => Math.floor(3 * x * x)),
  };
  return { step, feeds };
}

function drawn(shape: Shape, frame: number, map: (x: number) => number) {
  const rng = createRng(17, "network", { frame });
  return { shape, data: Float32Array.from({ length: elementCount(shape) }, () => map(normal(rng))) };
}
