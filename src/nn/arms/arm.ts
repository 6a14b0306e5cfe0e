// The contract of a network arm. An arm is a value: a name, a strict schema of its options whose defaults are its best known
// setting, and how it learns and infers: (counts, positions, probe) → complex object on the object frame.

import type { z } from "zod";
import type { Backend } from "../../compute/backend.ts";
import { DoselapError, isDoselapError } from "../../errors.ts";
import type { StateKeeper } from "../../io/kept-state.ts";
import type { Inferred } from "../inference/calibrated.ts";
import type { InferenceModel } from "../inference/inference-model.ts";
import type { ParameterValues } from "../models/parameters.ts";
import type { Runtime } from "../runtime/runtime.ts";
import type { Fit, FitContext } from "../training/fit.ts";
import type { GroupTable } from "../training/groups.ts";
import type { Progress } from "../training/progress.ts";
import type { ScanTask } from "../training/scan-task.ts";
import type { NetworkCost, PlannedScan } from "./cost.ts";
import { trainingShape, type CommonOptions, type Schedule } from "./options.ts";

/** A scan and its groups. */
export interface ArmTask extends ScanTask {
  /** Groups of C = gridsize² frames, made once (study/views/grouping.ts). */
  readonly groups: GroupTable;
  /** Rows of the frames that may be trained on, ascending; all when absent. Groups are of these alone. */
  readonly usable?: Int32Array | undefined;
}

export interface ArmContext {
  readonly seed: number;
  readonly runtime: Runtime;
  readonly backend: Backend;
  /** Threads of one operation of the runtime; with one, the same bytes on every run. */
  readonly threads: number;
  readonly log: (line: string) => void;
  readonly progress?: Progress | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Is told the state that training starts from, and every best one: what is left when a later step loses its numbers. */
  readonly keep?: ((trained: Trained) => void) | undefined;
  /** Where the state of the training is kept while it runs. */
  readonly keeper?: StateKeeper | undefined;
}

export interface InferContext extends ArmContext {
  /** Most bytes of activations of a pass over a whole scan; 2³⁰ when absent. */
  readonly memoryBudgetBytes?: number | undefined;
}

export interface Trained {
  readonly fit: Fit;
  readonly facts: NetworkFacts;
}

/** What a model depends on besides its options and weights: the scan it was trained on. */
export interface NetworkFacts {
  /** N. */
  readonly sizePx: number;
  /** C. */
  readonly groupSize: number;
  readonly probeModes: number;
  /** Photons per frame. */
  readonly dosePhotons: number;
  /** Z and S: the canvas of a group or tile, and the part of it that the network solves. */
  readonly canvasPx: number;
  readonly regionPx: number;
  /** The scan has masked pixels, and the model takes amplitudes below 0 for such. */
  readonly masked?: true | undefined;
}

/** What the facts say of a scan's mask: nothing where there is none. */
export function maskFact({ problem: { mask } }: ArmTask): Pick<NetworkFacts, "masked"> {
  return mask?.some((masked) => masked !== 0) === true ? { masked: true } : {};
}

export interface TrainedNetwork<Options> {
  readonly options: Options;
  readonly parameters: ParameterValues;
  readonly facts: NetworkFacts;
}

export interface NetworkArm<Options extends CommonOptions = CommonOptions> {
  readonly name: string;
  readonly title: string;
  /** One line for `--help` and the docs. */
  readonly summary: string;
  /** DOIs and arXiv numbers. */
  readonly cites: readonly string[];
  readonly options: z.ZodType<Options>;
  /** Trained on the true object: simulated studies only. */
  readonly needsLabels: boolean;
  /** The object is made of groups of frames; else of the scan, and a task's groups are for training alone. */
  readonly infersGroups: boolean;
  /** Groups that training takes at least. */
  readonly leastGroups: number;
  /** Most items that an epoch goes through on so many groups; those that choose the epoch may be among them. */
  mostItems(groups: number, options: Options): number;
  train(
    task: ArmTask,
    options: Options,
    context: ArmContext & { readonly schedule: Schedule },
  ): Promise<Trained>;
  /** The object of a scan. What each group adds to it depends on that group and on the network alone, and is what its model
   * file gives. */
  infer(task: ArmTask, network: TrainedNetwork<Options>, context: InferContext): Promise<Inferred>;
  /** What training and inference will take, for a plan. */
  cost(scan: PlannedScan, options: Options): NetworkCost;
  /** The inference model with its weights inside. */
  model(network: TrainedNetwork<Options>): InferenceModel;
}

/** The context of a fit; what it keeps is a network of these facts. */
export function fitContext(context: ArmContext, facts: NetworkFacts): FitContext {
  return { ...context, keep: (fit) => context.keep?.({ fit, facts }) };
}

/** An arm whose own option type is closed over: outside of it, options are what its schema has parsed. */
export function defineArm<Options extends CommonOptions>(arm: NetworkArm<Options>): NetworkArm {
  const parsed = (options: CommonOptions): Options => arm.options.parse(options);
  return {
    ...arm,
    train: (task, options, context) =>
      namedAsInStudies(arm.name, () => arm.train(task, parsed(options), context)),
    mostItems: (groups, options) => arm.mostItems(groups, parsed(options)),
    infer: (task, network, context) =>
      arm.infer(task, { ...network, options: parsed(network.options) }, context),
    cost: (scan, options) => arm.cost(scan, parsed(options)),
    model: (network) => arm.model({ ...network, options: parsed(network.options) }),
  };
}

/** What training does, its errors about an option of every arm under the name that the option has in a study file. */
async function namedAsInStudies<Result>(arm: string, train: () => Promise<Result>): Promise<Result> {
  try {
    return await train();
  } catch (error) {
    if (!isDoselapError(error)) throw error;
    const { _tag, headline, context } = error;
    if (context.key === undefined || !Object.hasOwn(trainingShape, context.key)) throw error;
    throw new DoselapError(_tag, headline, {
      ...context,
      key: `methods.${arm}.${context.key}`,
    });
  }
}
