// The gain that a detector was given is found, with its doubt, from what its values show; what they do not show is not made up.

import { describe, expect, test } from "vitest";
import { countsOf, rawScan, uniform, type RecordedScan } from "../../test/support/raw-scan.ts";
import { findGain } from "./gain.ts";
import { findPhotonPeaks } from "./photon-peaks.ts";
import { surveyFrames, type Survey } from "./survey.ts";

const survey = (recorded: RecordedScan): Promise<Survey> =>
  surveyFrames("scan.h5", rawScan(recorded).frames!);

interface Detector {
  readonly gain: number;
  readonly offset?: number;
  /** Standard deviation of what readout adds, units. */
  readonly noise?: number;
  /** Photons per pixel, in the middle of the pattern. */
  readonly peak?: number;
  readonly isWhole?: boolean;
  /** Every pixel the same light. */
  readonly isFlat?: boolean;
}

/** A spot on dark ground as an integrating detector writes it. */
function recorded({
  gain,
  offset = 0,
  noise = 0,
  peak = 30,
  isWhole = true,
  isFlat = false,
}: Detector): RecordedScan {
  const next = uniform(9);
  // Twelve uniforms less 6 have a variance of 1 and no mean.
  const normal = (): number => Array.from({ length: 12 }, next).reduce((sum, value) => sum + value, -6);
  return {
    height: 40,
    width: 40,
    frames: 40,
    dtype: isWhole ? "uint16" : "float32",
    valueAt(_m, y, x) {
      const light = isFlat ? 1 : Math.exp(-((x - 20) ** 2 + (y - 20) ** 2) / 50);
      const value = offset + gain * countsOf(peak * light, next) + noise * normal();
      return isWhole ? Math.max(0, Math.round(value)) : value;
    },
  };
}

describe("a counting detector", () => {
  test.each([0.5, 6, 300])("of at most %d counts has gain 1, certainly", async (peak) => {
    const gain = findGain(await survey(recorded({ gain: 1, peak })));
    expect(gain).toMatchObject({ aduPerPhoton: 1, isCertain: true, offset: 0, isWhole: false });
  });

  test("with all pixels alike too", async () => {
    const gain = findGain(await survey(recorded({ gain: 1, peak: 400, isFlat: true })));
    expect(gain).toMatchObject({ aduPerPhoton: 1, isCertain: true, offset: 0 });
  });

  test.each([2, 10, 37, 300])("that writes multiples of %d has that, with doubt", async (gain) => {
    expect(findGain(await survey(recorded({ gain, peak: 6 })))).toMatchObject({
      aduPerPhoton: gain,
      isCertain: false,
    });
  });

  test("is not hidden by one odd pixel", async () => {
    const light = recorded({ gain: 10, peak: 6, isFlat: true });
    const looked = await survey({
      ...light,
      valueAt: (m, y, x) => light.valueAt(m, y, x) + (x === 0 && y === 9 ? 3 : 0),
    });
    expect(findGain(looked).aduPerPhoton).toBe(10);
  });
});

describe("photon peaks", () => {
  test.each([
    { gain: 37.3, offset: 100, noise: 4 },
    { gain: 37.3, offset: 100, noise: 9 },
    { gain: 37.3, offset: 0, noise: 4, isWhole: false },
    { gain: 37.3, offset: 1000, noise: 0 },
    { gain: 7.3, offset: 55, noise: 1 },
    { gain: 120, offset: 200, noise: 20, peak: 12 },
  ])("of %o are found within their doubt", async (detector) => {
    const { gain, offset } = detector;
    const found = findGain(await survey(recorded(detector)));
    expect(found.isCertain).toBe(false);
    expect(found.isWhole).toBe(true);
    expect(Math.abs(found.aduPerPhoton - gain)).toBeLessThan(2 * found.doubt!);
    expect(found.doubt! / gain).toBeLessThan(0.03);
    // A rounded offset, and the top of a peak that is `noise` wide.
    expect(Math.abs(found.offset - offset)).toBeLessThan(0.1 * gain);
    expect(found.why).toMatch(/±.*--gain/u);
  });

  test("leave no offset where a dark frame was subtracted, and take one with a gain that is given", async () => {
    const looked = await survey(recorded({ gain: 37.3, offset: 100, noise: 4 }));
    expect(findGain(looked, undefined, { hasDark: true }).offset).toBe(0);
    expect(findGain(looked, 37)).toMatchObject({ aduPerPhoton: 37, offset: 100, isCertain: true });
    // Another gain is not the peaks', and they say nothing.
    expect(findGain(looked, 30)).toMatchObject({ aduPerPhoton: 30, offset: 0 });
  });

  test("of light everywhere do not tell where zero photons stand, and say so", async () => {
    const found = findGain(await survey(recorded({ gain: 7.3, peak: 30, isFlat: true })));
    expect(found).toMatchObject({ offset: 0 });
    expect(Math.abs(found.aduPerPhoton - 7.3)).toBeLessThan(2 * found.doubt!);
    expect(found.why).toMatch(/no dark pixel shows where \(--dark\)/u);
  });

  test("are not seen in noise, in a constant, or in nothing", () => {
    const next = uniform(3);
    expect(findPhotonPeaks(Float64Array.from({ length: 4096 }, () => countsOf(50, next)))).toBeUndefined();
    expect(findPhotonPeaks(new Float64Array(4096).fill(7))).toBeUndefined();
    expect(findPhotonPeaks(new Float64Array(4096))).toBeUndefined();
    expect(findPhotonPeaks(new Float64Array(0))).toBeUndefined();
  });
});

describe("what peaks do not tell", () => {
  test("is bounded from above by variance over mean, and not applied", async () => {
    // Noise of a whole photon leaves no peak.
    const gain = findGain(
      await survey(recorded({ gain: 3.7, noise: 3.7, peak: 20, isWhole: false, isFlat: true })),
    );
    expect(gain).toMatchObject({ aduPerPhoton: 1, isCertain: false, isWhole: false });
    expect(gain.why).toMatch(/at most about .*--gain/u);
    // The lower quartile of a variance of 40 values lies 0.67·√(2/39) = 15 % below it; its own noise, 1/20 of the photons', adds 5 %.
    expect(gain.transfer! / 3.7).toBeGreaterThan(0.84);
    expect(gain.transfer! / 3.7).toBeLessThan(1);
  });

  test("an offset under noise that hides the photons is told, with the flag that states it", async () => {
    const gain = findGain(await survey(recorded({ gain: 2, offset: 500, noise: 3, peak: 20 })));
    expect(gain).toMatchObject({ aduPerPhoton: 1, isCertain: false });
    expect(gain.why).toMatch(/offset of about (499|500|501),.*--dark/u);
  });

  test("of a constant, and of one frame, is doubted; a given one is used", async () => {
    const constant = await survey({ height: 4, width: 4, frames: 1, valueAt: () => 50 });
    expect(findGain(constant)).toMatchObject({ aduPerPhoton: 1, isCertain: false, transfer: undefined });
    expect(findGain(constant, 25)).toMatchObject({ aduPerPhoton: 25, isCertain: true });
  });
});
