// The lesson of the whole-scan network (models/tile-network.ts). Without labels: the engine sees one share of the photons,
// the loss compares with the others, so that fitting the noise of what was seen does not pay; the photons are split several
// times, each with its own engine run. What pulls between stages are the seen photons of the tile's frames.
// Lehtinen et al. 2018, arXiv:1803.04189 (learning from independent noise).

import type { Backend } from "../../compute/backend.ts";
import { DoselapError } from "../../errors.ts";
import type { PreparedEngine } from "../../engines/prepare.ts";
import { createRng } from "../../math/random/rng.ts";
import { expectedCounts, measurementLoss, type MeasurementLoss } from "../fields/loss.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import { parameterInputs } from "../models/parameters.ts";
import { totalIntensity } from "../fields/scattering.ts";
import { correctedTiles, tileChannels, tileNetwork, type TileFeeds } from "../models/tile-network.ts";
import { peak } from "../ops/peak.ts";
import { planesOf, scanPlanes } from "../physics/scan-state.ts";
import type { Lesson, Level } from "./fit.ts";
import { splitScan, storeFrames, transposedMask, type FrameStore } from "./frame-store.ts";
import { plainLevels } from "./levels.ts";
import { membersOf, probeWindowPx, type GroupTable } from "./groups.ts";
import { rateCourse, type CourseOptions } from "./rate-course.ts";
import { stagedLoss } from "./staged-loss.ts";
import { atShare, probeFeeds, type ScanTask } from "./scan-task.ts";
import { tileBatch, type ScanView } from "./tile-batch.ts";
import { tileDrawer, tileShape, type TileShape } from "./tiles.ts";
import { splitByBlocks } from "./validation.ts";

export interface TileLessonOptions extends CourseOptions {
  readonly engine: PreparedEngine;
  /** Share of the photons that the engine sees. */
  readonly seenShare: number;
  /** Independent splits of the photons. */
  readonly splits: number;
  readonly tilePx: number;
  readonly framesPerTile: number;
  readonly widths: readonly number[];
  /** K. */
  readonly stages: number;
  readonly loss: MeasurementLoss;
  readonly batchSize: number;
  readonly validationFraction: number;
}

export interface LessonContext {
  readonly seed: number;
  readonly backend: Backend;
  readonly log: (line: string) => void;
  readonly progress?: ((fraction: number, note: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs the engine on every split of the photons, and makes batches of tiles from what it found: in each epoch one tile per
 * group whose seed frame is not held back, on which the frames of the group come first.
 * @throws Contract for frames that hold no whole counts, Range when no group trains or the rate rises to the end, and what the engine throws. */
export async function tileLesson(
  task: ScanTask,
  table: GroupTable,
  options: TileLessonOptions,
  context: LessonContext,
): Promise<Lesson> {
  const { positions, size: sizePx, probe } = task.problem;
  const { batchSize: tiles, framesPerTile } = options;
  const { seed } = context;
  const shape = tileShape(options.tilePx, { sizePx, windowPx: probeWindowPx(probe, sizePx) });
  const { training, validation } = splitByBlocks(positions, {
    fraction: options.validationFraction,
    blockPx: Math.max(1, 2 * shape.reachPx),
    seed,
  });
  const held = new Set(validation);
  const items = trainingGroups(table, held);
  // A rate that would rise to the end, and a network that does not fit, are refused before the engine runs.
  rateCourse(options, { items, batchSize: tiles });
  const graph = tileGraph(task, options, shape);
  const store = storeFrames(task.problem.diffraction, sizePx, task.problem.mask);
  const views = await splitViews(task, store, options, context);
  // Where fewer lie on a tile they are repeated in turn.
  const most = Math.min(framesPerTile, training.length);
  context.log(
    `tiles: ${items.length} an epoch, up to ${most} frames each of ${training.length} that train; ${options.stages} stages`,
  );
  const rule = { framesPerTile, seed };
  const drawer = tileDrawer(positions, shape, { ...rule, allowed: (frame) => !held.has(frame) });
  const judged = tileDrawer(positions, shape, { ...rule, allowed: (frame) => held.has(frame) });
  const seen = { all: store, dosePhotons: task.dosePhotons * options.seenShare };
  const batch = tileBatch(positions, {
    ...shape,
    tiles,
    framesPerTile,
    sizePx,
    seen: options.stages > 1 ? seen : undefined,
  });
  const light = probeFeeds(task);

  function validationFrom(from: readonly ScanView[]): Level["batch"] {
    return (index) => {
      for (let b = 0; b < tiles; b++) {
        const at = index * tiles + b;
        // A frame that fills up the last batch lends another tile.
        const round = Math.floor(at / validation.length);
        batch.set(b, from[at % from.length]!, judged.draw(round, validation[at % validation.length]!));
      }
      return { ...batch.feeds, ...light };
    };
  }
  function trainingFrom(from: readonly ScanView[]): Lesson["batch"] {
    return (epoch, order, first) => {
      for (let b = 0; b < tiles; b++) {
        const index = order[(first + b) % order.length]!;
        const members = membersOf(table, index);
        const view = createRng(seed, "training", { dose: epoch, frame: index, pixel: 2 }).integer(
          from.length,
        );
        batch.set(b, from[view]!, drawer.draw(epoch, members[0]!, { index, members }));
      }
      return { ...batch.feeds, ...light };
    };
  }
  const trainingBatch =
    (from: readonly ScanView[]): NonNullable<Level["training"]> =>
    (round, index) =>
      trainingFrom(from)(round, items, index * tiles);
  const validationBatch = validationFrom(views);
  const start: Level = { name: `${options.engine.name} object`, batch: validationBatch };
  const levels: Level[] = [
    ...plainLevels(store, training, {
      kind: options.loss,
      share: 1 - options.seenShare,
      shape: [tiles * framesPerTile, sizePx, sizePx],
      batch: validationBatch,
      training: trainingBatch(views),
    }),
    start,
  ];
  if (task.truth !== undefined) {
    const known = planesOf(task.truth, task.problem, context.backend);
    const exact = views.map(({ compared }) => ({ planes: known, compared }));
    levels.push({ name: "truth", batch: validationFrom(exact), training: trainingBatch(exact) });
  }
  return {
    ...graph,
    batchSize: tiles,
    items,
    batch: trainingFrom(views),
    validationBatches: Math.ceil(validation.length / tiles),
    validationBatch,
    levels,
    start: start.name,
  };
}

/** The groups whose seed frame does not choose. @throws Range when there is none. */
function trainingGroups(table: GroupTable, held: ReadonlySet<number>): Int32Array {
  const all = Int32Array.from({ length: table.count }, (_, index) => index);
  const items = all.filter((index) => !held.has(membersOf(table, index)[0]!));
  if (items.length > 0) return items;
  throw new DoselapError("Range", "no group is left to train on", {
    key: "validationFraction",
    expected: "a group whose seed frame is not held back",
    got: `0 of ${table.count}`,
    hint: "Use more groups, or another validationFraction.",
  });
}

/** One engine run per split of the photons. */
async function splitViews(
  task: ScanTask,
  store: FrameStore,
  { engine, seenShare, splits }: TileLessonOptions,
  { seed, backend, signal, log, progress }: LessonContext,
): Promise<ScanView[]> {
  const views: ScanView[] = [];
  for (let round = 0; round < splits; round++) {
    const { kept, rest } = splitScan(store, { fraction: seenShare, seed, round });
    const { problem } = atShare(task, seenShare, kept);
    const planes = await scanPlanes(engine, problem, { backend, seed, signal });
    views.push({ planes, compared: rest });
    progress?.((round + 1) / splits, `${engine.name} on split ${round + 1}/${splits}`);
  }
  log(
    `physics: ${engine.name}, ${engine.epochs} epochs on ${splits} splits of the photons, ${seenShare} seen`,
  );
  return views;
}

function tileGraph(
  { problem, dosePhotons, backgroundPhotonsPerPx }: ScanTask,
  { loss, framesPerTile, seenShare, widths, stages, batchSize: tiles }: TileLessonOptions,
  { tilePx, canvasPx }: TileShape,
): Pick<Lesson, "specs" | "parameters" | "loss" | "judged" | "corrections" | "activations"> {
  const { size, probeModes, mask } = problem;
  const network = tileNetwork(widths, stages);
  const parameters = parameterInputs(network.specs);
  const canvas = [tiles, canvasPx, canvasPx];
  const modes = [probeModes, size, size];
  const frames = [tiles * framesPerTile, size, size];
  const feeds: TileFeeds = {
    planes: input("planes", [tiles, tileChannels.inputs, tilePx, tilePx]),
    modulus: input("modulus", canvas),
    phase: input("phase", canvas),
    top: input("top", [tiles, framesPerTile]),
    left: input("left", [tiles, framesPerTile]),
    probe: { re: input("probe.re", modes), im: input("probe.im", modes) },
    ...(stages === 1
      ? {}
      : {
          seen: {
            amplitudes: input("amplitudes", frames),
            background: backgroundPhotonsPerPx / dosePhotons,
            masked: mask !== undefined,
          },
        }),
  };
  const activations: Tensor[] = [];
  const { spectra, corrections } = correctedTiles(network, feeds, parameters, (features) =>
    activations.push(peak(features, [0, 2, 3])),
  );
  const share = 1 - seenShare;
  const counts = input("counts", frames);
  const staged = spectra.map((seen) => {
    const expected = expectedCounts(totalIntensity(seen), {
      dosePhotons: dosePhotons * share,
      backgroundPhotonsPerPx: backgroundPhotonsPerPx * share,
    });
    return measurementLoss(loss, expected, counts, transposedMask(mask, size));
  });
  return { specs: network.specs, parameters, ...stagedLoss(staged), corrections, activations };
}
