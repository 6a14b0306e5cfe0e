// Amplitude and phase become pixels as their colour map says, bad and masked pixels apart.

import { describe, expect, test } from "vitest";
import type { ComplexImage } from "../array/ndarray.ts";
import { badPixelRgb } from "./colormap.ts";
import {
  amplitudeImage,
  fullCircle,
  phaseImage,
  renderAmplitudePng,
  renderPhasePng,
  toRgba,
} from "./images.ts";

const row = (...values: [number, number][]): ComplexImage => ({
  height: 1,
  width: values.length,
  data: Float32Array.from(values.flat()),
});
const polar = (phase: number): [number, number] => [Math.cos(phase), Math.sin(phase)];

describe("amplitudeImage", () => {
  test("maps min to black and max to white and clips beyond, whatever the phase", () => {
    const rgba = toRgba(amplitudeImage(row([0, 0.2], [-1, 0], [0, -9]), { min: 0.2, max: 1 }));
    expect([...rgba]).toEqual([0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255]);
  });

  test("shows a value that is not finite in the bad-pixel colour, and a masked one not at all", () => {
    const rgba = toRgba(amplitudeImage(row([Number.NaN, 0], [1, 0]), { min: 0, max: 1 }, [1, 0]));
    expect([...rgba.subarray(0, 4)]).toEqual([...badPixelRgb, 255]);
    expect(rgba[7]).toBe(0);
  });

  test("refuses an empty range and a mask of another size", () => {
    expect(() => amplitudeImage(row([1, 0]), { min: 1, max: 1 })).toThrow(/max above min/);
    expect(() => amplitudeImage(row([1, 0]), { min: 0, max: 1 }, [1, 1])).toThrow(/mask/);
  });
});

describe("phaseImage", () => {
  test("gives -π and π the same colour to within one step of the table", () => {
    const [a, b] = [toRgba(phaseImage(row(polar(-3.1415)))), toRgba(phaseImage(row(polar(3.1415))))];
    for (let c = 0; c < 3; c++) expect(Math.abs(a[c]! - b[c]!)).toBeLessThan(6);
  });

  test("does not depend on amplitude or on a whole turn", () => {
    expect(toRgba(phaseImage(row([0.3, 0.4])))).toEqual(toRgba(phaseImage(row([3, 4]))));
    const turned = { centerRad: 1 + 2 * Math.PI, spanRad: fullCircle.spanRad };
    expect(phaseImage(row(polar(2.3)), turned).data).toEqual(phaseImage(row(polar(1.3))).data);
  });

  test("with a smaller span clips what lies beyond it and keeps its centre", () => {
    const narrow = { centerRad: 0.5, spanRad: 1 };
    expect(phaseImage(row(polar(0.5)), narrow).data).toEqual(phaseImage(row(polar(0))).data);
    expect(phaseImage(row(polar(1.2)), narrow).data).toEqual(phaseImage(row(polar(2)), narrow).data);
  });

  test("refuses more than one turn", () => {
    expect(() => phaseImage(row([1, 0]), { centerRad: 0, spanRad: 7 })).toThrow(/one turn/);
  });
});

test("the PNG renderers give the same bytes twice", () => {
  const image = row([1, 0], [0, 1], [0.5, 0.5]);
  expect(renderAmplitudePng(image, { min: 0, max: 1 })).toEqual(
    renderAmplitudePng(image, { min: 0, max: 1 }),
  );
  expect(renderPhasePng(image)).toEqual(renderPhasePng(image));
});
