// mPIE: rPIE with momentum. The PIE sweep (pie.ts), and after every T visits
//   v ← η v + (O − O_T ago),  O ← O + η v;  the probe has none
// Maiden, Johnson & Li 2017, equations 18–20, doi:10.1364/OPTICA.4.000736.

import { z } from "zod";
import { defineEngine } from "./engine.ts";
import { pieCapabilities, pieMemory, pieShape, startPie } from "./pie.ts";

const options = z.strictObject({
  ...pieShape,
  objectStep: pieShape.objectStep.default(0.5),
  alpha: z.number().gt(0).max(1).default(0.3).describe("α: regularisation of the object update."),
  beta: z.number().gt(0).max(1).default(1).describe("β: the same for the probe update."),
  friction: z.number().min(0).lt(1).default(0.7).describe("η: how much of the last burst's motion is kept."),
  visits: z.number().int().positive().default(50).describe("T: visits in a burst."),
});

export const mpie = defineEngine<z.infer<typeof options>>({
  name: "mpie",
  title: "mPIE",
  summary: "rPIE with momentum: leaves slow stretches faster",
  options,
  cites: ["10.1364/OPTICA.4.000736"],
  capabilities: pieCapabilities,
  // Velocity, and the object as it was.
  memory: (given) => ({ ...pieMemory(given), fields: 2 }),
  start: (run, { friction, visits, ...rule }) => startPie(run, { ...rule, momentum: { friction, visits } }),
});
