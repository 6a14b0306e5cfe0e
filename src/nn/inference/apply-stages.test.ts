// Training and inference compute the same numbers for the same frames: a tile of the training graph that holds the whole of a
// small scan, in float64, against inference over that scan, stage by stage.

import { describe, expect, test } from "vitest";
import { relativeError } from "../../../test/support/fields.ts";
import { values } from "../../../test/support/group-scene.ts";
import { naiveSteps, someFrames } from "../../../test/support/naive-steps.ts";
import { smallTask } from "../../../test/support/small-task.ts";
import { openBackend } from "../../compute/node.ts";
import { evaluate } from "../graph/evaluate.ts";
import { input } from "../graph/tensor.ts";
import { initialise, parameterInputs } from "../models/parameters.ts";
import { correctedTiles, tileNetwork } from "../models/tile-network.ts";
import { correctedPlanes, planesOf } from "../physics/scan-state.ts";
import { openNodeRuntime } from "../runtime/node.ts";
import { storeFrames } from "../training/frame-store.ts";
import { probeFeeds, type ScanTask } from "../training/scan-task.ts";
import { tileBatch } from "../training/tile-batch.ts";
import { applyToScan } from "./apply-planes.ts";

const backend = openBackend({ kernels: "simd" });
const [side, stages, widths] = [40, 3, [3, 4]];
const pixels = side * side;
const network = tileNetwork(widths, stages);
/** Frames that overlap, some on the object's rim. */
const members = Int32Array.of(0, 1, 9, 10, 40, 41);

/** Heads of every stage as large as the first's, so that each corrects. */
function parameters() {
  const start = initialise(network.specs, 5);
  const head = start["tile.head.weight"]!.map((value) => 3 * value);
  return { ...start, "tile.head.weight": head, "tile2.head.weight": head, "tile3.head.weight": head };
}

describe.each([
  ["one mode", { modes: 1 }],
  ["two modes", { modes: 2 }],
  ["a background", { background: 0.5 }],
] as const)("a scan with %s", (_name, scene) => {
  const whole = smallTask({ ...scene, betweenPixels: true });
  const task: ScanTask = { ...whole, problem: someFrames(whole.problem, [...members]) };
  const { problem, dosePhotons } = task;
  const start = {
    ...whole.truth,
    data: whole.truth.data.map((value, i) => 0.5 * value + (i % 2 === 0 ? 0.5 : 0)),
  };
  const planes = planesOf(start, problem, backend);

  /** The tile is the whole object, and so is its canvas. */
  function trained() {
    const frames = members.length;
    const store = storeFrames(problem.diffraction, 16);
    // Nothing is held back.
    const none = { ...store, counts: store.counts.map(() => 0) };
    const batch = tileBatch(problem.positions, {
      tilePx: side,
      canvasPx: side,
      reachPx: 12,
      tiles: 1,
      framesPerTile: frames,
      sizePx: 16,
      seen: { all: store, dosePhotons },
    });
    const own = Int32Array.from(members, (_frame, j) => j);
    batch.set(0, { planes, compared: none }, { originX: 0, originY: 0, members: own });
    const fed = { ...batch.feeds, ...probeFeeds(task) };
    const at = (name: string) => input(name, fed[name]!.shape);
    const { objects, planes: seen } = correctedTiles(
      network,
      {
        planes: at("planes"),
        modulus: at("modulus"),
        phase: at("phase"),
        top: at("top"),
        left: at("left"),
        probe: { re: at("probe.re"), im: at("probe.im") },
        seen: {
          amplitudes: at("amplitudes"),
          background: task.backgroundPhotonsPerPx / dosePhotons,
          masked: false,
        },
      },
      parameterInputs(network.specs),
    );
    const outputs = evaluate([...objects.flatMap(({ re, im }) => [re, im]), ...seen], {
      ...values(fed),
      ...parameters(),
    });
    const interleaved = (k: number) =>
      Float64Array.from({ length: 2 * pixels }, (_, i) => outputs[2 * k + (i % 2)]![i >> 1]!);
    return { objects: objects.map((_object, k) => interleaved(k)), planes: outputs.slice(2 * stages) };
  }
  const tile = trained();

  test.each([1, 2, 3])("has the same object on its tile as on the scan after stage %i", async (count) => {
    const found = await applyToScan(planes, {
      runtime: await openNodeRuntime(),
      threads: 1,
      widths,
      stages: count,
      parameters: parameters(),
      pulledAgain: (corrected) => correctedPlanes(corrected, problem, backend),
    });
    // Float32 layers and kernels, whose dark pixels have a phase of rounding, against float64.
    expect(relativeError(found.data, tile.objects[count - 1]!)).toBeLessThan(1e-4);
    const before = count === 1 ? start.data : tile.objects[count - 2]!;
    expect(relativeError(found.data, before)).toBeGreaterThan(0.01);
  });

  test.each([2, 3])(
    "shows stage %i the pull at the object of the stage before, over the largest light",
    (at) => {
      const data = Float32Array.from(tile.objects[at - 2]!);
      const object = { height: side, width: side, data };
      const { pull, light } = naiveSteps({ ...problem, object }, { steps: 0, damping: 1 });
      const shown = tile.planes[at - 1]!;
      const brightest = light.reduce((a, b) => Math.max(a, b));
      const [along, across, share] = [0, 0, 0].map(() => new Float64Array(pixels)) as Float64Array[];
      for (let i = 0; i < pixels; i++) {
        const [a, b, c, d] = [data[2 * i]!, data[2 * i + 1]!, pull[2 * i]!, pull[2 * i + 1]!];
        const length = Math.sqrt(a * a + b * b + 0.01);
        along![i] = (c * a + d * b) / length;
        across![i] = (d * a - c * b) / length;
        share![i] = Math.sqrt(light[i]! / brightest);
      }
      // Feeds are float32.
      expect(relativeError(shown.subarray(2 * pixels, 3 * pixels), along!)).toBeLessThan(1e-5);
      expect(relativeError(shown.subarray(3 * pixels, 4 * pixels), across!)).toBeLessThan(1e-5);
      expect(relativeError(shown.subarray(4 * pixels), share!)).toBeLessThan(1e-5);
      expect(Math.max(...along!.map(Math.abs))).toBeGreaterThan(0.01);
    },
  );
});
