// rPIE: regularised ptychographic iterative engine. The PIE sweep (pie.ts) with denominators between the local and the
// largest power:
//   O_r += γ P*χ / ((1−α)|P|² + α max|P|²),  P += γ' O_r*χ / ((1−β)|O_r|² + β max|O_r|²)
// α near 0 moves weakly lit pixels as fast as bright ones: quick, and noisy where the probe has long tails. α = 1 is ePIE.
// Maiden, Johnson & Li 2017, table 1, doi:10.1364/OPTICA.4.000736.

import { z } from "zod";
import { defineEngine } from "./engine.ts";
import { pieCapabilities, pieMemory, pieShape, startPie } from "./pie.ts";

const options = z.strictObject({
  ...pieShape,
  alpha: z
    .number()
    .gt(0)
    .max(1)
    .default(0.3)
    .describe("α: regularisation of the object update; 1 = ePIE, smaller = faster and noisier."),
  beta: z.number().gt(0).max(1).default(1).describe("β: the same for the probe update."),
});

export const rpie = defineEngine<z.infer<typeof options>>({
  name: "rpie",
  title: "rPIE",
  summary: "regularised PIE: weakly lit pixels catch up, with a shrinking step",
  options,
  cites: ["10.1364/OPTICA.4.000736"],
  capabilities: pieCapabilities,
  memory: pieMemory,
  start: startPie,
});
