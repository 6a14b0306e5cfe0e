// What an arm that learns from simulated scans takes from the study: what its objects are drawn from.

import type { StudyDesign } from "../design/schema.ts";

/** Options that name the objects. */
const named = ["phantoms", "amplitudeMin", "phaseRangeRad"] as const;

interface Method {
  readonly [option: string]: unknown;
}

/** The method's options, where they leave open what the objects are as the study's own phantom has it. */
export function withStudyObjects<Options extends Method>(method: Options, design: StudyDesign): Options {
  if (!named.every((option) => option in method)) return method;
  if (design.kind !== "simulated" || design.object.kind !== "phantom") return method;
  const { phantom, amplitudeMin, phaseRangeRad } = design.object;
  const study: Method = { phantoms: [phantom], amplitudeMin, phaseRangeRad };
  return {
    ...method,
    ...Object.fromEntries(named.map((option) => [option, method[option] ?? study[option]])),
  };
}

/** Options that name the objects and that neither the method nor the study gives. */
export function missingObjects(method: Method, design: StudyDesign): readonly string[] {
  const known = withStudyObjects(method, design);
  return named.filter((option) => option in known && known[option] === null);
}
