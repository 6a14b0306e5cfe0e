// Warnings of a plan: views whose frames are too few for their neighbours, those that are kept for groups included.

import { expect, test } from "vitest";
import { planWarnings } from "./plan-warnings.ts";
import type { PlannedView } from "./plan-types.ts";
import { checkDesign } from "./design/check.ts";
import { mergeDesign, type Tree } from "./design/merge.ts";
import { presets } from "./design/presets.ts";

function warningsOf(changes: Tree, { framesTrain = 40, framesTest = 30 } = {}): string[] {
  const view: PlannedView = {
    view: "dense",
    gridsize: 2,
    overlapAsked: 0.7,
    stepPx: 8,
    predictedOverlap: 0.7,
    frames: 80,
    framesTrain,
    framesTest,
    framesDropped: 10,
    packingBound: 0.2,
    areaPx: 6400,
    areaPerFramePx: 64,
  };
  return planWarnings(checkDesign(mergeDesign(presets.quick, changes)), [view], {
    photonsPerPx: [],
    split: null,
  });
}

test("K that every frame of a split is a neighbour for is told", () => {
  expect(warningsOf({ neighborCount: 29 })).toEqual([]);
  expect(warningsOf({ neighborCount: 30 })).toEqual([
    "View dense has 30 frames in a split, fewer than K + 1 = 31: every frame is every other's neighbour there.",
  ]);
});

test("groups are made of the frames that are kept, and those are counted", () => {
  expect(warningsOf({ neighborCount: 11, training: { subsampleCount: 12 } })).toEqual([]);
  expect(warningsOf({ neighborCount: 12, training: { subsampleCount: 12 } })).toEqual([
    "View dense has 12 frames that are kept (training.subsampleCount) in a split, fewer than K + 1 = 13: every frame is every other's neighbour there.",
  ]);
});
