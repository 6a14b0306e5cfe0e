// The trained probe: nothing changes at zero, and training finds a probe that is off.

import { expect, test } from "vitest";
import { evaluate } from "../graph/evaluate.ts";
import { input } from "../graph/tensor.ts";
import { parameterInputs } from "./parameters.ts";
import { probeShiftSpecs, shiftedProbe, trainedProbe } from "./trained-probe.ts";

const given = { re: input("re", [2, 4, 4]), im: input("im", [2, 4, 4]) };
const wave = (step: number) => Float64Array.from({ length: 32 }, (_, i) => Math.sin(step * i));

test("a probe that is not trained is the given one", () => {
  expect(probeShiftSpecs(0, 4)).toEqual([]);
  expect(shiftedProbe(given, {})).toBe(given);
});

test("the shift is a tenth of 1/N per unit of its parameters, per mode and part", () => {
  const specs = probeShiftSpecs(2, 4);
  expect(specs.map(({ shape, deviation }) => ({ shape, deviation }))).toEqual([
    { shape: [2, 4, 4], deviation: 0 },
    { shape: [2, 4, 4], deviation: 0 },
  ]);
  const { re, im } = shiftedProbe(given, parameterInputs(specs));
  const feeds = { re: wave(0.3), im: wave(0.7), "probe.shift.re": wave(1.1), "probe.shift.im": wave(1.7) };
  const [gotRe, gotIm] = evaluate([re, im], feeds);
  gotRe!.forEach((value, i) =>
    expect(value).toBeCloseTo(feeds.re[i]! + 0.025 * feeds["probe.shift.re"][i]!, 9),
  );
  gotIm!.forEach((value, i) =>
    expect(value).toBeCloseTo(feeds.im[i]! + 0.025 * feeds["probe.shift.im"][i]!, 9),
  );
});

test("in a scan's own units it is the graph's probe times the root of the dose", () => {
  const shift = { "probe.shift.re": wave(1.1), "probe.shift.im": wave(1.7) };
  const parameters = {
    "probe.shift.re": Float32Array.from(shift["probe.shift.re"]),
    "probe.shift.im": Float32Array.from(shift["probe.shift.im"]),
  };
  const dosePhotons = 400;
  const probe = Float32Array.from({ length: 64 }, (_, i) => 20 * Math.cos(i));
  const part = (odd: 0 | 1) => Float64Array.from({ length: 32 }, (_, i) => probe[2 * i + odd]! / 20);
  const { re, im } = shiftedProbe(given, parameterInputs(probeShiftSpecs(2, 4)));
  const [wantedRe, wantedIm] = evaluate([re, im], { re: part(0), im: part(1), ...shift });
  trainedProbe(probe, parameters, { sizePx: 4, dosePhotons }).forEach((value, i) => {
    expect(value).toBeCloseTo(20 * (i % 2 === 0 ? wantedRe! : wantedIm!)[i >> 1]!, 4);
  });
  expect(trainedProbe(probe, {}, { sizePx: 4, dosePhotons })).toBe(probe);
});
