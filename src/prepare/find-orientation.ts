// Which of the eight orientations the scan has: a few sweeps of an engine with each, scored by the Poisson deviance per pixel that
// they leave. A wrong one cannot make neighbouring frames agree.
//
// In the far field a scan turned by 180° fits as well as the right one: the object and the probe turned and conjugated give the
// same patterns. Orientation k and k ^ 3 (both axes reversed) are therefore one answer unless the start probe, which is then held
// fixed in shape by few sweeps, tells them apart; the answer is then ambiguous between the two, and the one that fits better is taken.

import type { Backend } from "../compute/backend.ts";
import type { Dataset } from "../data/dataset.ts";
import { prepareEngine } from "../engines/prepare.ts";
import { runEngine } from "../engines/run.ts";
import { flatImage, type ComplexImage } from "../array/ndarray.ts";
import { nearFieldTransfer, type NearFieldGeometry } from "../optics/near-field.ts";
import { orient, orientationCount, orientationText } from "./orientation.ts";

export interface OrientationScore {
  readonly orientation: number;
  readonly text: string;
  /** Poisson deviance per pixel after the sweeps: lower fits better, 1 is noise. */
  readonly deviance: number;
  readonly object: ComplexImage;
}

export interface OrientationAnswer {
  /** Best first. */
  readonly scores: readonly OrientationScore[];
  readonly best: number;
  /** Share of the spread between the best and the worst by which the next different answer is worse. */
  readonly margin: number;
  /** Orientations that cannot be told from the best. */
  readonly equivalent: readonly number[];
  readonly isAmbiguous: boolean;
}

const engine = "rpie:12";
/** Frames that take part: a compact piece of the scan. */
const framesAtMost = 200;
/** Below this margin an answer is called ambiguous. */
const leastMargin = 0.15;
/** Orientations that differ by less than this share of the deviance differ by chance: nothing in the scan depends on them. */
const leastSpread = 0.02;
const marginPx = 8;

/** @throws as engines do; Interrupted. */
export async function findOrientation(
  dataset: Dataset,
  {
    backend,
    signal,
    onScore,
  }: {
    backend: Backend;
    signal?: AbortSignal | undefined;
    onScore?: ((score: OrientationScore) => void) | undefined;
  },
): Promise<OrientationAnswer> {
  const part = compactPart(dataset);
  const scores: OrientationScore[] = [];
  for (let orientation = 0; orientation < orientationCount; orientation++) {
    const score = await scoreOf(part, orientation, backend, signal);
    onScore?.(score);
    scores.push(score);
  }
  scores.sort((a, b) => a.deviance - b.deviance);
  const first = scores[0]!;
  const worst = scores.at(-1)!;
  const spread = worst.deviance - first.deviance;
  const behind = ({ deviance }: OrientationScore): number =>
    spread > 0 ? (deviance - first.deviance) / spread : 0;
  const twin = scores.find(({ orientation }) => orientation === (first.orientation ^ 3))!;
  const isFarField = dataset.metadata["nearField"] === undefined;
  const hasTwin = isFarField && behind(twin) < leastMargin;
  const others = scores.filter((score) => score !== first && !(hasTwin && score === twin));
  const margin = behind(others[0]!);
  // The sort keeps the order of equal ones: of an exact tie the lower number is the first.
  const best = first.orientation;
  return {
    scores,
    best,
    margin,
    equivalent: hasTwin ? [best ^ 3] : [],
    isAmbiguous: hasTwin || margin < leastMargin || spread < leastSpread * first.deviance,
  };
}

/** "margin 73 %", "ambiguous: 0 or 3, the twin with the object turned by 180° and conjugated; margin to the others 20 %". */
export function marginText({ best, margin, isAmbiguous, equivalent }: OrientationAnswer): string {
  const percent = `${(100 * margin).toFixed(0)} %`;
  if (equivalent.length === 0) return `${isAmbiguous ? "ambiguous: " : ""}margin ${percent}`;
  const numbers = [best, ...equivalent].join(" or ");
  return `ambiguous: ${numbers}, the twin with the object turned by 180° and conjugated; margin to the others ${percent}`;
}

/** Deviance per pixel that few sweeps leave when the start is right: noise leaves 1. Bright frames take longer, but then the right
 * orientation stands out by this factor. */
const [goodDeviance, standsOut] = [3, 1.5];

/** What a user should know before the answer is believed. */
export function orientationDoubts(answer: OrientationAnswer): string[] {
  const { isAmbiguous, scores } = answer;
  const { deviance } = scores[0]!;
  const way = "a start probe nearer to the real one tells more: --defocus, --zone-plate-diameter";
  return [
    ...(isAmbiguous
      ? [`the orientation is ${marginText(answer)}; state it with --orientation, or ${way}`]
      : []),
    ...(deviance > goodDeviance && scores.at(-1)!.deviance < standsOut * deviance
      ? [
          `no orientation fits well: the best leaves a deviance of ${deviance.toPrecision(3)} per pixel, where noise leaves 1; ${way}`,
        ]
      : []),
  ];
}

/** Without the objects. */
export function scoresOf({ best, margin, isAmbiguous, equivalent, scores }: OrientationAnswer) {
  return {
    best,
    margin,
    ambiguous: isAmbiguous,
    equivalent,
    scores: scores.map(({ orientation, text, deviance }) => ({ orientation, text, deviance })),
  };
}

async function scoreOf(
  { dataset, rows }: { dataset: Dataset; rows: readonly number[] },
  orientation: number,
  backend: Backend,
  signal: AbortSignal | undefined,
): Promise<OrientationScore> {
  const { size, diffraction, probe, mask, metadata } = dataset;
  const pixels = size * size;
  const turned = orient(dataset.positions, orientation);
  const [x, y] = [turned.x, turned.y].map((values) => Float64Array.from(rows, (row) => values[row]!));
  const [left, top] = [Math.min(...x!), Math.min(...y!)];
  const shift = size / 2 + marginPx;
  const extent = (values: Float64Array, least: number): number =>
    Math.ceil(Math.max(...values) - least) + size + 2 * marginPx;
  const frames = new Float32Array(rows.length * pixels);
  rows.forEach((row, i) => frames.set(diffraction.subarray(row * pixels, (row + 1) * pixels), i * pixels));
  const { width, height } = { width: extent(x!, left), height: extent(y!, top) };
  const nearField = metadata["nearField"] as NearFieldGeometry | undefined;
  const result = await runEngine(
    prepareEngine(engine, {}),
    {
      frames: rows.length,
      size,
      diffraction: frames,
      positions: { x: x!.map((value) => value - left + shift), y: y!.map((value) => value - top + shift) },
      probe: probe.data.subarray(0, 2 * pixels),
      probeModes: 1,
      objectHeight: height,
      objectWidth: width,
      object: flatImage(height, width),
      ...(mask === undefined ? {} : { mask }),
      ...(nearField === undefined ? {} : { transfer: nearFieldTransfer(size, nearField) }),
    },
    { backend, seed: 0, signal },
  );
  return {
    orientation,
    text: orientationText(orientation),
    deviance: result.deviance.at(-1) ?? NaN,
    object: result.object,
  };
}

/** The frames nearest to the middle of the scan. */
function compactPart(dataset: Dataset): { dataset: Dataset; rows: readonly number[] } {
  const { x, y } = dataset.positions;
  const mean = (values: Float64Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [cx, cy] = [mean(x), mean(y)];
  const rows = Array.from({ length: dataset.frames }, (_, row) => row)
    .toSorted((a, b) => Math.hypot(x[a]! - cx, y[a]! - cy) - Math.hypot(x[b]! - cx, y[b]! - cy) || a - b)
    .slice(0, framesAtMost);
  return { dataset, rows: rows.toSorted((a, b) => a - b) };
}
