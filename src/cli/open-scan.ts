// Opens a scan for a reconstruction within a memory budget: in memory when both fit, else its frames stay on disc. (DATA-003)

import { tmpdir } from "node:os";
import { resolve } from "node:path";
import type { SizedBackend } from "../compute/scan-backend.ts";
import type { AccessCost } from "../data/frame-stream.ts";
import { openDataset, type OpenedDataset } from "../data/open.ts";
import { checkFrameSize } from "../engines/frame-size.ts";
import { boundPlan, type EnginePlan } from "../engines/plan.ts";
import type { PreparedEngine } from "../engines/prepare.ts";
import { DoselapError } from "../errors.ts";
import { budgetOf, type BackendFlags } from "./backend-flags.ts";
import { readOptionsOf, type ReadFlags } from "./read-flags.ts";

export interface OpenScanOptions {
  readonly cwd: string;
  readonly engine: PreparedEngine;
  readonly backend: SizedBackend;
  readonly probeModes: number;
}

interface Flags extends ReadFlags, BackendFlags {
  readonly nearField?: number;
}

export interface OpenScan extends OpenedDataset {
  /** Memory that the scan takes, as it was opened. */
  readonly heldBytes: number;
}

/** Opens it. Close it. @throws as openDataset does; Range for a budget in which it cannot be reconstructed. */
export async function openScan(
  input: string,
  flags: Flags,
  { cwd, engine, backend, probeModes }: OpenScanOptions,
): Promise<OpenScan> {
  const budget = budgetOf(flags);
  const scratch = flags.scratch ?? (budget === undefined ? undefined : tmpdir());
  const opened = await openDataset(resolve(cwd, input), {
    ...readOptionsOf(flags),
    ...(scratch === undefined ? {} : { scratch: resolve(cwd, scratch) }),
    choose(cost) {
      checkFrameSize(cost.size, backend, { file: input, key: cost.key });
      // Without a budget only what cannot be read whole stays on disc.
      if (budget === undefined) {
        return cost.loadBytes === Infinity && cost.obstacle === undefined ? "stream" : "load";
      }
      const transfer = flags.nearField === undefined ? undefined : new Float32Array(0);
      // Fourier shifts need a little more than bilinear patches; which it will be stands in the metadata.
      const extent = { ...cost, probeModes, transfer, subPixel: "fourier" } as const;
      const bounds = boundPlan(engine, extent, { backend });
      return chosen({ ...cost, file: input }, bounds, budget);
    },
  });
  const { kind, cost } = opened.access;
  return { ...opened, heldBytes: kind === "load" ? cost.loadBytes : cost.streamBytes };
}

function chosen(
  { file, key, loadBytes, streamBytes, obstacle }: AccessCost,
  { least, most, relief }: ReturnType<typeof boundPlan>,
  budget: number,
): "load" | "stream" {
  if (loadBytes + most <= budget) return "load";
  const streams = obstacle === undefined;
  const needed = (streams ? streamBytes : loadBytes) + least;
  if (needed <= budget) return streams ? "stream" : "load";
  throw new DoselapError("Range", "the memory budget is too small for this scan", {
    file,
    key: streams ? "--memory" : key,
    expected: Number.isFinite(needed)
      ? `at least ${needed} bytes, --memory ${Math.ceil(needed / 1e6)}`
      : "frames that can be read whole",
    got: String(budget),
    hint: streams
      ? relief
      : `The frames cannot stay on disc: ${obstacle}. Raise the budget, or let doselap convert write the scan anew where there is more memory.`,
  });
}

/** The estimate in words: what is held, and what streams. */
export function memoryLines(
  { access: { kind, cost }, heldBytes }: OpenScan,
  { bytes, countType, residentFrames }: EnginePlan,
  flags: BackendFlags,
): string[] {
  const budget = flags.memory === undefined ? "" : ` of ${flags.memory} MB`;
  const total = `at most ${megabytes(bytes + heldBytes)}${budget}`;
  const scan = kind === "load" ? "the scan while it is read" : "the scan without its frames";
  const lines = [`${total}: ${megabytes(bytes)} for the reconstruction, ${megabytes(heldBytes)} for ${scan}`];
  const { frames, frameBytes, spoolBytes } = cost;
  if (residentFrames < frames) {
    lines.push(`counts of ${residentFrames} of ${frames} frames stay in memory, as ${countType}`);
  }
  if (kind === "stream") {
    const place =
      spoolBytes > 0
        ? `a decompressed copy in ${flags.scratch ?? tmpdir()}, which goes at the end`
        : "the file";
    lines.push(`frames of ${megabytes(frameBytes)} stay on disc and are read from ${place}`);
  }
  return lines;
}

/** The same for programs; null when everything is in memory. */
export function streamingOf(
  { access: { kind, cost } }: OpenScan,
  { residentFrames }: EnginePlan,
): { [key: string]: unknown } | null {
  const { frames, frameBytes, spoolBytes } = cost;
  if (kind === "load" && residentFrames === frames) return null;
  const temporaryBytes = kind === "stream" ? spoolBytes : 0;
  return { fromDisc: kind === "stream", frameBytes, temporaryBytes, residentFrames };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
