// The forward model and the object gradient in the graph, against the compute kernels' plain twin.

import { expect, test } from "vitest";
import { openBackend } from "../../compute/node.ts";
import { smallProblem } from "../../../test/support/small-problem.ts";
import { gradientSteps } from "../physics/gradient-steps.ts";
import { evaluate } from "../graph/evaluate.ts";
import { filled, input } from "../graph/tensor.ts";
import { dftMatrix } from "./dft.ts";
import { sampler } from "./patches.ts";
import { objectGradient, probePower, spectra, totalIntensity } from "./scattering.ts";

const size = 16;

/** The small problem's first frames, on a canvas that is its whole object. */
function scene(modes: 1 | 2, frames: number) {
  const { problem, truth } = smallProblem({ modes });
  const pixels = size * size;
  const counts = new Float64Array(frames * pixels);
  for (let j = 0; j < frames; j++) {
    for (let i = 0; i < pixels; i++) {
      const transposed = (i % size) * size + Math.floor(i / size);
      counts[j * pixels + transposed] = problem.diffraction[j * pixels + i]! ** 2;
    }
  }
  const part = (data: ArrayLike<number>, odd: 0 | 1) =>
    Float64Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + odd]!);
  const feeds = {
    top: problem.positions.y.subarray(0, frames).map((y) => y - size / 2),
    left: problem.positions.x.subarray(0, frames).map((x) => x - size / 2),
    probeRe: part(problem.probe, 0),
    probeIm: part(problem.probe, 1),
    amplitudes: counts.map(Math.sqrt),
    re: part(truth.data, 0),
    im: part(truth.data, 1),
  };
  const side = truth.width;
  const shape = { groups: 1, framesPerGroup: frames, sizePx: size, canvasPx: side };
  const places = sampler(input("top", [1, frames]), input("left", [1, frames]), shape);
  const probe = { re: input("probeRe", [modes, size, size]), im: input("probeIm", [modes, size, size]) };
  return { problem, counts, feeds, places, side, illumination: { probe, matrix: dftMatrix(size) } };
}

test.each([1, 2] as const)("intensities with %i probe modes are the frames of the problem", (modes) => {
  const { counts, feeds, places, side, illumination } = scene(modes, 4);
  const object = { re: input("re", [1, side, side]), im: input("im", [1, side, side]) };
  const [intensity] = evaluate([totalIntensity(spectra(object, places, illumination))], feeds);
  // The frames went through float32 amplitudes.
  intensity!.forEach((value, i) =>
    expect(Math.abs(value - counts[i]!)).toBeLessThan(1e-4 + 1e-5 * counts[i]!),
  );
});

test.each([
  { modes: 1, masked: false },
  { modes: 2, masked: false },
  { modes: 2, masked: true },
] as const)("the gradient at a flat object is the kernels' ($modes modes, masked: $masked)", (given) => {
  const { modes, masked } = given;
  const frames = 5;
  const { problem, feeds, places, side, illumination } = scene(modes, frames);
  const mask = Uint8Array.from({ length: size * size }, (_, i) => (masked && i % 5 === 0 ? 1 : 0));
  const amplitudes = feeds.amplitudes.map((value, i) => {
    const pixel = i % (size * size);
    return mask[(pixel % size) * size + Math.floor(pixel / size)] === 0 ? value : -1;
  });
  const { pull, light } = gradientSteps(
    {
      ...problem,
      frames,
      mask,
      diffraction: problem.diffraction.subarray(0, frames * size * size),
      positions: { x: problem.positions.x.slice(0, frames), y: problem.positions.y.slice(0, frames) },
    },
    { backend: openBackend({ kernels: "reference" }), steps: 0, damping: 1 },
  );
  const brightest = light.reduce((a, b) => Math.max(a, b));
  const flat = { re: filled([1, side, side], 1), im: filled([1, side, side], 0) };
  const gradient = objectGradient(
    spectra(flat, places, illumination),
    places,
    input("amplitudes", [frames, size, size]),
    { ...illumination, masked },
  );
  const [re, im] = evaluate([gradient.re, gradient.im], { ...feeds, amplitudes });
  const largest = re!.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  // float32 frames and kernels against float64.
  for (const [i, value] of re!.entries()) {
    expect(Math.abs(value - pull[2 * i]! * brightest)).toBeLessThan(1e-4 * largest);
    expect(Math.abs(im![i]! - pull[2 * i + 1]! * brightest)).toBeLessThan(1e-4 * largest);
  }
});

test("the power of a probe is that of all its modes", () => {
  const { problem, feeds, illumination } = scene(2, 1);
  const [power] = evaluate([probePower(illumination.probe)], feeds);
  power!.forEach((value, i) => {
    let sum = 0;
    for (let m = 0; m < 2; m++) {
      const at = 2 * (m * size * size + i);
      sum += problem.probe[at]! ** 2 + problem.probe[at + 1]! ** 2;
    }
    expect(value).toBeCloseTo(sum, 6);
  });
});
