// The epochs that a chain is said to run are those that it runs, link by link, on whatever frames are held out.

import { expect, test } from "vitest";
import { chainOrder, mostEpochs } from "./chain-order.ts";
import { prepareEngine, type Link } from "./prepare.ts";

const chooses = ({ options }: Link): boolean => options.heldOutFraction > 0;

test.each([
  // Nothing is held out: each link once.
  ["rpie:3+ml:5", {}, [3, 5], 0, 0],
  // All choose, then all are refitted.
  ["rpie:3", { heldOutFraction: 0.1 }, [6], 1, 0],
  ["rpie:3+ml:5", { heldOutFraction: 0.1 }, [6, 10], 2, 0],
  // No refit after the last that wants none.
  ["rpie:3+ml:5", { heldOutFraction: 0.1, refit: false }, [3, 5], 2, 2],
  ["rpie:3+ml:5", { heldOutFraction: 0.1, "rpie.refit": false }, [3, 10], 2, 1],
  ["rpie:3+ml:5", { heldOutFraction: 0.1, "ml.refit": false }, [3, 5], 2, 2],
  // A link before one that chooses runs for it, too; one after the last that chooses does not.
  ["rpie:3+ml:5", { "ml.heldOutFraction": 0.1 }, [6, 10], 2, 0],
  ["rpie:3+ml:5", { "rpie.heldOutFraction": 0.1 }, [6, 5], 1, 0],
  // Up to six weights.
  ["rpie:3+ml:5", { heldOutFraction: 0.1, "ml.priorWeight": "auto" }, [6, 35], 2, 0],
  [
    "rpie:3+ml:5",
    { heldOutFraction: 0.1, refit: false, priorWeight: "auto", "ml.prior": "none" },
    [18, 5],
    2,
    2,
  ],
])("%s with %o", (spec, options, epochs, choosing, refitFrom) => {
  const { links } = prepareEngine(spec, options);
  expect(mostEpochs(links, chooses)).toEqual(epochs);
  expect(chainOrder(links, chooses)).toEqual({ choosing, refitFrom });
});
