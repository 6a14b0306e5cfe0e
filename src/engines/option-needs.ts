// What an option needs of the others to have any effect. One that was given and whose needs are not met is refused: nobody
// should believe that it did something. What is only a default, given or not, needs nothing.

import { DoselapError } from "../errors.ts";
import { heldOutCount } from "./held-out.ts";
import { updatesProbe, usualBatchSize, type CommonOptions } from "./options.ts";
import type { Problem } from "./problem.ts";

/** Options as they will be used; those that only some engines have are absent elsewhere. */
type Filled = CommonOptions & {
  readonly probeStep?: number;
  readonly batchSize?: number | null;
  readonly startBatchSize?: number | null;
  readonly friction?: number;
  readonly visits?: number;
};

interface Need {
  /** Told as "needs …". */
  readonly what: string;
  met(options: Filled): boolean;
  /** The options it looks at, told with their values when it is not met. */
  readonly of: readonly (keyof Filled)[];
}

const updatedProbe: Need = {
  what: "a probe that is updated (fixProbe false, probeStartEpoch below epochs and probeStopEpoch)",
  met: (options) => updatesProbe(options, options.epochs),
  of: ["fixProbe", "probeStartEpoch", "probeStopEpoch", "epochs"],
};
const movingPositions: Need = {
  what: "positions that are corrected (positionStartEpoch below epochs)",
  met: ({ positionStartEpoch, epochs }) => (positionStartEpoch ?? Infinity) < epochs,
  of: ["positionStartEpoch", "epochs"],
};
const aPrior: Need = { what: "a prior", met: ({ prior }) => prior !== "none", of: ["prior"] };
const probeEpochs = ["probeStartEpoch", "epochs"] as const;

/** Needs by option, the same in every engine that has it. */
const needs: { readonly [option: string]: readonly Need[] } = {
  probeStartEpoch: [
    {
      what: "something that starts then, before the last epoch: a probe that is updated, or floatIntensities",
      met: (options) => updatesProbe(options, options.epochs) || floats(options),
      of: ["fixProbe", ...probeEpochs],
    },
  ],
  probeStopEpoch: [
    updatedProbe,
    {
      what: "epochs after it",
      met: ({ probeStopEpoch, epochs }) => (probeStopEpoch ?? 0) < epochs,
      of: ["probeStopEpoch", "epochs"],
    },
  ],
  constrainProbePower: [updatedProbe],
  probeError: [updatedProbe],
  probeSupportPx: [updatedProbe],
  orthogonalizeModes: [updatedProbe],
  centerProbe: [updatedProbe],
  probeStep: [updatedProbe],
  overlapSteps: [updatedProbe],
  beta: [
    updatedProbe,
    { what: "a probeStep above 0", met: ({ probeStep = 0 }) => probeStep > 0, of: ["probeStep"] },
  ],
  priorWeight: [aPrior],
  shrink: [aPrior],
  darkCounts: [
    {
      what: "the poisson likelihood",
      met: ({ likelihood }) => likelihood === "poisson",
      of: ["likelihood"],
    },
  ],
  floatIntensities: [
    { what: "a probeStartEpoch below epochs: it starts then", met: floats, of: probeEpochs },
  ],
  positionStartEpoch: [movingPositions],
  positionStep: [movingPositions],
  positionMaxDriftPx: [movingPositions],
  positionAffine: [movingPositions],
  averageLast: [
    {
      what: "two epochs or more in that fraction",
      met: ({ averageLast, epochs }) => epochs - Math.ceil((1 - averageLast) * epochs) >= 2,
      of: ["averageLast", "epochs"],
    },
  ],
  finalStepFraction: [{ what: "two epochs or more", met: ({ epochs }) => epochs > 1, of: ["epochs"] }],
  friction: [
    {
      what: "two epochs or more, or bursts of visits, which are shorter",
      met: ({ epochs, visits }) => epochs > 1 || visits !== undefined,
      of: ["epochs"],
    },
  ],
  startBatchSize: [
    {
      what: "a batchSize above it",
      met: ({ startBatchSize, batchSize }) => (startBatchSize ?? 1) < (batchSize ?? usualBatchSize),
      of: ["startBatchSize", "batchSize"],
    },
  ],
  visits: [
    {
      what: "momentum (friction above 0) of single frames (batchSize 1): a batch is a burst of its own",
      met: ({ batchSize = 1, friction = 0 }) => batchSize === 1 && friction > 0,
      of: ["batchSize", "friction"],
    },
  ],
};

function floats({ floatIntensities, probeStartEpoch, epochs }: Filled): boolean {
  return floatIntensities === true && probeStartEpoch < epochs;
}

/** What an option needs, in words for help and docs. */
export function needsOf(option: string): string[] {
  return [...(needs[option] ?? []).map(({ what }) => what), ...(ofHeldOut.has(option) ? [heldOutNeed] : [])];
}

/** Refuses an option that was given and has no effect in any engine it goes to.
 * @param at the option's key in a message. @param filled the options of each of these engines. @throws Design */
export function checkNeeds(option: string, at: string, filled: readonly Filled[]): void {
  const missing = filled.map((options) => missingOf(option, options));
  const [first] = missing;
  if (first === undefined || missing.includes(undefined)) return;
  const { need, options } = first;
  const looked = need.of.filter((name) => options[name] !== undefined);
  throw noEffect(option, at, need.what, looked.map((name) => `${name} ${String(options[name])}`).join(", "));
}

function missingOf(option: string, options: Filled): { need: Need; options: Filled } | undefined {
  const need = needs[option]?.find(({ met }) => !met(options));
  return need === undefined ? undefined : { need, options };
}

/** Options about frames that are held out: by a fraction, or by the problem, so that only a run knows. */
const ofHeldOut: ReadonlySet<string> = new Set(["keepBest", "refit"]);
const heldOutNeed = "held-out frames (heldOutFraction)";

/** The same for what depends on the scan. @throws Design */
export function checkScanNeeds(
  given: readonly string[],
  { heldOutFraction }: CommonOptions,
  { heldOut, frames }: Pick<Problem, "heldOut" | "frames">,
): void {
  const count = heldOutCount({ heldOut, frames }, heldOutFraction);
  const got = `${count} of ${frames} frames, heldOutFraction ${heldOutFraction}`;
  for (const option of given) {
    if (ofHeldOut.has(option) && count === 0) throw noEffect(option, option, heldOutNeed, got);
    if (option === "heldOutFraction" && heldOut !== undefined)
      throw noEffect(option, option, "a problem that does not name its held-out frames", got);
  }
}

function noEffect(option: string, key: string, expected: string, got: string): DoselapError {
  return new DoselapError("Design", `${option} would have no effect`, {
    key,
    expected,
    got,
    hint: `Leave out ${option}, or give what it needs. An option without effect is an error, so that nobody believes it had one.`,
  });
}
