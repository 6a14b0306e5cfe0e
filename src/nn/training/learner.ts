// A training step as something that runs: parameters and optimiser state in flat arrays, fed to one ONNX graph that gives
// them back moved. Two sets of arrays take turns, so a step allocates nothing that is large.

import { DoselapError } from "../../errors.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { ParameterSpec, ParameterValues } from "../models/parameters.ts";
import { adam } from "../optim/adam.ts";
import { averageWeights } from "../optim/average-weights.ts";
import { descend, weightDecay } from "../optim/descend.ts";
import { clipByGlobalNorm } from "../optim/global-norm.ts";
import type { Schedule } from "../optim/schedules.ts";
import { scalarValues, startValues, trainingStep, type TrainingStep } from "../optim/step.ts";
import { chain } from "../optim/transform.ts";
import { loadGraph } from "../runtime/load-graph.ts";
import type { Feed, Feeds, Runtime, Session } from "../runtime/runtime.ts";

export interface LearnerOptions {
  /** What is minimised. */
  readonly loss: Tensor;
  /** What is reported, where it is a part of that (NN-012). */
  readonly judged?: Tensor | undefined;
  readonly specs: readonly ParameterSpec[];
  readonly parameters: { readonly [name: string]: Tensor };
  readonly start: ParameterValues;
  readonly schedule: Schedule;
  readonly weightDecay: number;
  /** Largest norm of all gradients together. */
  readonly clipNorm: number;
  /** Decay of the running mean of the weights. */
  readonly average: number;
  readonly runtime: Runtime;
  readonly threads: number;
}

export interface StepReport {
  readonly step: number;
  /** Of `judged` where there is one. */
  readonly loss: number;
  readonly gradientNorm: number;
  readonly rate: number;
}

export interface Learner {
  /** One step on a batch. The arrays of `feeds` are read, not kept.
   * @throws Diverged when loss or gradient is not finite; the parameters are then those before the step. */
  step(feeds: Feeds): Promise<StepReport>;
  /** Steps done. */
  readonly steps: number;
  /** Running mean of the weights, copies. */
  averaged(): ParameterValues;
  /** Everything that later steps depend on, as copies. */
  checkpoint(): LearnerCheckpoint;
  restore(checkpoint: LearnerCheckpoint): void;
  release(): Promise<void>;
}

export interface LearnerCheckpoint {
  readonly step: number;
  /** By the name of the graph's input. */
  readonly values: { readonly [name: string]: Float32Array };
}

/** AdamW behind a clip of the global norm, with a running mean of the weights.
 * @throws Compute when the runtime refuses the graph. */
export async function openLearner(options: LearnerOptions): Promise<Learner> {
  const { loss, judged = loss, runtime, threads, schedule, specs, start } = options;
  const graph = trainingStep({
    loss,
    metrics: judged === loss ? {} : { judged },
    parameters: options.parameters,
    optimiser: chain(
      clipByGlobalNorm(options.clipNorm),
      adam(),
      weightDecay(options.weightDecay),
      descend(),
      averageWeights(options.average),
    ),
  });
  const session = await loadGraph(runtime, graph, { threads });
  return learnerOf(graph, session, { schedule, specs, start });
}

function learnerOf(
  graph: TrainingStep,
  session: Session,
  { schedule, specs, start }: Pick<LearnerOptions, "schedule" | "specs" | "start">,
): Learner {
  let now = startValues(graph, start);
  let next: { [name: string]: Float32Array } = Object.fromEntries(
    Object.entries(now).map(([name, data]) => [name, new Float32Array(data.length)]),
  );
  let done = 0;

  function carriedFeeds(): Record<string, Feed> {
    return Object.fromEntries(graph.carried.map(({ input, shape }) => [input, { shape, data: now[input]! }]));
  }

  return {
    get steps() {
      return done;
    },
    async step(feeds) {
      const at = { step: done + 1, rate: schedule(done + 1) };
      const scalars = Object.entries(scalarValues(graph, at)).map(
        ([name, data]) => [name, { shape: [], data }] as const,
      );
      const into = Object.fromEntries(graph.carried.map(({ input, output }) => [output, next[input]!]));
      const outputs = await session.run(
        { ...feeds, ...carriedFeeds(), ...Object.fromEntries(scalars) },
        { into },
      );
      const [loss, gradientNorm] = [outputs["loss"]![0]!, outputs["gradientNorm"]![0]!];
      if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
        throw diverged(at.step, loss, gradientNorm);
      [now, next] = [next, now];
      done++;
      return { ...at, loss: outputs["metric.judged"]?.[0] ?? loss, gradientNorm };
    },
    averaged: () =>
      Object.fromEntries(specs.map(({ name }) => [name, now[`weights.average.${name}`]!.slice()])),
    checkpoint: () => ({
      step: done,
      values: Object.fromEntries(Object.entries(now).map(([name, data]) => [name, data.slice()])),
    }),
    restore({ step, values }) {
      for (const [name, data] of Object.entries(now)) {
        const given = values[name];
        if (given?.length !== data.length) {
          throw new DoselapError("Format", "the checkpoint is not of this network", {
            key: name,
            expected: `${data.length} values`,
            got: given === undefined ? "none" : String(given.length),
          });
        }
      }
      // Nothing is taken over before everything is known to fit.
      for (const [name, data] of Object.entries(now)) data.set(values[name]!);
      done = step;
    },
    release: () => session.release(),
  };
}

function diverged(step: number, loss: number, gradientNorm: number): DoselapError {
  return new DoselapError("Diverged", "training lost its numbers", {
    key: `step ${step}`,
    expected: "a finite loss and gradient",
    got: `loss ${loss}, gradient norm ${gradientNorm}`,
    hint: "Lower learningRate, or raise the dose.",
  });
}
