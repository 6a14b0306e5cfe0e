// Scores parameters on validation batches: the loss that chooses an epoch, and what tells a network that has died.

import type { ParameterSpec, ParameterValues } from "../models/parameters.ts";
import { loadGraph } from "../runtime/load-graph.ts";
import type { Feeds, Runtime } from "../runtime/runtime.ts";
import type { Tensor } from "../graph/tensor.ts";

/** What is judged: the parts of a lesson that do not train. */
export interface Examination {
  readonly specs: readonly ParameterSpec[];
  /** One number: what is minimised, and what chooses where that is another one. */
  readonly loss: Tensor;
  readonly judged?: Tensor | undefined;
  /** [B, …]. */
  readonly corrections: Tensor;
  /** Largest activation of each unit over a batch, [1, units, 1, 1] per layer. */
  readonly activations: readonly Tensor[];
  readonly validationBatches: number;
  validationBatch(index: number): Feeds;
}

export interface Judgement {
  /** Mean loss of the validation batches. */
  readonly validation: number;
  /** Root mean square deviation of the output from its mean over inputs. */
  readonly spread: number;
  /** Units that are 0 for every input. */
  readonly deadUnits: number;
}

export interface Judge {
  score(parameters: ParameterValues): Promise<Judgement>;
  /** The loss of one batch, parameters among the feeds. */
  loss(feeds: Feeds): Promise<number>;
  /** Parameters that are all 0. */
  readonly zeros: Feeds;
  release(): Promise<void>;
}

/** @throws Compute when the runtime refuses the graph. */
export async function openJudge(exam: Examination, runtime: Runtime, threads: number): Promise<Judge> {
  const { specs, loss, judged = loss, corrections, activations, validationBatches } = exam;
  const layers = activations.map((tensor, i) => [`layer${i}`, tensor] as const);
  const session = await loadGraph(
    runtime,
    { outputs: { loss: judged, corrections, ...Object.fromEntries(layers) } },
    { threads },
  );
  const feedsOf = (values: (spec: ParameterSpec) => Float32Array): Feeds =>
    Object.fromEntries(specs.map((spec) => [spec.name, { shape: spec.shape, data: values(spec) }]));
  return {
    async score(parameters) {
      const fed = feedsOf(({ name }) => parameters[name]!);
      let validation = 0;
      const spread = spreadOver(corrections.shape);
      const alive = layers.map(([, tensor]) => new Uint8Array(tensor.shape[1]!));
      for (let index = 0; index < validationBatches; index++) {
        const outputs = await session.run({ ...exam.validationBatch(index), ...fed });
        validation += outputs["loss"]![0]! / validationBatches;
        spread.add(outputs["corrections"]!);
        for (const [i, [name]] of layers.entries()) {
          outputs[name]!.forEach((largest, unit) => (alive[i]![unit]! ||= largest > 0 ? 1 : 0));
        }
      }
      const deadUnits = alive.reduce((sum, units) => sum + units.filter((lives) => lives === 0).length, 0);
      return { validation, spread: spread.value(), deadUnits };
    },
    loss: async (feeds) => (await session.run(feeds))["loss"]![0]!,
    zeros: feedsOf(({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1))),
    release: () => session.release(),
  };
}

/** Spread of outputs [B, …] over the inputs of every batch together: batches of one input have a spread too. */
function spreadOver([batchSize, ...rest]: readonly number[]) {
  const each = rest.reduce((product, extent) => product * extent, 1);
  const [sums, squares] = [new Float64Array(each), new Float64Array(each)];
  let inputs = 0;
  return {
    add(outputs: Float32Array): void {
      inputs += batchSize!;
      for (const [i, value] of outputs.entries()) {
        sums[i % each] = sums[i % each]! + value;
        squares[i % each] = squares[i % each]! + value * value;
      }
    },
    value(): number {
      let variance = 0;
      for (const [i, sum] of sums.entries()) variance += squares[i]! / inputs - (sum / inputs) ** 2;
      // Rounding may leave a little less than nothing.
      return Math.sqrt(Math.max(0, variance / each));
    },
  };
}
