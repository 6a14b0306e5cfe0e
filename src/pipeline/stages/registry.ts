// The stages after planning, by name. Order is stageNames'.

import type { Stage, StageName } from "../stage.ts";
import { compareStage } from "./compare.ts";
import { generateStage } from "./generate.ts";
import { reconstructStage } from "./reconstruct.ts";
import { reportStage } from "./report.ts";
import { trainStage } from "./train.ts";
import { viewsStage } from "./views.ts";

export const stages: { readonly [name in Exclude<StageName, "plan">]: Stage } = {
  generate: generateStage,
  views: viewsStage,
  train: trainStage,
  reconstruct: reconstructStage,
  compare: compareStage,
  report: reportStage,
};
