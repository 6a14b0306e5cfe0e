// The scan network corrects modulus and phase of its tile alone, and its object sends to the detector what the scan measured.

import { describe, expect, test } from "vitest";
import { groupScene, values } from "../../../test/support/group-scene.ts";
import { smallTask } from "../../../test/support/small-task.ts";
import { createRng, normal } from "../../math/random/rng.ts";
import { evaluate } from "../graph/evaluate.ts";
import { totalIntensity } from "../fields/scattering.ts";
import { input } from "../graph/tensor.ts";
import { probeFeeds } from "../training/scan-task.ts";
import { initialise, parameterInputs } from "./parameters.ts";
import { correctedTiles, tileNetwork, type TileFeeds } from "./tile-network.ts";

const [tiles, framesPerTile, tilePx, canvasPx] = [2, 2, 8, 20];

function feedsOf(probeModes: number, side = canvasPx): TileFeeds {
  const modes = [probeModes, 16, 16];
  const canvas = [tiles, side, side];
  return {
    planes: input("planes", [tiles, 5, tilePx, tilePx]),
    modulus: input("modulus", canvas),
    phase: input("phase", canvas),
    top: input("top", [tiles, framesPerTile]),
    left: input("left", [tiles, framesPerTile]),
    probe: { re: input("probe.re", modes), im: input("probe.im", modes) },
  };
}

const count = (shape: readonly number[]) => shape.reduce((a, b) => a * b);

function noise(length: number, frame: number): Float64Array {
  const rng = createRng(8, "network", { frame });
  return Float64Array.from({ length }, () => normal(rng));
}

test("weights of the first stage begin alike for any number of stages, heads of later ones at 0", () => {
  const start = (stages: number) => initialise(tileNetwork([3, 4], stages).specs, 2);
  const [one, three] = [start(1), start(3)];
  expect(Object.fromEntries(Object.entries(three).slice(0, Object.keys(one).length))).toEqual(one);
  for (const stage of ["tile2", "tile3"]) {
    expect(new Set(three[`${stage}.head.weight`])).toEqual(new Set([0]));
    expect(new Set(three[`${stage}.encoder0.0.weight`]).size).toBeGreaterThan(100);
  }
});

describe("corrected tiles", () => {
  const network = tileNetwork([3, 4], 1);
  const { objects, corrections } = correctedTiles(network, feedsOf(1), parameterInputs(network.specs));
  const object = objects[0]!;
  const area = canvasPx * canvasPx;
  const given = {
    planes: noise(tiles * 5 * tilePx * tilePx, 0),
    modulus: noise(tiles * area, 1).map(Math.abs),
    phase: noise(tiles * area, 2),
  };
  const start = initialise(network.specs, 2);
  const [re, im, u] = evaluate([object.re, object.im, corrections], { ...given, ...start });

  test("are the engine's object, modulus and phase corrected on the tile", () => {
    expect(Math.max(...u!.map(Math.abs))).toBeGreaterThan(0.01);
    for (let i = 0; i < tiles * area; i++) {
      const [b, y, x] = [Math.floor(i / area), Math.floor((i % area) / canvasPx) - 6, (i % canvasPx) - 6];
      const inside = x >= 0 && x < tilePx && y >= 0 && y < tilePx;
      const at = (channel: number) => (inside ? u![((b * 2 + channel) * tilePx + y) * tilePx + x]! : 0);
      const [length, angle] = [given.modulus[i]! + at(0), given.phase[i]! + at(1)];
      expect(re![i]).toBeCloseTo(length * Math.cos(angle), 12);
      expect(im![i]).toBeCloseTo(length * Math.sin(angle), 12);
    }
  });

  test("of zero weights are the engine's object", () => {
    const none = Object.fromEntries(Object.entries(start).map(([name, data]) => [name, data.map(() => 0)]));
    const [flatRe, flatIm] = evaluate([object.re, object.im], { ...given, ...none });
    flatRe!.forEach((value, i) => {
      expect(value).toBeCloseTo(given.modulus[i]! * Math.cos(given.phase[i]!), 12);
      expect(flatIm![i]).toBeCloseTo(given.modulus[i]! * Math.sin(given.phase[i]!), 12);
    });
  });

  test("depend on their own planes alone", () => {
    const planes = given.planes.map((value, i) => (i < given.planes.length / 2 ? value : -value));
    const [other] = evaluate([object.re], { ...given, planes, ...start });
    expect(other!.subarray(0, area)).toEqual(re!.subarray(0, area));
    expect(other!.subarray(area)).not.toEqual(re!.subarray(area));
  });
});

test.each([1, 2] as const)(
  "the true object sends the scan's own counts to the detector (%i modes)",
  (modes) => {
    const task = smallTask({ modes, betweenPixels: true, noiseSeed: null });
    const scene = groupScene(task, framesPerTile);
    const groups = [20, 44];
    const side = scene.canvasPx;
    const cut = groups.flatMap((group) => [...scene.cut(task.truth, group)]);
    const polar = (of: (re: number, im: number) => number) =>
      Float64Array.from({ length: cut.length / 2 }, (_, i) => of(cut[2 * i]!, cut[2 * i + 1]!));
    const network = tileNetwork([3], 1);
    const { spectra } = correctedTiles(network, feedsOf(modes, side), parameterInputs(network.specs));
    const [intensity] = evaluate([totalIntensity(spectra[0]!)], {
      ...values({ ...scene.feeds(groups), ...probeFeeds(task) }),
      ...Object.fromEntries(network.specs.map(({ name, shape }) => [name, new Float64Array(count(shape))])),
      planes: new Float64Array(tiles * 5 * tilePx * tilePx),
      modulus: polar(Math.hypot),
      phase: polar((re, im) => Math.atan2(im, re)),
    });
    const members = groups.flatMap((group) => [...scene.table.groups.subarray(2 * group, 2 * group + 2)]);
    members.forEach((frame, slot) => {
      for (let i = 0; i < 256; i++) {
        const n = task.problem.diffraction[256 * frame + (i % 16) * 16 + Math.floor(i / 16)]! ** 2;
        // Frames and probes went through float32, places are float32 numbers below 32.
        expect(Math.abs(intensity![256 * slot + i]! * task.dosePhotons - n)).toBeLessThan(1e-4 + 1e-5 * n);
      }
    });
  },
);
