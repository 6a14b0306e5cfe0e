// The problem that a dataset poses: the sub-pixel rule is the one that its metadata state, and it is the one that explains
// the frames.

import { describe, expect, test } from "vitest";
import { simd } from "../../test/support/engine-rows.ts";
import { phantomScan } from "../../test/support/phantom-scan.ts";
import { smallDataset } from "../../test/support/small-dataset.ts";
import { prepareEngine } from "../engines/prepare.ts";
import { runEngine } from "../engines/run.ts";
import { problemOf } from "./problem.ts";

describe("the rule between pixels", () => {
  test.each(["bilinear", "fourier"] as const)("is %s when the metadata say so", (subPixel) => {
    expect(problemOf(smallDataset({ metadata: { subPixel } })).subPixel).toBe(subPixel);
  });

  test("is bilinear when the metadata say nothing, as of measured scans", () => {
    expect(problemOf(smallDataset({ metadata: {} })).subPixel).toBe("bilinear");
  });

  test("is the one that is asked for, whatever the metadata say", () => {
    const dataset = smallDataset({ metadata: { subPixel: "sinc" } });
    expect(problemOf(dataset, { subPixel: "fourier" }).subPixel).toBe("fourier");
  });

  test("that nobody knows is refused by name", () => {
    expect(() => problemOf(smallDataset({ metadata: { subPixel: "sinc" } }))).toThrow(
      /_metadata\.subPixel.*expected bilinear or fourier, got "sinc"/u,
    );
  });
});

describe("the background", () => {
  test("is what the metadata state; none is stated by 0, null or silence", () => {
    const stated = problemOf(smallDataset({ metadata: { backgroundPhotonsPerPx: 0.5 } })).background;
    expect(stated).toEqual(new Float32Array(64).fill(0.5));
    for (const metadata of [{}, { backgroundPhotonsPerPx: null }, { backgroundPhotonsPerPx: 0 }]) {
      expect(problemOf(smallDataset({ metadata })).background).toBeUndefined();
    }
  });

  test.each([-1, "3", true])("%j is refused, not dropped", (backgroundPhotonsPerPx) => {
    expect(() => problemOf(smallDataset({ metadata: { backgroundPhotonsPerPx } }))).toThrow(
      /^_metadata\.backgroundPhotonsPerPx: .*expected counts per pixel, a number of at least 0, got/u,
    );
  });
});

test("a scan simulated between pixels with Fourier shifts, noise-free, is explained by that rule and not by the other", async () => {
  const { dataset, distance } = phantomScan({
    dosePhotons: 1e6,
    heightPx: 120,
    widthPx: 120,
    subPixel: "fourier",
    noise: false,
  });
  const engine = prepareEngine("ml", { epochs: 60, prior: "none", likelihood: "amplitude", fixProbe: true });
  const solve = async (subPixel?: "bilinear") => {
    const { object, history } = await runEngine(engine, problemOf(dataset, { subPixel }), {
      backend: simd,
      seed: 3,
    });
    return { distance: distance(object), misfit: history.at(-1)! };
  };
  const [right, wrong] = [await solve(), await solve("bilinear")];
  // What the wrong rule leaves, a hundredth and more of the object, is what linear interpolation damps. With the right one
  // nothing but unfinished work is left; ten times less tells them apart whatever the path.
  expect(wrong.distance).toBeGreaterThan(0.01);
  expect(right.distance).toBeLessThan(0.1 * wrong.distance);
  expect(right.misfit).toBeLessThan(0.1 * wrong.misfit);
});

describe("the propagator of a near field", () => {
  // Pixels of a wave's length: at the edge of the band the two differ by radians.
  const geometry = { wavelengthM: 5e-7, pixelSizeM: 5e-7, distanceM: 1e-5 };

  test.each([
    ["angular-spectrum", "fresnel"],
    ["fresnel", "angular-spectrum"],
  ] as const)(
    "%s is taken from the metadata: it recovers the object, and %s does not",
    async (propagator, other) => {
      const { dataset, distance } = phantomScan({
        dosePhotons: 1e6,
        size: 32,
        heightPx: 72,
        widthPx: 72,
        nearField: { ...geometry, propagator },
        noise: false,
      });
      const engine = prepareEngine("ml", {
        epochs: 60,
        prior: "none",
        likelihood: "amplitude",
        fixProbe: true,
      });
      const solve = async (metadata: typeof dataset.metadata) => {
        const { object } = await runEngine(engine, problemOf({ ...dataset, metadata }), {
          backend: simd,
          seed: 3,
        });
        return distance(object);
      };
      const right = await solve(dataset.metadata);
      const wrong = await solve({ ...dataset.metadata, nearField: { ...geometry, propagator: other } });
      // Noise-free frames leave nothing but unfinished work; the wrong propagator leaves the phases it has wrong.
      expect(right).toBeLessThan(0.03);
      expect(wrong).toBeGreaterThan(3 * right);
    },
  );

  test("that nobody knows is refused by name", () => {
    const nearField = { ...geometry, propagator: "fraunhofer" };
    expect(() => problemOf(smallDataset({ metadata: { nearField } }))).toThrow(
      /_metadata\.nearField\.propagator.*expected angular-spectrum or fresnel, got "fraunhofer"/u,
    );
  });
});
