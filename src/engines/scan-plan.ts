// The memory of a run, planned before a frame is read: all counts when they fit into the budget, else as many as fit, and
// the other frames are read again whenever they are needed.

import type { Backend } from "../compute/backend.ts";
import type { CountType, ScanShape } from "../compute/scan-memory.ts";
import { DoselapError } from "../errors.ts";
import type { Problem } from "./problem.ts";

/** What the memory of a scan depends on, besides its engine. */
export type Extent = Pick<
  Problem,
  "frames" | "size" | "probeModes" | "objectHeight" | "objectWidth" | "transfer" | "heldOut" | "subPixel"
>;

export interface MemoryOptions {
  readonly backend: Backend;
  /** Frames in flight. */
  readonly slots: number;
  readonly keepsWaves: boolean;
  readonly memoryBudgetBytes?: number | undefined;
  /** Bytes of the budget that are taken outside of the scan's memory. */
  readonly besideBytes?: number | undefined;
}

export interface MemoryPlan {
  readonly shape: Omit<ScanShape, "threads">;
  /** Frames 0 … residentFrames − 1 stay in memory; the others are read again whenever they are needed. */
  readonly residentFrames: number;
  /** Bytes the scan's memory will take. */
  readonly bytes: number;
}

/** Plans the memory of a scan whose counts have that type. @throws Range for a budget that is too small. */
export function planMemory(
  extent: Extent,
  options: MemoryOptions & { readonly countType: CountType },
): MemoryPlan {
  const { backend, memoryBudgetBytes = Infinity, besideBytes = 0 } = options;
  const slots = Math.max(1, Math.min(options.slots, extent.frames));
  const shapeWith = (countSlots: number) => shapeOf(extent, { ...options, slots, countSlots });
  const bytesWith = (countSlots: number) => backend.scanBytes(shapeWith(countSlots));
  const whole = bytesWith(extent.frames);
  // What the kernels cannot address streams as well.
  const most = Math.min(memoryBudgetBytes - besideBytes, backend.mostScanBytes(extent.size));
  if (whole <= most) {
    return { shape: shapeWith(extent.frames), residentFrames: extent.frames, bytes: whole };
  }
  const smallest = leastBytes(extent, options);
  if (smallest + besideBytes > memoryBudgetBytes) {
    throw new DoselapError("Range", "the memory budget is too small for this scan", {
      key: "memoryBudgetBytes",
      expected: `at least ${smallest + besideBytes} bytes (${whole + besideBytes} hold every frame)`,
      got: String(memoryBudgetBytes),
      hint: memoryRelief(extent, options),
    });
  }
  const perSlot = (whole - smallest) / Math.max(1, extent.frames - slots);
  const residentFrames = Math.max(0, Math.floor((most - smallest) / Math.max(perSlot, 1)));
  const shape = shapeWith(slots + residentFrames);
  return { shape, residentFrames, bytes: backend.scanBytes(shape) };
}

/** What makes a budget suffice: only what would help this run. */
export function memoryRelief(
  { frames, probeModes }: Pick<Extent, "frames" | "probeModes">,
  { slots, keepsWaves }: Pick<MemoryOptions, "slots" | "keepsWaves">,
): string {
  const ways = [
    ...(probeModes > 1 ? ["use fewer probe modes"] : []),
    ...(keepsWaves && frames > slots ? ["use an engine that keeps no exit waves"] : []),
  ];
  const last = ways.pop();
  return `${["Raise the budget", ...ways, ...(last === undefined ? [] : [`or ${last}`])].join(", ")}.`;
}

/** The least bytes that a scan can run in: only the frames in flight are in memory. */
export function leastBytes(
  extent: Extent,
  options: MemoryOptions & { readonly countType: CountType },
): number {
  const slots = Math.max(1, Math.min(options.slots, extent.frames));
  return options.backend.scanBytes(shapeOf(extent, { ...options, slots, countSlots: slots }));
}

function shapeOf(
  { frames, size, probeModes, objectHeight, objectWidth, transfer, subPixel = "bilinear" }: Extent,
  memory: { slots: number; keepsWaves: boolean; countType: CountType; countSlots: number },
): Omit<ScanShape, "threads"> {
  return {
    size,
    modes: probeModes,
    frames,
    objectHeight,
    objectWidth,
    slots: memory.slots,
    waveSlots: memory.keepsWaves ? frames : memory.slots,
    countSlots: memory.countSlots,
    countType: memory.countType,
    nearField: transfer !== undefined,
    subPixel,
  };
}
