// Networks that are smaller than in the full study are said to be.

import { expect, test } from "vitest";
import { syntheticResult } from "../../test/support/synthetic-run.ts";
import { checkDesign } from "../study/design/check.ts";
import { presets } from "../study/design/presets.ts";
import { networkSizeCaveats } from "./network-size.ts";

const full = presets.fly64;
const arms = ["pinn", "pinn-scan", "supervised", "rpie", "steps", "hybrid", "null"];
const withMethods = (methods: object, training: object = full.training) => ({
  ...syntheticResult(),
  design: { methods, training },
});

test("the quick preset's networks are named with their channels and epochs, and the full study's beside them", () => {
  const design = checkDesign(presets.quick);
  const caveats = networkSizeCaveats({ ...syntheticResult(), design }, design.arms);
  expect(caveats.length).toBeGreaterThan(0);
  expect(caveats[0]).toMatch(
    /^pinn.* small networks? here: 8, 16 and 32 channels and \d+ epochs?(?: \(\d+ steps at least\))?, where the full study \(fly64\) takes 16, 32 and 64 channels and \d+ epochs on a larger scan\. More/u,
  );
});

test("only networks that are less than the full study's are named, those of one size together", () => {
  const small = { widths: [4], epochs: 1 };
  const some = withMethods({ pinn: small, supervised: small, "pinn-scan": {} });
  expect(networkSizeCaveats(some, arms)).toEqual([
    expect.stringMatching(/^pinn and supervised are small networks here: 4 channels and 1 epoch, where/u),
  ]);
  expect(networkSizeCaveats(some, ["supervised", "rpie"])[0]).toMatch(/^supervised is a small network/u);
  const raised = withMethods({ pinn: { ...small, leastSteps: 9 }, supervised: small });
  expect(networkSizeCaveats(raised, arms)).toEqual([
    expect.stringMatching(
      /^pinn is a small network here: 4 channels and 1 epoch \(9 steps at least\), where/u,
    ),
    expect.stringMatching(/^supervised is a small network here: 4 channels and 1 epoch, where/u),
  ]);
  const epochs = full.training.epochs - 1;
  expect(networkSizeCaveats(withMethods({}, { ...full.training, epochs }), ["pinn"])).toHaveLength(1);
});

test("nothing is said of the full study, of other arms, or of a design that does not say", () => {
  expect(networkSizeCaveats(withMethods(full.methods), arms)).toEqual([]);
  expect(networkSizeCaveats(withMethods({ steps: { steps: 1 } }), ["steps", "hybrid", "rpie"])).toEqual([]);
  expect(networkSizeCaveats(syntheticResult(), arms)).toEqual([]);
});
