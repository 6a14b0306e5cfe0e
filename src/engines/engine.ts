// The engine contract. An engine is a value: a name, a strict options schema, citations, what it can do, and the body of
// one epoch. What all engines share (frames, held-out frames, constraints, averaging, stopping) is iterate.ts.

import type { z } from "zod";
import type { Backend } from "../compute/backend.ts";
import type { Shift } from "./constraints/centre.ts";
import type { FrameSurvey } from "./counts.ts";
import type { CommonOptions } from "./options.ts";
import type { ScanRun } from "./scan-run.ts";

export interface EngineContext {
  readonly backend: Backend;
  /** Seeds every random choice of the engine; same seed, same bytes. */
  readonly seed: number;
  /** Largest memory for the run, bytes; frames beyond it are read again when they are needed. */
  readonly memoryBudgetBytes?: number | undefined;
  /** Bytes of that budget which the caller holds: the scan as it was read. */
  readonly heldBytes?: number | undefined;
  /** What an earlier look at the same frames, mask and background found; absent: the run looks at them. */
  readonly survey?: FrameSurvey | undefined;
}

/** What an engine can do: the capability table of the documentation, and which options it takes. */
export interface Capabilities {
  readonly probeModes: boolean;
  readonly probeUpdate: boolean;
  readonly positionCorrection: boolean;
  readonly floatIntensities: boolean;
  readonly priors: boolean;
  /** Frames are visited in batches that threads share. */
  readonly parallel: "always" | "with a batch" | "no";
  readonly nearField: boolean;
  readonly likelihoods: readonly string[];
}

/** The epoch at hand. */
export interface Epoch {
  /** 0-based. */
  readonly index: number;
  /** 0 … 1 over the planned epochs. */
  readonly progress: number;
  /** Factor of the step schedule: 1 … finalStepFraction on a cosine. */
  readonly shrink: number;
  readonly probeActive: boolean;
}

/** The engine's own part of a run. */
export interface EngineCore {
  /** One pass over the training frames: moves object and probe in `run.views`. */
  sweep(epoch: Epoch): void;
  /** Arrays that a checkpoint must hold besides what all engines share. Live: their contents change. */
  readonly arrays: { readonly [name: string]: Float32Array | Float64Array };
  /** Where the prior acts: "objective", the engine has it in its own; "epoch", a proximal step after each. Absent: "epoch". */
  readonly priorActs?: "objective" | "epoch";
  /** How many steps of full length an epoch takes at a pixel that frames light `visits` times: the proximal step of the
   * prior must weigh as much. Absent: 1. */
  priorGain?(visits: number, epoch: Epoch): number;
  /** The same for the probe: how many steps of full length it takes in the epoch. Absent: 1. */
  probeGain?(epoch: Epoch): number;
  /** Whether iterates still explore and the prior must not move them from outside. Absent: never. */
  explores?(): boolean;
  /** Called once the constraints of an epoch are met: whether and how far the object goes on in its direction. */
  coast?(epoch: Epoch): void;
  /** Called after object and probe were moved by whole pixels: to r − shift from r. */
  moved?(shift: Shift): void;
}

export interface EngineMemory {
  /** Frames in flight. */
  readonly slots: number;
  /** Whether the exit wave of every frame is kept. */
  readonly keepsWaves: boolean;
  /** Arrays as large as object and probe that the engine keeps of its own; absent: none. */
  readonly fields?: number | undefined;
}

export interface Engine<Options extends CommonOptions = CommonOptions> {
  readonly name: string;
  readonly title: string;
  /** One line for `--help` and the docs. */
  readonly summary: string;
  readonly options: z.ZodType<Options>;
  /** DOIs. */
  readonly cites: readonly string[];
  readonly capabilities: Capabilities;
  memory(options: Options): EngineMemory;
  start(run: ScanRun, options: Options): EngineCore;
}

/** An engine whose own option type is closed over: outside of it, options are what its schema has parsed. */
export function defineEngine<Options extends CommonOptions>(engine: Engine<Options>): Engine {
  return {
    ...engine,
    memory: (options) => engine.memory(engine.options.parse(options)),
    start: (run, options) => engine.start(run, engine.options.parse(options)),
  };
}
