// A trained network's folder, with one of its files spoilt and its hash made right: what somebody could hand you. It is read,
// and its inference model is built, as `doselap infer` does.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { networkArms } from "../../../src/nn/arms/registry.ts";
import { loadBundle, saveBundle } from "../../../src/nn/bundle/bundle.ts";
import { groupModel } from "../../../src/nn/models/group-model.ts";
import { initialise } from "../../../src/nn/models/parameters.ts";
import { byteMutators } from "../mutate-bytes.ts";
import { jsonMutators } from "../mutate-json.ts";
import { npzMutators } from "../mutate-npz.ts";
import { textMutators } from "../mutate-text.ts";
import type { FuzzTarget, Mutator } from "../target.ts";

const files = ["model.onnx", "weights.npz", "topology.json", "config.json", "history.json", "bundle.json"];
const facts = { sizePx: 8, groupSize: 4, probeModes: 1, dosePhotons: 1e4, canvasPx: 16, regionPx: 12 };
const widths = [2, 2];
const words = [...jsonMutators, ...jsonMutators, ...textMutators, ...byteMutators];

/** A network nobody trained, saved as any other. */
async function makeBundle(folder: string): Promise<void> {
  const arm = networkArms.pinn;
  const options = arm.options.parse({ widths, steps: 1, damping: 0.3 });
  const { specs } = groupModel({
    ...facts,
    framesPerGroup: facts.groupSize,
    steps: 1,
    stages: 1,
    damping: 0.3,
    output: "additive",
    widths,
    trainedProbeModes: 0,
  });
  const fit = {
    parameters: initialise(specs, 1),
    history: [
      { epoch: 1, loss: 0.1, rate: 1e-3, gradientNorm: 1, validation: 0.2, spread: 0.01, deadUnits: 0 },
    ],
    levels: { truth: 0.05 },
    bestEpoch: 1,
    seed: 1,
    restarts: 0,
  };
  const trained: Parameters<typeof saveBundle>[1]["trained"] = { fit, facts } as Parameters<
    typeof saveBundle
  >[1]["trained"];
  await saveBundle(folder, {
    arm,
    options,
    schedule: { epochs: 1, batchSize: 8, learningRate: 1e-3 },
    trained,
  });
}

function bundleTarget(file: string, mutators: readonly Mutator[]): FuzzTarget {
  return {
    name: `bundle-${file}`,
    mutators,
    keeps: files,
    setUp: makeBundle,
    async samples(folder) {
      await makeBundle(folder);
      return [readFileSync(join(folder, file))];
    },
    async read(input, folder) {
      const headFile = join(folder, "bundle.json");
      writeFileSync(join(folder, file), input);
      if (file !== "bundle.json") {
        const head = JSON.parse(readFileSync(headFile, "utf8"));
        head.sha256[file] = createHash("sha256").update(input).digest("hex");
        writeFileSync(headFile, JSON.stringify(head));
      }
      const bundle = await loadBundle(folder);
      // Sizes that a plan allows and that take long are no fault of the reader.
      if (bundle.facts.canvasPx <= 64 && bundle.facts.sizePx <= 64) bundle.arm.model(bundle).onnx();
    },
  };
}

export const headTarget = bundleTarget("bundle.json", words);
export const configTarget = bundleTarget("config.json", words);
export const topologyTarget = bundleTarget("topology.json", words);
export const historyTarget = bundleTarget("history.json", words);
export const weightsTarget = bundleTarget("weights.npz", [...npzMutators, ...byteMutators]);
