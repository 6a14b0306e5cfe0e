// The earlier study's network: its figures, its shapes, and what was mended in it.

import { beforeAll, describe, expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { expectedCounts, measurementLoss } from "../fields/loss.ts";
import { spectra, totalIntensity } from "../fields/scattering.ts";
import { gradients } from "../graph/differentiate.ts";
import { evaluate } from "../graph/evaluate.ts";
import { elementCount } from "../graph/shape.ts";
import { input } from "../graph/tensor.ts";
import { toOnnx } from "../onnx/to-onnx.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { groupInputs } from "./canvas-network.ts";
import { initialise, parameterCount, parameterInputs } from "./parameters.ts";
import { referenceNetwork, referenceWidths, type ReferenceConfig } from "./reference-network.ts";

const wave = (length: number, step: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(step * i * i + i));

function config(sizePx: number, framesPerGroup: number): ReferenceConfig {
  return {
    sizePx,
    framesPerGroup,
    canvasPx: sizePx + 20,
    widths: referenceWidths(sizePx),
  };
}

/** A network of the same plan, small enough for float64. */
const tiny: ReferenceConfig = {
  sizePx: 16,
  framesPerGroup: 2,
  canvasPx: 20,
  widths: { encoder: [3, 4], decoder: [6], outer: 3 },
};

/** What `groups` groups of a tiny or a real network are fed. */
function fedOf({ sizePx, framesPerGroup, canvasPx }: ReferenceConfig, groups: number) {
  const frames = groups * framesPerGroup;
  const pixels = sizePx ** 2;
  const room = canvasPx - sizePx;
  return {
    amplitudes: wave(frames * pixels, 0.31).map((value) => Math.abs(value) / sizePx),
    top: wave(frames, 0.7).map((value) => (room * (1 + value)) / 2),
    left: wave(frames, 1.3).map((value) => (room * (1 + value)) / 2),
    "probe.re": Float32Array.from(
      { length: pixels },
      (_, i) => Math.exp(-(((i % sizePx) - sizePx / 2) ** 2) / 20) / sizePx,
    ),
    "probe.im": wave(pixels, 0.2).map((value) => (0.3 * value) / sizePx),
  };
}

describe("figures", () => {
  test.each([
    [128, 4, 4_667_056],
    [128, 1, 4_661_212],
    [64, 1, 2_331_772],
    [64, 4, 2_340_208],
  ])("N = %i with %i frames a group has %i parameters", (sizePx, frames, count) => {
    expect(parameterCount(referenceNetwork(config(sizePx, frames)).specs)).toBe(count);
  });

  test.each([64, 128, 256])("N = %i ends in 8×8×256 and comes back to N×N for each frame", (sizePx) => {
    const given = config(sizePx, 4);
    const { encoder } = given.widths;
    expect([sizePx / 2 ** encoder.length, encoder.at(-1)]).toEqual([8, 256]);
    const network = referenceNetwork(given);
    const inputs = groupInputs(network, { groups: 2, probeModes: 1 });
    const { object, light, corrections } = network.apply(inputs, parameterInputs(network.specs));
    expect(corrections.shape).toEqual([2, 8, sizePx, sizePx]);
    for (const part of [object.re, object.im, light])
      expect(part.shape).toEqual([2, sizePx + 20, sizePx + 20]);
  });

  test("there are no layers for other sizes", () => {
    expect(() => referenceWidths(32)).toThrow(expect.toSatisfy((error) => isDoselapError(error, "Range")));
  });

  test.each([
    [{ canvasPx: 12 }, "canvasPx"],
    [{ widths: { encoder: [3, 4], decoder: [4], outer: 3 } }, "widths.decoder"],
    [{ widths: { encoder: [3, 4], decoder: [8, 6], outer: 3 } }, "widths.decoder"],
    [{ sizePx: 18 }, "sizePx"],
  ])("%o is refused by name", (change, key) => {
    const faulty = expect.toSatisfy((error) => isDoselapError(error, "Range") && error.context.key === key);
    expect(() => referenceNetwork({ ...tiny, ...change })).toThrow(faulty);
  });
});

describe("the object", () => {
  const network = referenceNetwork(tiny);
  const inputs = groupInputs(network, { groups: 2, probeModes: 1 });
  const parameters = parameterInputs(network.specs);
  const output = network.apply(inputs, parameters);

  test("is a·e^{iφ}, not a + iφ, of the heads' answers", () => {
    const values = Object.fromEntries(
      network.specs.map(({ name, shape }) => [name, new Float32Array(elementCount(shape))]),
    );
    const [a, phi] = [0.7, 1.1];
    values["amplitude.inner.bias"]!.fill(Math.log(a / (1 - a)));
    values["phase.inner.bias"]!.fill(Math.atanh(phi / Math.PI));
    const placed = { ...fedOf(tiny, 2), top: [2, 2, 2, 2], left: [2, 2, 2, 2] };
    const [re, im] = evaluate([output.object.re, output.object.im], { ...placed, ...values });
    // The canvas's middle is the middle of every patch.
    const middle = 10 * 20 + 10;
    expect(re![middle]).toBeCloseTo(a * Math.cos(phi), 5);
    expect(im![middle]).toBeCloseTo(a * Math.sin(phi), 5);
    // Three pixels from the patch's rim the outer part answers, whose swish of 0 is 0.
    expect(re![5 * 20 + 5]).toBe(0);
  });

  test("sees frames upright, their amplitudes times N/2", () => {
    const { specs, apply } = referenceNetwork({ ...tiny, framesPerGroup: 1 });
    const one = groupInputs({ sizePx: 16, framesPerGroup: 1 }, { groups: 1, probeModes: 1 });
    const { corrections } = apply(one, parameterInputs(specs));
    const values = Object.fromEntries(
      specs.map(({ name, shape }) => [name, new Float32Array(elementCount(shape))]),
    );
    // A path of centre taps from the input to the amplitude's inner head.
    for (const name of ["encoder0.0", "encoder0.1", "encoder1.0", "encoder1.1", "amplitude.trunk0.0"])
      values[`${name}.weight`]![4] = 1;
    values["amplitude.trunk0.1.weight"]![4] = 1;
    values["amplitude.inner.weight"]![4] = 1;
    // Bright in the frame's row 1, column 9, and so stored in row 9, column 1.
    const frame = new Float32Array(256);
    frame[9 * 16 + 1] = 0.1;
    const fed = { ...fedOf({ ...tiny, framesPerGroup: 1 }, 1), amplitudes: frame };
    const [answer] = evaluate([corrections], { ...fed, ...values });
    const sigma = 1 / (1 + Math.exp(-8 * 0.1));
    const bright = [...answer!.keys()].filter((i) => i < 256 && Math.abs(answer![i]! - sigma) < 1e-6);
    // Pooled by 4 and painted into the central half: rows 0 … 3 of 16 become 4 … 5, columns 8 … 11 become 8 … 9.
    expect(bright).toEqual([4 * 16 + 8, 4 * 16 + 9, 5 * 16 + 8, 5 * 16 + 9]);
  });

  test("has the gradient that finite differences find, in every layer", () => {
    const counts = input("counts", [4, 16, 16]);
    const light = { dosePhotons: 500, backgroundPhotonsPerPx: 0.1 };
    const intensities = totalIntensity(spectra(output.object, output.sampler, output.illumination));
    const loss = measurementLoss("poisson", expectedCounts(intensities, light), counts);
    const fed: Record<string, Float64Array> = Object.fromEntries(
      Object.entries({
        ...fedOf(tiny, 2),
        counts: wave(1024, 0.9).map((value) => Math.floor(3 * value * value)),
        ...initialise(network.specs, 4),
      }).map(([name, data]) => [name, Float64Array.from(data)]),
    );
    // Biases of 0 would leave relus at their kink wherever a channel is 0.
    for (const { name } of network.specs) {
      if (name.endsWith("bias"))
        fed[name] = Float64Array.from(wave(fed[name]!.length, 0.4), (v) => 0.05 + 0.1 * v);
    }
    const slopes = evaluate(
      gradients(
        loss,
        network.specs.map(({ name }) => parameters[name]!),
      ),
      fed,
    );
    const step = 1e-5;
    let largest = 0;
    for (const [at, { name }] of network.specs.entries()) {
      const own = slopes[at]!;
      // The steepest weight of each layer.
      const weight = own.reduce((best, value, i) => (Math.abs(value) > Math.abs(own[best]!) ? i : best), 0);
      const moved = (by: number) => {
        const values = fed[name]!.slice();
        values[weight] = values[weight]! + by;
        return evaluate([loss], { ...fed, [name]: values })[0]![0]!;
      };
      const slope = (moved(step) - moved(-step)) / (2 * step);
      expect(Math.abs(slope), name).toBeGreaterThan(1e-7);
      // Central differences: 1e-10 times third derivatives, and 1e-16/1e-5 of rounding of a loss of order 1.
      expect(Math.abs(slope - own[weight]!), name).toBeLessThan(1e-9 + 1e-5 * Math.abs(slope));
      largest = Math.max(largest, Math.abs(slope));
    }
    expect(largest).toBeGreaterThan(1e-3);
  });
});

describe("the output of a group", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await openNodeRuntime();
  });

  test("depends on that group alone, in batches of any size", async () => {
    const given = config(64, 4);
    const network = referenceNetwork(given);
    const parameters = parameterInputs(network.specs);
    const values = initialise(network.specs, 2);
    const fed = fedOf(given, 5);
    const perGroup = { amplitudes: 4 * 64 * 64, top: 4, left: 4 } as const;

    async function answers(first: number, groups: number) {
      const { object, light } = network.apply(groupInputs(network, { groups, probeModes: 1 }), parameters);
      const bytes = toOnnx({ outputs: { re: object.re, im: object.im, light }, values });
      const session = await runtime.load(bytes, { threads: 1 });
      const feeds = session.inputNames.map((name) => {
        const data = fed[name as keyof typeof fed];
        const each = perGroup[name as keyof typeof perGroup] as number | undefined;
        const part = each === undefined ? data : data.subarray(first * each, (first + groups) * each);
        return [name, { shape: session.shapes.get(name)!, data: part }] as const;
      });
      const outputs = await session.run(Object.fromEntries(feeds));
      await session.release();
      return outputs;
    }
    const whole = await answers(0, 5);
    const split = [await answers(0, 2), await answers(2, 3)];
    for (const name of ["re", "im", "light"]) {
      const parts = split.flatMap((part) => Array.from(part[name]!));
      expect(parts).toHaveLength(whole[name]!.length);
      const largest = parts.reduce((max, value, i) => Math.max(max, Math.abs(value - whole[name]![i]!)), 0);
      expect(largest, name).toBeLessThan(1e-5);
    }
    // And groups differ, or the comparison would say nothing.
    const area = 84 * 84;
    const [a, b] = [whole["re"]!.subarray(0, area), whole["re"]!.subarray(area, 2 * area)];
    expect(Math.hypot(...a.map((value, i) => value - b[i]!))).toBeGreaterThan(0.1);
  });
});
