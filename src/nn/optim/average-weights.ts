// A running mean of the weights, often better than the last of them: a ← a + (1 − k)(w − a).
// Polyak & Juditsky 1992, doi:10.1137/0330046. k = min(decay, (1 + t)/(10 + t)), so that start values are soon forgotten.

import { add } from "../ops/add.ts";
import { scaleBy } from "../ops/scale-by.ts";
import { subtract } from "../ops/subtract.ts";
import { expectOption, shareBelow1 } from "./options.ts";
import { eachParameter, type Transform } from "./transform.ts";

/** Keeps `average` and leaves the updates alone. It stands last in a chain: what it averages are the parameters after the
 * updates that it is given.
 * @throws Range */
export function averageWeights(decay: number): Transform {
  expectOption("decay", decay, shareBelow1);
  return {
    name: "weights",
    state: { average: "parameter" },
    scalars: { follow: ({ step }) => 1 - Math.min(decay, (1 + step) / (10 + step)) },
    update({ updates, parameters, state, scalars }) {
      const average = eachParameter(updates, (name) => {
        const before = state["average"]![name]!;
        const after = add(parameters[name]!, updates[name]!);
        return add(before, scaleBy(subtract(after, before), scalars["follow"]!));
      });
      return { updates, state: { average } };
    },
  };
}
