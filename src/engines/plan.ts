// The memory of a whole run, all links of a chain, before anything is allocated: what it will take and what streams.

import type { CountType } from "../compute/scan-memory.ts";
import { heldOutOfChain } from "./chain-order.ts";
import { checkOptions } from "./check-options.ts";
import type { FrameSurvey } from "./counts.ts";
import type { EngineContext } from "./engine.ts";
import type { PreparedEngine } from "./prepare.ts";
import type { Problem } from "./problem.ts";
import { leastBytes, memoryRelief, planMemory, type Extent } from "./scan-plan.ts";
import { planRun } from "./scan-run.ts";
import { workingBytes } from "./working-bytes.ts";

export interface EnginePlan {
  /** Bytes that the largest link takes: the kernels' memory and what lies beside it, the caller's own aside. */
  readonly bytes: number;
  readonly countType: CountType;
  /** Frames whose counts stay in memory; the others are read again whenever they are needed. */
  readonly residentFrames: number;
  /** Spares the run a look at every frame. */
  readonly survey: FrameSurvey;
}

type PlanContext = Pick<EngineContext, "backend" | "memoryBudgetBytes" | "heldBytes">;

/** Looks at the frames and plans every link within the budget. @throws what the checks of problem and options throw, Range for a budget
 * that is too small. */
export function planEngine(
  { links }: PreparedEngine,
  problem: Problem,
  { backend, memoryBudgetBytes, heldBytes = 0 }: PlanContext,
): EnginePlan {
  let largest: EnginePlan | undefined;
  const heldOutFraction = heldOutOfChain(links);
  for (const { engine, options } of links) {
    checkOptions(engine.name, options, problem);
    const memory = engine.memory(options);
    const working = workingBytes(problem, { ...options, heldOutFraction }, memory.fields);
    const plan = planRun(problem, {
      backend,
      memoryBudgetBytes,
      ...memory,
      besideBytes: heldBytes + working,
      survey: largest?.survey,
    });
    const bytes = plan.bytes + working;
    if (largest !== undefined && largest.bytes >= bytes) continue;
    const { residentFrames, survey } = plan;
    largest = { bytes, countType: survey.countType, residentFrames, survey };
  }
  return largest!;
}

/** Bounds on {@link EnginePlan.bytes} before a frame is read: the least that works when counts take one byte each, and what
 * holds every frame when they take four. `relief` says what would lower the least. */
export function boundPlan(
  { links }: PreparedEngine,
  extent: Extent,
  { backend }: Pick<EngineContext, "backend">,
): { readonly least: number; readonly most: number; readonly relief: string } {
  const heldOutFraction = heldOutOfChain(links);
  const bounds = links.map(({ engine, options }) => {
    const { fields, ...memory } = engine.memory(options);
    const working = workingBytes(extent, { ...options, heldOutFraction }, fields);
    return {
      least: working + leastBytes(extent, { backend, ...memory, countType: "uint8" }),
      most: working + planMemory(extent, { backend, ...memory, countType: "float32" }).bytes,
      relief: memoryRelief(extent, memory),
    };
  });
  const { least, relief } = bounds.reduce((largest, link) => (link.least > largest.least ? link : largest));
  return { least, most: Math.max(...bounds.map(({ most }) => most)), relief };
}
