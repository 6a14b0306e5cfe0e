// RAAR: relaxed averaged alternating reflections. One iteration of projection.ts with β < 1:
//   ψ ← β/2 (R_F R_O + 1) ψ + (1 − β) Π_O ψ = Π_O ψ + β (Π_F ξ − ξ),  ξ = 2Π_O ψ − ψ
// Luke 2005, doi:10.1088/0266-5611/21/1/004.

import { z } from "zod";
import { defineEngine } from "./engine.ts";
import { projectionCapabilities, projectionMemory, projectionShape, startProjection } from "./projection.ts";

const options = z.strictObject({
  ...projectionShape,
  epochs: projectionShape.epochs.default(120),
  probeError: projectionShape.probeError.default(0.1),
  relaxation: z
    .number()
    .gt(0)
    .max(1)
    .default(0.9)
    .describe("β: 1 is the difference map, smaller stays nearer to the overlap."),
});

export const raar = defineEngine<z.infer<typeof options>>({
  name: "raar",
  title: "RAAR",
  summary: "relaxed averaged alternating reflections: a calmer difference map",
  options,
  cites: ["10.1088/0266-5611/21/1/004"],
  capabilities: projectionCapabilities,
  memory: projectionMemory,
  start: (run, { relaxation, ...rule }) => startProjection(run, { ...rule, relax: relaxation }),
});
