// Each step of preparation finds what was put into a recorded scan: bad pixels exactly, the centre to half a pixel, the gain,
// and no count is lost by cropping and binning.

import { describe, expect, test } from "vitest";
import { countsOf, rawScan, uniform, type RecordedScan } from "../../test/support/raw-scan.ts";
import { findBadPixels } from "./bad-pixels.ts";
import { findCentre } from "./centre.ts";
import { planCrop } from "./crop.ts";
import { toLight } from "./light.ts";
import { surveyFrames, type Survey, type SurveyOptions } from "./survey.ts";

function survey(recorded: RecordedScan, options?: SurveyOptions): Promise<Survey> {
  return surveyFrames("scan.h5", rawScan(recorded).frames!, options);
}

/** A round spot of light about a centre, counts. */
function spot(cx: number, cy: number, { peak = 200, radius = 6, gain = 1, seed = 1 } = {}) {
  const next = uniform(seed);
  return (_m: number, y: number, x: number): number =>
    gain * countsOf(peak * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius ** 2)), next);
}

describe("the survey", () => {
  test("has the mean, the variance and the largest value of every pixel", async () => {
    const { mean, variance, max, isWhole, smallest, negatives } = await survey({
      height: 2,
      width: 3,
      frames: 2,
      valueAt: (m, y, x) => 10 * y + x + 4 * m,
    });
    expect([...mean]).toEqual([2, 3, 4, 12, 13, 14]);
    expect([...variance]).toEqual([4, 4, 4, 4, 4, 4]);
    expect([...max]).toEqual([4, 5, 6, 14, 15, 16]);
    expect({ isWhole, smallest, negatives }).toEqual({ isWhole: true, smallest: 1, negatives: 0 });
  });

  test.each([
    ["the largest number of its type in one frame", "uint16", (m: number) => (m === 1 ? 65_535 : 3)],
    ["the largest number of its type in one frame", "uint32", (m: number) => (m === 0 ? 2 ** 32 - 1 : 3)],
    ["a negative integer in all frames", "int32", () => -2],
    ["NaN in all frames", "float32", () => NaN],
  ] as const)("leaves out a pixel with %s (%s)", async (_, dtype, marker) => {
    const { unmeasured, mean, negatives, histogram } = await survey({
      height: 3,
      width: 3,
      frames: 3,
      dtype,
      valueAt: (m, y, x) => (x === 1 && y === 2 ? marker(m) : 5),
    });
    expect([...unmeasured]).toEqual([0, 0, 0, 0, 0, 0, 0, 1, 0]);
    expect(mean[7]).toBe(0);
    expect(negatives).toBe(0);
    expect(histogram[5]).toBe(24);
  });

  test("counts values below 0 of pixels that do measure, and takes them as 0", async () => {
    const { mean, negatives, unmeasured } = await survey({
      height: 1,
      width: 2,
      frames: 4,
      dtype: "float32",
      valueAt: (m, _y, x) => (x === 0 && m === 0 ? -4 : 4),
    });
    expect([...mean]).toEqual([3, 4]);
    expect(negatives).toBe(1);
    expect(unmeasured.every((value) => value === 0)).toBe(true);
  });

  test("refuses NaN in some frames of a pixel, with its place, unless the pixel is known to be bad", async () => {
    const recorded: RecordedScan = {
      height: 2,
      width: 4,
      frames: 3,
      dtype: "float32",
      valueAt: (m, y, x) => (m === 2 && y === 1 && x === 3 ? NaN : 1),
    };
    await expect(survey(recorded)).rejects.toMatchObject({
      _tag: "Contract",
      context: {
        key: "/data",
        got: "NaN in frame 2, pixel (1, 3)",
        hint: expect.stringContaining("--mask") as unknown,
      },
    });
    const bad = new Uint8Array(8);
    bad[7] = 1;
    expect((await survey(recorded, { bad })).mean[0]).toBe(1);
  });

  test("refuses frames of zeros, and frames whose only light is in bad pixels", async () => {
    const empty = { height: 2, width: 2, frames: 3, valueAt: () => 0 };
    await expect(survey(empty)).rejects.toThrow(/all frames are empty/u);
    const one = { ...empty, valueAt: (_m: number, y: number, x: number) => (x + y === 0 ? 9 : 0) };
    await expect(survey(one, { bad: Uint8Array.of(1, 0, 0, 0) })).rejects.toThrow(/all frames are empty/u);
  });

  test("stops when it is told to", async () => {
    const signal = AbortSignal.abort();
    const recorded = { height: 2, width: 2, frames: 1, valueAt: () => 1 };
    await expect(survey(recorded, { signal })).rejects.toMatchObject({ _tag: "Interrupted" });
  });
});

test("light is the square of amplitudes, less the dark, over the flat", () => {
  const values = Float64Array.from([3, Math.fround(Math.sqrt(7)), 5, 1]);
  toLight(values, 2, { domain: "amplitude", dark: Float64Array.of(1, 2), flat: Float64Array.of(2, 0.5) });
  expect([...values]).toEqual([4, 10, 12, -2]);
});

describe("bad pixels", () => {
  const light = spot(20, 17, { peak: 30 });
  const places = { hot: [70, 400, 401, 1023], dead: [17 * 32 + 20, 16 * 32 + 15] };

  test("are found exactly: hot ones of any place, dead ones where there is light", async () => {
    const found = findBadPixels(
      await survey({
        height: 32,
        width: 32,
        frames: 20,
        valueAt(m, y, x) {
          const i = 32 * y + x;
          return places.hot.includes(i) ? 900 + m : places.dead.includes(i) ? 0 : light(m, y, x);
        },
      }),
      1,
    );
    const where = [...found.mask.entries()].filter(([, value]) => value !== 0).map(([i]) => i);
    expect(where).toEqual([...places.hot, ...places.dead].toSorted((a, b) => a - b));
    expect(found).toMatchObject({ hot: 4, dead: 2 });
  });

  test.each([1, 40])("are none in sparse light at %d units per photon", async (gain) => {
    const next = uniform(5);
    const looked = await survey({
      height: 48,
      width: 48,
      frames: 200,
      valueAt: () => gain * countsOf(0.003, next),
    });
    expect(findBadPixels(looked, gain)).toMatchObject({ hot: 0, dead: 0 });
  });
});

describe("the centre", () => {
  test.each([
    [64, 64, 30.3, 35.8],
    [33, 47, 21, 12.4],
    [65, 65, 32, 32],
  ])("of a spot on %d × %d pixels is found to half a pixel", async (height, width, cx, cy) => {
    const centre = findCentre(await survey({ height, width, frames: 10, valueAt: spot(cx, cy) }));
    expect(centre.dc).toBe("center");
    expect(Math.abs(centre.x - cx)).toBeLessThan(0.5);
    expect(Math.abs(centre.y - cy)).toBeLessThan(0.5);
  });

  test("is not moved by hot pixels that are known", async () => {
    const light = spot(20, 20);
    const looked = await survey({
      height: 48,
      width: 48,
      frames: 10,
      valueAt: (m, y, x) => (x === 45 && y === 3 ? 1e6 : light(m, y, x)),
    });
    const bad = new Uint8Array(48 * 48);
    bad[3 * 48 + 45] = 1;
    expect(Math.hypot(findCentre(looked, { bad }).x - 20, findCentre(looked, { bad }).y - 20)).toBeLessThan(
      0.5,
    );
    expect(findCentre(looked).x).toBeGreaterThan(44);
  });

  test("of a pattern in FFT order is [0, 0], and told to be in the corners", async () => {
    const wrapped = spot(0, 0);
    const near = (at: number): number => (at < 20 ? at : at - 40);
    const looked = await survey({
      height: 40,
      width: 40,
      frames: 5,
      valueAt: (m, y, x) => wrapped(m, near(y), near(x)),
    });
    expect(findCentre(looked)).toMatchObject({ x: 0, y: 0, dc: "corner" });
    expect(findCentre(looked, { dc: "center" })).toMatchObject({ dc: "center" });
  });

  test("of a spot that runs over one corner stays there", async () => {
    const looked = await survey({ height: 40, width: 40, frames: 5, valueAt: spot(1, 1) });
    expect(findCentre(looked).dc).toBe("center");
  });

  test("is refused when every pixel with light is bad", async () => {
    const looked = await survey({ height: 8, width: 8, frames: 1, valueAt: () => 1 });
    expect(() => findCentre(looked, { bad: new Uint8Array(64).fill(1) })).toThrow(/no pixel that measures/u);
  });
});
describe("the crop", () => {
  const [height, width] = [20, 26];
  const frame = Float64Array.from({ length: height * width }, (_, i) => (i % 17) + 1);
  const none = new Uint8Array(height * width);
  const sumOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);

  test.each([1, 2])("binned by %d keeps every count of its part of the detector", (bin) => {
    const crop = planCrop({
      height,
      width,
      sizePx: 16 / bin,
      bin,
      centre: { x: 12, y: 9, dc: "center" },
      bad: none,
      aduPerPhoton: 4,
    });
    const out = new Float32Array((16 / bin) ** 2);
    crop.write(frame, out);
    let expected = 0;
    for (let y = crop.top; y < crop.top + 16; y++)
      for (let x = crop.left; x < crop.left + 16; x++) expected += frame[y * width + x]! / 4;
    // float32 roots.
    expect(sumOf(out) / expected).toBeCloseTo(1, 6);
    expect(crop.mask.every((value) => value === 0)).toBe(true);
  });

  test.each([1, 2, 3, 4])("puts the centre within half a binned pixel of N/2, binned by %d", (bin) => {
    const centre = { x: 13.2, y: 9.7, dc: "center" as const };
    const { left, top } = planCrop({ height, width, sizePx: 8, bin, centre, bad: none, aduPerPhoton: 1 });
    for (const [start, at] of [
      [left, centre.x],
      [top, centre.y],
    ] as const) {
      const binned = (at - start - (bin - 1) / 2) / bin;
      expect(Math.abs(binned - 4)).toBeLessThanOrEqual(0.5);
    }
  });

  test("outside of the detector, and at a bad pixel, measures nothing and says so in the mask", () => {
    const bad = none.slice();
    bad[3 * width + 5] = 1;
    const crop = planCrop({
      height,
      width,
      sizePx: 8,
      bin: 1,
      centre: { x: 2, y: 3, dc: "center" },
      bad,
      aduPerPhoton: 1,
    });
    const out = new Float32Array(64);
    crop.write(frame, out);
    // The crop begins at (−2, −1): two columns and one row are outside.
    expect(crop.outside).toBe(8 * 8 - 6 * 7);
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const lost = x < 2 || y < 1 || (x === 7 && y === 4);
        expect(crop.mask[8 * y + x]).toBe(lost ? 1 : 0);
        expect(out[8 * y + x]).toBe(lost ? 0 : Math.fround(Math.sqrt(frame[(y - 1) * width + x - 2]!)));
      }
    }
  });

  test("of a pattern in FFT order puts element [0, 0] at N/2 and the last before it", () => {
    const crop = planCrop({
      height: 20,
      width: 20,
      sizePx: 8,
      bin: 1,
      centre: { x: 0, y: 0, dc: "corner" },
      bad: new Uint8Array(400),
      aduPerPhoton: 1,
    });
    const out = new Float32Array(64);
    crop.write(
      Float64Array.from({ length: 400 }, (_, i) => i + 1),
      out,
    );
    expect([out[4 * 8 + 4]! ** 2, out[3 * 8 + 3]! ** 2].map(Math.round)).toEqual([1, 400]);
  });
});
