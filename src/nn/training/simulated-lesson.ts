// The lesson of a whole-scan network that learns from truth: an engine reconstructs simulated scans of known objects, and the
// network is told what lacks its objects. The last of them choose the epoch.
//   loss = mean of w ((u₀ − Δ|O|)²/σ₀² + 4 (u₁ − Δ arg O)²/σ₁²)/5,   σ² the engine's own mean squares, so that it begins near 1
// Jin, McCann, Froustey & Unser 2017, doi:10.1109/TIP.2017.2713099 (direct inversion, then a U-Net).

import { symmetries } from "../../array/symmetry.ts";
import type { PreparedEngine } from "../../engines/prepare.ts";
import { createRng } from "../../math/random/rng.ts";
import { constant, input, type Tensor } from "../graph/tensor.ts";
import { parameterInputs } from "../models/parameters.ts";
import { tileChannels, tileNetwork } from "../models/tile-network.ts";
import { expand } from "../ops/expand.ts";
import { mean } from "../ops/mean.ts";
import { multiply } from "../ops/multiply.ts";
import { peak } from "../ops/peak.ts";
import { subtract } from "../ops/subtract.ts";
import { square } from "../ops/unary.ts";
import { scanPlanes } from "../physics/scan-state.ts";
import type { Lesson, Level } from "./fit.ts";
import { membersOf, placeCanvas, type GroupTable } from "./groups.ts";
import { rateCourse, type CourseOptions } from "./rate-course.ts";
import type { ScanTask } from "./scan-task.ts";
import { simulatedScan, type ObjectKind } from "./simulated-scans.ts";
import { meanSquares, taughtScan, type TaughtScan } from "./taught-scan.ts";
import { taughtTiles, type TaughtTile } from "./taught-tiles.ts";
import type { LessonContext } from "./tile-lesson.ts";

export interface SimulatedLessonOptions extends CourseOptions {
  readonly engine: PreparedEngine;
  readonly kind: ObjectKind;
  /** Scans, one at least of which chooses. */
  readonly objects: number;
  /** Share of the scans that choose. */
  readonly validationFraction: number;
  readonly tilePx: number;
  readonly widths: readonly number[];
  readonly batchSize: number;
}

/** Most of what lacks phase are slow waves, which no tile tells: what it can tell must count more (docs/learning-notes.md). */
const phaseWeight = 4;

/** Of the groups, every so many lend a validation tile. */
const validationStride = 4;

/** Of the objects, those that train: one at least chooses, and one at least trains. */
export function trainingObjects({
  objects,
  validationFraction,
}: Pick<SimulatedLessonOptions, "objects" | "validationFraction">): number {
  return objects - Math.max(1, Math.min(objects - 1, Math.round(validationFraction * objects)));
}

/** Simulates the scans, runs the engine on each, and makes batches of tiles: in each epoch one per group and object that
 * trains, at the group, moved by chance and laid by any of the square's symmetries.
 * @throws Range for a rate that rises to the end, and what simulations and the engine throw. */
export async function simulatedLesson(
  task: ScanTask,
  table: GroupTable,
  options: SimulatedLessonOptions,
  { seed, backend, signal, log, progress }: LessonContext,
): Promise<Lesson> {
  const { objects, engine, kind, tilePx, batchSize: tiles } = options;
  const trains = trainingObjects(options);
  const chosenBy = objects - trains;
  const items = Int32Array.from({ length: table.count * trains }, (_, index) => index);
  // A rate that would rise to the end is refused before the engine runs.
  rateCourse(options, { items, batchSize: tiles });
  const scans: TaughtScan[] = [];
  for (let index = 0; index < objects; index++) {
    const { problem, truth } = simulatedScan(task, kind, { seed, index, backend, signal });
    const planes = await scanPlanes(engine, problem, { backend, seed, signal });
    scans.push(taughtScan(planes, truth, problem.positions));
    progress?.((index + 1) / objects, `${engine.name} on simulated scan ${index + 1}/${objects}`);
  }
  const training = scans.slice(0, trains);
  const judging = scans.slice(trains);
  const spread = meanSquares(training);
  log(
    `simulated: ${objects} scans of ${kind.phantoms.join(", ")}, ${engine.name} on each, ${chosenBy} of them to choose; it lacks ` +
      `${Math.sqrt(spread.amplitude).toFixed(4)} of amplitude and ${Math.sqrt(spread.phase).toFixed(4)} rad`,
  );
  log(`tiles: ${items.length} an epoch, of ${training.length} objects`);
  const batch = taughtTiles(tiles, tilePx);
  const { positions } = task.problem;
  const jitterPx = Math.floor(tilePx / 4);

  function tileAt(group: number, [right, down, symmetry]: readonly [number, number, number]): TaughtTile {
    const { originX, originY } = placeCanvas(positions, membersOf(table, group), tilePx);
    return { x: originX + right, y: originY + down, symmetry };
  }
  const perScan = Math.ceil(table.count / validationStride);
  const validationBatch: Level["batch"] = (index) => {
    for (let b = 0; b < tiles; b++) {
      const at = (index * tiles + b) % (perScan * judging.length);
      const group = (validationStride * (at % perScan)) % table.count;
      batch.set(b, judging[Math.floor(at / perScan)]!, tileAt(group, [0, 0, 0]));
    }
    return batch.feeds;
  };
  const start: Level = { name: `${engine.name} object`, batch: validationBatch };
  return {
    ...lessonGraph(options, spread),
    batchSize: tiles,
    items,
    batch(epoch, order, first) {
      for (let b = 0; b < tiles; b++) {
        const item = order[(first + b) % order.length]!;
        const rng = createRng(seed, "training", { dose: epoch, frame: item, pixel: 4 });
        const moved = (): number => rng.integer(2 * jitterPx + 1) - jitterPx;
        const at = [moved(), moved(), rng.integer(symmetries)] as const;
        batch.set(b, training[item % training.length]!, tileAt(Math.floor(item / training.length), at));
      }
      return batch.feeds;
    },
    validationBatches: Math.ceil((perScan * judging.length) / tiles),
    validationBatch,
    levels: [start],
    start: start.name,
  };
}

function lessonGraph(
  { widths, tilePx, batchSize }: SimulatedLessonOptions,
  spread: { readonly amplitude: number; readonly phase: number },
): Pick<Lesson, "specs" | "parameters" | "loss" | "corrections" | "activations"> {
  const { nets, specs } = tileNetwork(widths, 1);
  const parameters = parameterInputs(specs);
  const shape = (channels: number): number[] => [batchSize, channels, tilePx, tilePx];
  const activations: Tensor[] = [];
  const corrections = nets[0]!.apply(input("planes", shape(tileChannels.inputs)), parameters, (features) =>
    activations.push(peak(features, [0, 2, 3])),
  );
  const { shape: whole } = corrections;
  const lacking = square(subtract(corrections, input("wanted", whole)));
  // A mean over both channels is half of their sum.
  const shares = constant(
    [1, 2, 1, 1],
    [1 / spread.amplitude, phaseWeight / spread.phase].map((share) => (2 * share) / (1 + phaseWeight)),
  );
  const weighted = multiply(
    multiply(lacking, expand(shares, whole)),
    expand(input("weight", shape(1)), whole),
  );
  return { specs, parameters, loss: mean(weighted, [0, 1, 2, 3]), corrections, activations };
}
