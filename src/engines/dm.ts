// DM: difference map. One iteration of projection.ts with β = 1:  ψ ← ψ + Π_F(2Π_O ψ − ψ) − Π_O ψ.
// Thibault, Dierolf, Bunk, Menzel & Pfeiffer 2009, doi:10.1016/j.ultramic.2008.12.011.

import { z } from "zod";
import { defineEngine } from "./engine.ts";
import { projectionCapabilities, projectionMemory, projectionShape, startProjection } from "./projection.ts";

const options = z.strictObject({
  ...projectionShape,
  epochs: projectionShape.epochs.default(120),
  probeError: projectionShape.probeError.default(0.1),
});

export const dm = defineEngine<z.infer<typeof options>>({
  name: "dm",
  title: "DM",
  summary: "difference map: leaves local minima, wanders; its last half settles along the gradient",
  options,
  cites: ["10.1016/j.ultramic.2008.12.011"],
  capabilities: projectionCapabilities,
  memory: projectionMemory,
  start: (run, rule) => startProjection(run, { ...rule, relax: 1 }),
});
