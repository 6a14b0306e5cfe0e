// What a plan has to say before any time is spent: sweeps without contrast, doses at which a flat object will be hard to beat,
// views with few frames, a guard band that frames reach across.

import type { PlannedSplit, PlannedView, PhotonDensity } from "./plan-types.ts";
import type { StudyDesign } from "./design/schema.ts";

/** Overlaps closer than this are one level of the sweep. */
const leastContrast = 0.05;

export function planWarnings(
  design: StudyDesign,
  views: readonly PlannedView[],
  { photonsPerPx, split }: { photonsPerPx: readonly PhotonDensity[]; split: PlannedSplit | null },
): string[] {
  return [
    ...contrastWarnings(views),
    ...doseWarnings(photonsPerPx),
    ...viewWarnings(design, views),
    ...guardWarnings(split),
  ];
}

/** Frames that see both halves let a network be scored on what it was trained on (F-08). */
function guardWarnings(split: PlannedSplit | null): string[] {
  if (split === null || split.leakage === 0) return [];
  return [
    `The guard band of ${Number(split.guardPx.toPrecision(4))} px is too small: in a view up to ${percent(split.leakage)} of the scored frames ` +
      'see a pixel of the training half. Networks are scored on what they have seen; set split.guardPx to "auto".',
  ];
}

/** Views of one gridsize are there to differ in overlap; of two gridsizes, to differ in that. */
function contrastWarnings(views: readonly PlannedView[]): string[] {
  return views.flatMap((a, i) =>
    views.slice(i + 1).flatMap((b) => {
      if (a.gridsize !== b.gridsize) return [];
      const apart = Math.abs(a.predictedOverlap - b.predictedOverlap);
      if (apart >= leastContrast) return [];
      return [
        `A sweep without contrast: views ${a.view} and ${b.view} have overlaps ${percent(a.predictedOverlap)} and ` +
          `${percent(b.predictedOverlap)}, less than ${percent(leastContrast)} apart.`,
      ];
    }),
  );
}

function doseWarnings(photons: readonly PhotonDensity[]): string[] {
  const faint = new Map<number, number>();
  for (const { dose, perDetectorPx } of photons) if (perDetectorPx < 1) faint.set(dose, perDetectorPx);
  return [...faint].map(
    ([dose, perDetectorPx]) =>
      `Dose ${Number(dose.toPrecision(4))} is ${Number(perDetectorPx.toPrecision(2))} photons per detector pixel, below 1: ` +
      "expect the null arm to be hard to beat.",
  );
}

function viewWarnings(design: StudyDesign, views: readonly PlannedView[]): string[] {
  return views.flatMap(({ view, gridsize, framesTrain, framesTest }) => {
    const warnings: string[] = [];
    const { groupCount, subsampleCount } = design.training;
    const fewest = Math.min(framesTrain, framesTest);
    const grouped = Math.min(fewest, subsampleCount ?? fewest);
    if (gridsize > 1 && grouped <= design.neighborCount) {
      const kept = grouped < fewest ? " that are kept (training.subsampleCount)" : "";
      warnings.push(
        `View ${view} has ${grouped} frames${kept} in a split, fewer than K + 1 = ${design.neighborCount + 1}: ` +
          "every frame is every other's neighbour there.",
      );
    }
    if (gridsize === 1 && groupCount !== null && groupCount > fewest) {
      warnings.push(
        `View ${view} has ${fewest} frames in a split: it makes that many groups, not ${groupCount}.`,
      );
    }
    return warnings;
  });
}

function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}
