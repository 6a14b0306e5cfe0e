// Preparation as a whole gives back the scan that was recorded: counts, positions, pixel size and probe power; refuses what it
// cannot know, with the flags that state it.

import { describe, expect, test } from "vitest";
import { phantomScan } from "../../test/support/phantom-scan.ts";
import { rawScan, type RecordedScan } from "../../test/support/raw-scan.ts";
import { isDoselapError, type DoselapError } from "../errors.ts";
import { prepareScan } from "./prepare.ts";

const { dataset: truth } = phantomScan({ dosePhotons: 2e4, heightPx: 120, widthPx: 112 });
const counts = (m: number, y: number, x: number): number =>
  Math.round(truth.diffraction[(m * truth.size + y) * truth.size + x]! ** 2);

const [left, top, gain] = [9, 4, 5];
const hot = { y: 3, x: 80 };
/** The frames of the simulation on a larger detector, off its middle, with a gain, a dark frame and a hot pixel. */
const recorded: RecordedScan = {
  height: 75,
  width: 86,
  frames: truth.frames,
  dtype: "uint16",
  valueAt(m, y, x) {
    if (y === hot.y && x === hot.x) return 60_000;
    const [v, u] = [y - top, x - left];
    const isInside = v >= 0 && u >= 0 && v < truth.size && u < truth.size;
    return 100 + (isInside ? gain * counts(m, v, u) : 0);
  },
};
const dark = new Float64Array(75 * 86).fill(100);
const pixelM = 2e-8;
const positions = {
  x: truth.positions.x.map((value) => (value - 500) * pixelM),
  y: truth.positions.y.map((value) => -(value + 40) * pixelM),
  unit: "m" as const,
};
// λ z / (N p) = 20 nm.
const geometry = {
  wavelengthM: 1e-10,
  distanceM: 2e-8 * 64 * 5e-5 * 1e10,
  detectorPixelM: { x: 5e-5, y: 5e-5 },
};
const scan = rawScan(recorded, { positions, geometry });
const version = "0.0.0";

async function faultOf(promise: Promise<unknown>): Promise<DoselapError> {
  const fault = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!isDoselapError(fault)) throw new Error(`no DoselapError but ${String(fault)}`);
  return fault;
}

describe("a recorded scan", () => {
  test("keeps what the file states of the geometry, for the frames as they are now", async () => {
    const { dataset } = await prepareScan(scan, { dark, bin: 2, sizePx: 24, version });
    expect(dataset.metadata).toMatchObject({ ...geometry, detectorPixelM: 1e-4 });
    // λ z / (N p), with the binned pixel.
    const { wavelengthM, distanceM } = geometry;
    expect(dataset.metadata["pixelSizeM"]).toBeCloseTo((wavelengthM * distanceM) / (24 * 1e-4), 20);
  });

  test("comes back as it was simulated: counts, gain, hot pixel, pixel size, positions", async () => {
    const {
      dataset,
      gain: found,
      bad,
      crop,
      done,
      sampling,
    } = await prepareScan(scan, {
      version,
      dark,
      sizePx: 64,
      orientation: 2,
    });
    expect(found.aduPerPhoton).toBe(gain);
    expect(crop).toEqual({ left, top, side: 64 });
    expect([...bad.entries()].filter(([, value]) => value !== 0)).toEqual([[hot.y * 86 + hot.x, 1]]);
    for (let i = 0; i < dataset.diffraction.length; i += 97)
      expect(dataset.diffraction[i]).toBe(Math.fround(Math.sqrt(Math.round(truth.diffraction[i]! ** 2))));
    expect(sampling.pixelSizeM).toBeCloseTo(pixelM, 14);
    // The same scan but for where it lies in the object.
    const [dx, dy] = [
      dataset.positions.x[0]! - truth.positions.x[0]!,
      dataset.positions.y[0]! - truth.positions.y[0]!,
    ];
    truth.positions.x.forEach((x, m) => {
      expect(dataset.positions.x[m]! - x).toBeCloseTo(dx, 6);
      expect(dataset.positions.y[m]! - truth.positions.y[m]!).toBeCloseTo(dy, 6);
    });
    expect(done.join("\n")).toMatch(/dark frame is subtracted[\s\S]*1 hot and 0 dead/u);
    expect(dataset.mask).toBeUndefined();
  });

  test("has a start probe of the power of the counts, whose far field is the mean pattern's", async () => {
    const { dataset } = await prepareScan(scan, { version, dark, sizePx: 64 });
    const power = dataset.probe.data.reduce((sum, value) => sum + value * value, 0);
    const perFrame = dataset.diffraction.reduce((sum, value) => sum + value * value, 0) / dataset.frames;
    // float32 storage.
    expect(power / perFrame).toBeCloseTo(1, 5);
    expect(dataset.metadata["nphotons"]).toBeCloseTo(perFrame, 3);
  });

  test("whose file states amplitudes has the same counts", async () => {
    const amplitudes = rawScan(
      {
        ...recorded,
        height: 64,
        width: 64,
        dtype: "float32",
        valueAt: (m, y, x) => Math.fround(Math.sqrt(counts(m, y, x))),
      },
      { positions, geometry },
    );
    const { dataset, gain: found } = await prepareScan(
      { ...amplitudes, frames: { ...amplitudes.frames!, domain: "amplitude" } },
      { version, centre: { x: 32, y: 32 } },
    );
    expect(found.isCertain).toBe(true);
    expect(dataset.diffraction[64 * 32 + 32]! ** 2).toBeCloseTo(counts(0, 32, 32), 3);
  });

  test("binned has the same counts in fewer pixels, and larger detector pixels", async () => {
    const { dataset, sampling } = await prepareScan(scan, {
      version,
      dark,
      bin: 2,
      sizePx: 32,
      centre: { x: 41.5, y: 36.5 },
    });
    let [sum, expected] = [0, 0];
    for (let i = 0; i < 32 * 32; i++) sum += dataset.diffraction[i]! ** 2;
    for (let y = 0; y < 64; y++) for (let x = 0; x < 64; x++) expected += counts(0, y, x);
    expect(sum / expected).toBeCloseTo(1, 5);
    expect(sampling.pixelSizeM).toBeCloseTo(pixelM, 14);
  });
});

describe("what is bad", () => {
  test("a saturated pixel is masked by what was recorded, before the dark frame is subtracted", async () => {
    const { bad } = await prepareScan(scan, { version, dark, saturation: 60_000, findBadPixels: false });
    expect(bad[hot.y * 86 + hot.x]).toBe(1);
    expect(bad.reduce((sum, value) => sum + value, 0)).toBe(1);
  });

  test("a flat field of 0 masks its pixel", async () => {
    const flat = new Float64Array(75 * 86).fill(1);
    flat[0] = 0;
    const { bad } = await prepareScan(scan, { version, flat, findBadPixels: false });
    expect([...bad.subarray(0, 3)]).toEqual([1, 0, 0]);
  });

  test("a mask of another size is refused, with both sizes", async () => {
    const fault = await faultOf(prepareScan({ ...scan, mask: new Uint8Array(7) }, { version }));
    expect(fault.message).toMatch(/mask: a mask does not fit the frames; expected 75 × 86, got 7 pixels/u);
  });

  test("a centre far off the detector leaves nothing, and is refused by its flag", async () => {
    const fault = await faultOf(prepareScan(scan, { version, centre: { x: 5000, y: 10 } }));
    expect(fault.message).toMatch(/--centre, --size: the frames that are cut out are empty/u);
  });

  test("a centre near the border masks what is outside, with a warning", async () => {
    const { dataset, warnings } = await prepareScan(scan, { version, centre: { x: 30, y: 36 }, sizePx: 64 });
    expect(warnings.join("\n")).toMatch(/128 pixels of the crop lie outside/u);
    expect(dataset.mask!.reduce((sum, value) => sum + value, 0)).toBe(128);
  });
});

describe("what is missing is asked for by its flag", () => {
  test.each([
    [{ wavelengthM: undefined }, ["--energy EV"]],
    [{ distanceM: undefined, detectorPixelM: undefined }, ["--distance METRES", "--detector-pixel METRES"]],
  ])("without %o", async (without, flags) => {
    const fault = await faultOf(prepareScan({ ...scan, geometry: { ...geometry, ...without } }, { version }));
    for (const flag of [...flags, "--pixel-size METRES"]) expect(fault.context.hint).toContain(flag);
  });

  test("frames or positions that are not there, and pixels that are not square", async () => {
    expect((await faultOf(prepareScan({ ...scan, frames: undefined }, { version }))).message).toMatch(
      /has no frames/u,
    );
    const lost = await faultOf(prepareScan({ ...scan, positions: undefined }, { version }));
    expect(lost.context.hint).toContain("--scan-step");
    const oblong = { ...geometry, detectorPixelM: { x: 5e-5, y: 6e-5 } };
    expect((await faultOf(prepareScan({ ...scan, geometry: oblong }, { version }))).message).toMatch(
      /not square/u,
    );
  });

  test("positions in a wrong unit span too far, and are refused before anything is allocated", async () => {
    const far = { ...positions, x: positions.x.map((value) => value * 1e6) };
    expect((await faultOf(prepareScan({ ...scan, positions: far }, { version }))).context.hint).toContain(
      "--position-unit",
    );
  });
});

describe("the near field", () => {
  const near = { ...geometry, distanceM: 0.135, detectorPixelM: { x: 6.5e-6, y: 6.5e-6 } };

  test("from a focus is magnified: p/M and z/M, M = (z₁ + z)/z₁", async () => {
    const { sampling, dataset } = await prepareScan(
      { ...scan, geometry: near, positions: { ...positions, unit: "px" } },
      { version, nearField: true, focusToSampleM: 0.015, sizePx: 64 },
    );
    expect(sampling.pixelSizeM).toBeCloseTo(6.5e-7, 15);
    expect(sampling.nearFieldM).toBeCloseTo(0.0135, 12);
    expect(dataset.metadata["nearField"]).toMatchObject({ wavelengthM: 1e-10 });
  });

  test("with a stated object pixel has the magnification of that", async () => {
    const { sampling } = await prepareScan(
      { ...scan, geometry: { ...near, pixelSizeM: 6.5e-7 }, positions: { ...positions, unit: "px" } },
      { version, nearField: true, sizePx: 32 },
    );
    expect(sampling.nearFieldM).toBeCloseTo(0.0135, 12);
  });
});

test.each([
  [{ sizePx: 12 }, /--size, --bin/u],
  [{ sizePx: 4096 }, /--size, --bin/u],
  [{ orientation: 8 }, /--orientation/u],
])("%o is refused", async (options, words) => {
  expect((await faultOf(prepareScan(scan, { version, ...options }))).message).toMatch(words);
});

test("one frame of a detector smaller than 8 pixels is prepared, its outside masked", async () => {
  const one = rawScan({ height: 5, width: 7, frames: 1, valueAt: (_m, y, x) => 10 + y + x });
  const { dataset } = await prepareScan(one, { version });
  expect([dataset.frames, dataset.size]).toEqual([1, 8]);
  // 35 pixels measure, wherever the centre is.
  expect(dataset.mask!.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0)).toBeLessThanOrEqual(35);
});

describe("frames and pixels that measured nothing", () => {
  test("a frame without a count is left out, with its position, and said", async () => {
    const dark2 = rawScan(
      { ...recorded, valueAt: (m, y, x) => (m === 2 ? 100 : recorded.valueAt(m, y, x)) },
      { positions, geometry },
    );
    const whole = await prepareScan(scan, { version, dark, sizePx: 64 });
    const { dataset, warnings, done } = await prepareScan(dark2, { version, dark, sizePx: 64 });
    expect(dataset.frames).toBe(truth.frames - 1);
    const pixels = 64 * 64;
    const counted = (rows: Float32Array, m: number): number[] => [
      ...rows.subarray(m * pixels, (m + 1) * pixels),
    ];
    expect(counted(dataset.diffraction, 2)).toEqual(counted(whole.dataset.diffraction, 3));
    expect(dataset.positions.x[2]! - dataset.positions.x[1]!).toBeCloseTo(
      whole.dataset.positions.x[3]! - whole.dataset.positions.x[1]!,
      9,
    );
    expect(warnings.join("\n")).toMatch(/1 frame holds no count and is left out, with its position: 2/u);
    expect(done.join("\n")).toContain("left out");
    expect(dataset.scanIndex.length).toBe(dataset.frames);
  });

  test("a position that is no number is refused with its frame", async () => {
    const x = positions.x.slice();
    x[7] = NaN;
    const fault = await faultOf(prepareScan({ ...scan, positions: { ...positions, x } }, { version }));
    expect(fault.message).toMatch(/positions, x: has a position that is no number.*NaN at frame 7/u);
  });

  test("an unknown offset under photon peaks is subtracted as a dark frame is", async () => {
    // The same detector with a gain that is no whole number, and noise; nobody states its dark.
    const noisy = rawScan(
      {
        ...recorded,
        valueAt(m, y, x) {
          const value = recorded.valueAt(m, y, x);
          if (value === 60_000) return value;
          return Math.round(100 + ((value - 100) / gain) * 37.3 + ((m * 7 + y * 13 + x * 29) % 9) - 4);
        },
      },
      { positions, geometry },
    );
    const { dataset, gain: found, centre } = await prepareScan(noisy, { version, sizePx: 64 });
    expect(found.offset).toBeCloseTo(100, -1);
    expect(found.aduPerPhoton / 37.3).toBeCloseTo(1, 2);
    expect(centre.x).toBeCloseTo(left + 32, 0);
    const perFrame =
      truth.diffraction.reduce((sum, value) => sum + Math.round(value * value), 0) / truth.frames;
    // The gain is known to half a per cent.
    expect(Number(dataset.metadata["nphotons"]) / perFrame).toBeCloseTo(1, 2);
    // Whole photons, which thinning needs.
    for (let i = 0; i < dataset.diffraction.length; i += 101) {
      const counts = dataset.diffraction[i]! ** 2;
      expect(Math.abs(counts - Math.round(counts))).toBeLessThan(0.01);
    }
  });
});

test("sizes that no engine transforms are refused, and never chosen", async () => {
  expect((await faultOf(prepareScan(scan, { version, dark, sizePx: 88 }))).message).toMatch(/--size/u);
  // The largest multiple of 8 in 105 pixels is 104 = 8 · 13.
  const large = rawScan({ height: 105, width: 110, frames: 4, valueAt: (_m, y, x) => (x * y) % 7 });
  expect((await prepareScan(large, { version })).dataset.size).toBe(96);
});
