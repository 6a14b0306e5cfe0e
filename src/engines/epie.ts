// ePIE: extended ptychographic iterative engine. The PIE sweep (pie.ts) with α = β = 1:
//   O_r += γ P*χ / max|P|²,  P += γ' O_r*χ / max|O_r|²
// Maiden & Rodenburg 2009, doi:10.1016/j.ultramic.2009.05.012.

import { z } from "zod";
import { defineEngine } from "./engine.ts";
import { pieCapabilities, pieMemory, pieShape, startPie } from "./pie.ts";

const options = z.strictObject(pieShape);

export const epie = defineEngine<z.infer<typeof options>>({
  name: "epie",
  title: "ePIE",
  summary: "extended ptychographic iterative engine: robust, frame after frame, with a shrinking step",
  options,
  cites: ["10.1016/j.ultramic.2009.05.012"],
  capabilities: pieCapabilities,
  memory: pieMemory,
  start: (run, rule) => startPie(run, { ...rule, alpha: 1, beta: 1 }),
});
