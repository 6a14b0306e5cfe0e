// A probe that is trained beside the network: the given one plus a shift that starts at 0 and moves slowly, because the
// calibrated probe is nearly right and the object must not escape into it.

import type { Field } from "../fields/field.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { scale } from "../ops/unary.ts";
import type { ParameterSpec, ParameterValues } from "./parameters.ts";

/** A parameter of 1 moves a pixel by this share of the mean modulus of a probe of unit power, 1/N. */
const shiftShare = 0.1;

/** Its parameters; none for 0 modes. */
export function probeShiftSpecs(modes: number, sizePx: number): ParameterSpec[] {
  if (modes === 0) return [];
  const shape = [modes, sizePx, sizePx];
  return ["probe.shift.re", "probe.shift.im"].map((name) => ({ name, shape, deviation: 0 }));
}

/** The probe that the graph uses: the given one where it is not trained. */
export function shiftedProbe(probe: Field, parameters: { readonly [name: string]: Tensor }): Field {
  const [re, im] = [parameters["probe.shift.re"], parameters["probe.shift.im"]];
  if (re === undefined || im === undefined) return probe;
  const share = shiftShare / probe.re.shape[1]!;
  return { re: add(probe.re, scale(re, share)), im: add(probe.im, scale(im, share)) };
}

/** The same in a scan's own units: complex64 [modes, N, N], calibrated to the dose as the given one is. */
export function trainedProbe(
  probe: Float32Array,
  parameters: ParameterValues,
  { sizePx, dosePhotons }: { readonly sizePx: number; readonly dosePhotons: number },
): Float32Array {
  const [re, im] = [parameters["probe.shift.re"], parameters["probe.shift.im"]];
  if (re === undefined || im === undefined) return probe;
  // The graph has the probe over the root of the dose.
  const share = (shiftShare / sizePx) * Math.sqrt(dosePhotons);
  return probe.map((value, i) => value + share * (i % 2 === 0 ? re : im)[i >> 1]!);
}
