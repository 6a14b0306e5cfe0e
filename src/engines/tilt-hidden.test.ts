// Mask and saturation hide parts of the light: a shift is told from what is seen of the probe's own light, and never made of what the
// object scatters beside a beam stop.

import { describe, expect, test } from "vitest";
import { phantomScan, rampOf } from "../../test/support/phantom-scan.ts";
import { problemOf } from "../study/problem.ts";
import { surveyFrames } from "./counts.ts";
import type { Problem } from "./problem.ts";
import { tiltOf } from "./tilt.ts";

type Scene = Parameters<typeof phantomScan>[0];
type Loaded = Problem & { readonly diffraction: Float32Array };

const size = 64;
const phantoms = ["cells", "circuit", "siemens-star", "smooth-phase"] as const;

function scanOf(scene: Partial<Scene>, shift: readonly [number, number] = [0, 0]): Loaded {
  const { dataset } = phantomScan({
    dosePhotons: 1e5,
    probe: "gaussian",
    contrast: "thick",
    heightPx: 128,
    widthPx: 128,
    slowPhase: rampOf(shift, size),
    ...scene,
  });
  return { ...problemOf(dataset), diffraction: dataset.diffraction };
}

/** Pixels of a frame, by columns and rows from its centre. */
const maskWhere = (hides: (x: number, y: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: size ** 2 }, (_, i) =>
    hides((i % size) - size / 2, Math.floor(i / size) - size / 2) ? 1 : 0,
  );
const columns = (width: number) => maskWhere((x) => Math.abs(x + 0.5) < width / 2);
const round = (radius: number) => maskWhere((x, y) => Math.hypot(x, y) <= radius);
const module = maskWhere((x) => x < 0);
const small = { gaussian: columns(1), "defocused-airy": round(4) };

/** Share of the counts that mask and saturation hide. */
function hiddenShare({ diffraction, mask, saturationCounts = Infinity }: Loaded): number {
  let [hidden, all] = [0, 0];
  diffraction.forEach((amplitude, i) => {
    const counts = amplitude ** 2;
    all += counts;
    if (mask?.[i % size ** 2] === 1 || counts >= saturationCounts * (1 - 1e-6)) hidden += counts;
  });
  return hidden / all;
}

const found = (problem: Loaded) => tiltOf(problem, surveyFrames(problem));

function expectNear(problem: Loaded, [x, y]: readonly [number, number]): void {
  const tilt = found(problem);
  expect(tilt).toBeDefined();
  expect(Math.hypot(tilt!.x - x, tilt!.y - y)).toBeLessThan(0.1);
}

describe("frames that lie right have no tilt [ENGINE-071]", () => {
  test.each(phantoms)("behind a stop that hides most of the light, or a dead module: %s", (phantom) => {
    const scan = scanOf({ phantom });
    for (const mask of [columns(4), columns(6), round(3), round(5)]) {
      expect(hiddenShare({ ...scan, mask })).toBeGreaterThan(0.65);
      expect(found({ ...scan, mask })).toBeUndefined();
    }
    for (const probe of ["gaussian", "defocused-airy"] as const) {
      expect(found({ ...scanOf({ phantom, probe }), mask: module })).toBeUndefined();
    }
  });

  test.each(phantoms)("of a detector that saturates in the beam: %s", (phantom) => {
    const scan = scanOf({ phantom, dosePhotons: 1e6 });
    expect(hiddenShare({ ...scan, saturationCounts: 3000 })).toBeGreaterThan(0.65);
    for (const saturationCounts of [1000, 3000, 1e4, 3e4, 6e4]) {
      expect(found({ ...scan, saturationCounts })).toBeUndefined();
    }
  });
});

describe("a shift is found [ENGINE-071]", () => {
  test.each([
    [0.5, 0],
    [-0.3, 0.4],
    [-1, 0.5],
    [2, 3],
  ])("behind a small stop: %d right, %d down", (x, y) => {
    for (const probe of ["gaussian", "defocused-airy"] as const) {
      for (const dosePhotons of [1e3, 1e6]) {
        const scan = { ...scanOf({ probe, dosePhotons }, [x, y]), mask: small[probe] };
        expect(hiddenShare(scan)).toBeLessThan(0.4);
        expectNear(scan, [x, y]);
      }
    }
  });

  test("where a third of the light saturates", () => {
    const scan = { ...scanOf({ dosePhotons: 1e6 }, [0.5, -1]), saturationCounts: 90_000 };
    expect(hiddenShare(scan)).toBeGreaterThan(0.25);
    expectNear(scan, [0.5, -1]);
  });

  test("between hot and dead pixels that are masked, and over light beside the beam that nobody knows of", () => {
    const spoilt = maskWhere((x, y) => (x * 7 + y * 13) % 23 === 0);
    for (const shift of [
      [0, 0],
      [1, -0.5],
    ] as const) {
      const scan = scanOf({}, shift);
      const diffraction = scan.diffraction.map((amplitude, i) => {
        const pixel = i % size ** 2;
        if (spoilt[pixel] === 1) return pixel % 2 === 0 ? 0 : 300;
        const halo = 40 * Math.exp(-(((pixel % size) - 32) ** 2 + (Math.floor(pixel / size) - 32) ** 2) / 72);
        return Math.sqrt(amplitude ** 2 + halo);
      });
      const given = { ...scan, diffraction, mask: spoilt };
      if (shift[0] === 0) expect(found(given)).toBeUndefined();
      else expectNear(given, shift);
    }
  });
});
