// What engines and networks would refuse of a scan, asked of its file before any work: with the same checks, in the file's own
// names and frame numbers. Thinned copies hide a fault (a blocked frame varies once it is thinned), so the source is asked. [DATA-004]

import type { FrameReader } from "../array/frame-reader.ts";
import { openBackend } from "../compute/node.ts";
import type { SizedBackend } from "../compute/scan-backend.ts";
import type { Scan } from "../data/dataset.ts";
import type { ScanFindings } from "../data/inspect.ts";
import { checkProblem } from "../engines/check-problem.ts";
import { lookAtFrames } from "../engines/counts.ts";
import { fittedAmplitude, lightFitTexts } from "../engines/fitted-light.ts";
import { checkFrameSize } from "../engines/frame-size.ts";
import type { Problem } from "../engines/problem.ts";
import { DoselapError, isDoselapError } from "../errors.ts";
import { problemOf } from "./problem.ts";
import { inScanFile } from "./scan-names.ts";

export interface ScanCheck {
  /** For messages. */
  readonly file?: string | undefined;
  /** The number that a frame has in the file, when it is not its place in the scan. */
  readonly numberOf?: ((frame: number) => number) | undefined;
  /** What will compute it; the kernels that give the same bytes everywhere when absent. */
  readonly backend?: Pick<SizedBackend, "supports" | "sizes"> | undefined;
}

/** What a reconstruction would refuse of the scan or say of it, from one look at the frames. */
export function scanFindings(
  dataset: Scan<Float32Array | FrameReader>,
  options: ScanCheck = {},
): ScanFindings {
  const { file, numberOf, backend = openBackend({ kernels: "simd" }) } = options;
  const faults: DoselapError[] = [];
  const caught = <Found>(check: () => Found): Found | undefined => {
    try {
      return check();
    } catch (error) {
      if (!isDoselapError(error)) throw error;
      faults.push(error);
      return undefined;
    }
  };
  caught(() => checkFrameSize(dataset.size, backend));
  const problem: Problem | undefined = caught(() => problemOf(dataset));
  if (problem !== undefined) {
    if (dataset.size % 2 === 0) caught(() => checkProblem(problem));
    const look = caught(() => lookAtFrames(problem, numberOf));
    faults.push(...(look?.faults ?? []));
    if (look !== undefined && faults.length === 0) {
      return { faults, doubts: lightFitTexts({ amplitude: fittedAmplitude(problem, look.survey) }) };
    }
  }
  return { faults: faults.map((fault) => inScanFile(fault, file)), doubts: [] };
}

/** @throws Contract, Range, Shape: the first fault, which lists the others. */
export function checkScan(dataset: Scan<Float32Array | FrameReader>, options: ScanCheck = {}): void {
  const [first, ...others] = scanFindings(dataset, options).faults;
  if (first === undefined) return;
  const { _tag, headline, context } = first;
  const more = others.map(({ headline: what, context: { key } }) => `${key} : ${what}`).join("; ");
  const words = [context.hint, more === "" ? undefined : `${others.length} more: ${more}.`];
  const hint = words.filter((part) => part !== undefined).join(" ");
  throw new DoselapError(_tag, headline, { ...context, ...(hint === "" ? {} : { hint }) });
}
