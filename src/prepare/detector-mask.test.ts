// What a detector hides: a beam stop is found as it lies and draws no centre away, pixels that stop at a value are told, and what
// only looks like it is left alone.

import { describe, expect, test } from "vitest";
import { countsOf, rawScan, uniform, type RecordedScan } from "../../test/support/raw-scan.ts";
import { findCentre } from "./centre.ts";
import { detectorMask, type DetectorMask } from "./detector-mask.ts";
import { surveyFrames } from "./survey.ts";

const side = 48;
const [cx, cy] = [25.3, 21.8];
const gain = { aduPerPhoton: 1, transfer: undefined };

function spot({ peak = 300, seed = 1 } = {}): (m: number, y: number, x: number) => number {
  const next = uniform(seed);
  return (_m, y, x) => countsOf(peak * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 60), next);
}

const recorded = (valueAt: RecordedScan["valueAt"], frames = 20): RecordedScan => ({
  height: side,
  width: side,
  frames,
  valueAt,
});

async function maskOf(
  scan: RecordedScan,
  options: { saturation?: number; looks?: boolean; nearField?: boolean } = {},
): Promise<DetectorMask & { readonly centre: { x: number; y: number } }> {
  const survey = await surveyFrames("scan.h5", rawScan(scan).frames!);
  const { saturation, looks = true, nearField = false } = options;
  const stated = new Uint8Array(side * side);
  const mask = detectorMask(survey, stated, { gain, saturation, looks, nearField, dc: undefined });
  return { ...mask, centre: findCentre(survey, { bad: mask.bad }) };
}

/** A disc over the centre on a rod to the upper border. */
const isCovered = (y: number, x: number): boolean =>
  Math.hypot(x - cx, y - cy) < 4 || (Math.abs(x - cx) < 2 && y < cy);

describe("a beam stop", () => {
  const light = spot();
  const stopped = recorded((m, y, x) => (isCovered(y, x) ? 0 : light(m, y, x)));

  test("is masked where light would be, and nothing else is", async () => {
    const { bad, told } = await maskOf(stopped);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        // 50 counts in 20 frames: where the spot has 2.5; rings are a pixel wide, in which it falls to two thirds out there.
        const expected = 300 * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / 60);
        if (!isCovered(y, x)) expect(bad[y * side + x], `${x}, ${y}`).toBe(0);
        else if (expected > 5) expect(bad[y * side + x], `${x}, ${y}`).toBe(1);
      }
    }
    expect(told).toMatch(/0 hot and 0 dead found, \d+ in the shadow of a beam stop/u);
  });

  test("leaves the centre where it is, though it hides more above than below", async () => {
    const { centre } = await maskOf(stopped);
    expect(Math.hypot(centre.x - cx, centre.y - cy)).toBeLessThan(0.3);
  });

  test("is not looked for in a near field, nor when bad pixels are kept", async () => {
    expect((await maskOf(stopped, { nearField: true })).told).not.toMatch(/shadow/u);
    expect((await maskOf(stopped, { looks: false })).bad.some((value) => value !== 0)).toBe(false);
  });

  test("is none where a pattern is dark by itself: beside a cross, and far out", async () => {
    const next = uniform(4);
    const cross = recorded((_m, y, x) =>
      Math.abs(x - 25) < 2 || Math.abs(y - 22) < 2
        ? countsOf(3000 / (1 + (x - 25) ** 2 + (y - 22) ** 2), next)
        : 0,
    );
    expect((await maskOf(cross)).told).not.toMatch(/shadow/u);
    expect((await maskOf(recorded(spot({ seed: 5 })))).told).toMatch(/0 hot and 0 dead found$/u);
  });

  test("a single dead pixel is dead, not a shadow", async () => {
    const other = spot({ seed: 6 });
    const { told } = await maskOf(recorded((m, y, x) => (x === 27 && y === 20 ? 0 : other(m, y, x))));
    expect(told).toMatch(/0 hot and 1 dead found$/u);
  });
});

describe("saturation", () => {
  const light = spot({ seed: 7 });
  const clipped = recorded((m, y, x) => Math.min(255, light(m, y, x)));

  test("is told when pixels stop at the largest value, with the flag that masks them", async () => {
    const { warnings, bad } = await maskOf(clipped);
    expect(warnings.join()).toMatch(
      /\d+ pixels stop at 255, the largest value there is, \d+ times.*--saturation 255/u,
    );
    expect(bad.some((value) => value !== 0)).toBe(false);
  });

  test("that is stated masks the pixels, and nothing more is said", async () => {
    const { warnings, bad, told } = await maskOf(clipped, { saturation: 255 });
    expect(warnings).toEqual([]);
    const masked = bad.reduce((sum, value) => sum + value, 0);
    expect(masked).toBeGreaterThan(3);
    expect(told).toContain(`${masked} saturated`);
  });

  test("is not seen in light that goes on, in few counts, or in a pattern that stands still", async () => {
    const next = uniform(8);
    const still = (_m: number, y: number, x: number): number =>
      Math.hypot(x - 25, y - 22) < 6 ? 900 : (x + y) % 3;
    for (const scan of [recorded(spot({ seed: 9 })), recorded(() => countsOf(2, next)), recorded(still)])
      expect((await maskOf(scan)).warnings).toEqual([]);
  });
});
