// What a plan refuses of the training jobs, because counts alone tell that they would fail: groups too few to train and to choose
// by, and a warm-up as long as the training.

import { describe, expect, test } from "vitest";
import { checkDesign } from "./design/check.ts";
import { mergeDesign, type Tree } from "./design/merge.ts";
import { presets } from "./design/presets.ts";
import { planStudy } from "./plan.ts";
import { rejection } from "../../test/support/training-job.ts";

const base = mergeDesign(presets.quick, {
  object: { heightPx: 160, widthPx: 128 },
  doses: [1e4],
  views: { baseline: null, sparse: null },
  arms: ["pinn", "rpie"],
});

const planned = (changes: Tree) => planStudy(checkDesign(mergeDesign(base, changes)));

/** Frames of the training half of the only view. */
async function framesTrain(): Promise<number> {
  return (await planned({})).views[0]!.framesTrain;
}

describe("a warm-up", () => {
  const warm = (arm: string, warmUpSteps: number, options: Tree = {}, more: Tree = {}): Tree => ({
    arms: [arm, "rpie"],
    methods: { [arm]: { widths: [4, 8], epochs: 3, batchSize: 2, leastSteps: 0, warmUpSteps, ...options } },
    ...more,
  });

  test.each(["pinn", "supervised", "pinn-scan"])("of %s is shorter than the training", async (arm) => {
    const steps = 3 * Math.ceil((await framesTrain()) / 2);
    await expect(planned(warm(arm, steps - 1))).resolves.toMatchObject({ kind: "simulated" });
    expect(await rejection(planned(warm(arm, steps)))).toMatchObject({
      _tag: "Design",
      context: {
        key: `methods.${arm}.warmUpSteps`,
        expected: expect.stringMatching(new RegExp(`^fewer than ${steps}\\b`, "u")),
        got: String(steps),
      },
    });
  });

  test("is counted in steps of the groups that are asked for, of the study's epochs and batches", async () => {
    const training = { groupCount: 7, batchSize: 4, epochs: 5 };
    const changes = (warmUpSteps: number): Tree =>
      warm("pinn", warmUpSteps, { epochs: null, batchSize: null }, { training });
    await expect(planned(changes(9))).resolves.toBeDefined();
    expect(await rejection(planned(changes(10)))).toMatchObject({
      context: { expected: expect.stringMatching(/^fewer than 10: 5 epochs of at most 2 steps/u), got: "10" },
    });
  });

  test("may last as long as the least steps let it", async () => {
    const options = { epochs: 1, batchSize: 4, leastSteps: 7 };
    const changes = (warmUpSteps: number): Tree =>
      warm("pinn", warmUpSteps, options, { training: { groupCount: 7 } });
    await expect(planned(changes(7))).resolves.toBeDefined();
    expect(await rejection(planned(changes(8)))).toMatchObject({
      context: { expected: expect.stringMatching(/^fewer than 8: 4 epochs of at most 2 steps/u), got: "8" },
    });
  });

  test("of supervised-scan has the steps of every object that trains", async () => {
    const options = { objects: 4, validationFraction: 0.5, tilePx: 32 };
    const steps = (3 * ((await framesTrain()) * (4 - 2))) / 2;
    await expect(planned(warm("supervised-scan", steps - 1, options))).resolves.toBeDefined();
    expect(await rejection(planned(warm("supervised-scan", steps, options)))).toMatchObject({
      context: { key: "methods.supervised-scan.warmUpSteps", got: String(steps) },
    });
  });

  test("of an arm that does not train is nobody's", async () => {
    const changes = { ...warm("pinn", 5000), arms: ["rpie"] };
    await expect(planned(changes)).resolves.toBeDefined();
  });

  test("of the network that a hybrid arm starts from is refused as well", async () => {
    const changes = warm("pinn", 5000);
    expect(
      await rejection(
        planned({
          ...changes,
          arms: ["hybrid", "rpie"],
          methods: { ...(changes["methods"] as Tree), hybrid: { network: "pinn" } },
        }),
      ),
    ).toMatchObject({ context: { key: "methods.pinn.warmUpSteps" } });
  });
});

describe("a single group", () => {
  const one = { views: { dense: null, baseline: { gridsize: 1, overlap: 0.7 } } };

  test("of a single frame that is kept is refused where groups have to choose, too", async () => {
    const changes = { ...one, training: { subsampleCount: 1 } };
    expect(await rejection(planned(changes))).toMatchObject({
      _tag: "Design",
      context: {
        key: "training.subsampleCount",
        expected: "at least 2 groups",
        got: "1 group in view baseline",
      },
    });
    // Frames choose there, or other objects do.
    await expect(planned({ ...changes, arms: ["supervised-scan", "rpie"] })).resolves.toBeDefined();
  });
});
