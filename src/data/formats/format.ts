// What a reader of a file layout gives: the arrays as found, how they were recognised, and the dataset they make.

import type { FrameReader } from "../../array/frame-reader.ts";
import type { NpzFile } from "../../io/npz.ts";
import type { Candidate } from "../candidate.ts";
import type { Scan } from "../dataset.ts";
import type { FrameOpener } from "../frame-stack.ts";
import type { Domain, Layout } from "../../io/scan/raw-scan.ts";
import type { Violation } from "../violation.ts";

/** Settles what a file leaves open. Every option overrides what the content says. */
export interface FormatOptions {
  /** Axis order of the frames. */
  readonly layout?: Layout | undefined;
  /** What the frames hold. */
  readonly domain?: Domain | undefined;
  /** Where the zero frequency lies: index (N/2, N/2) or [0, 0]. */
  readonly dc?: "center" | "corner" | undefined;
  /** Column order of the scan positions. */
  readonly positionOrder?: "xy" | "yx" | undefined;
}

export interface FormatInfo {
  /** "DATA-001" or "tike". */
  readonly name: string;
  /** What told the format, the layout, the domain and the place of the zero frequency, a sentence each. */
  readonly detected: readonly string[];
  /** Options that were given and decided instead of the content. */
  readonly overridden: readonly string[];
  readonly layout: Layout;
  readonly domain: Domain;
  readonly dc: "center" | "corner";
  readonly positionOrder: "xy" | "yx";
}

export interface LoadedFile<Frames extends Float32Array | FrameReader> {
  readonly candidate: Candidate;
  readonly format: FormatInfo;
  readonly warnings: readonly string[];
  /** Every broken rule: the format's own and the validator's. */
  readonly violations: readonly Violation[];
  /** The dataset. Call it only when there are no violations. */
  build(): Scan<Frames>;
}

export interface DatasetFormat {
  readonly name: string;
  /** Why these array names look like this format; undefined when they do not. */
  detect(names: readonly string[]): string | undefined;
  /** Reads everything small, and the frames as the opener does. */
  load<Frames extends Float32Array | FrameReader>(
    npz: NpzFile,
    options: FormatOptions,
    open: FrameOpener<Frames>,
  ): Promise<LoadedFile<Frames>>;
}

/** Collects how things were decided. */
export interface Decisions {
  readonly detected: string[];
  readonly overridden: string[];
  /** The option when given, else what was found, and a note of which it was. */
  decide<Value extends string>(option: string, given: Value | undefined, found: Value, why: string): Value;
}

export function createDecisions(first: string): Decisions {
  const detected = [first];
  const overridden: string[] = [];
  return {
    detected,
    overridden,
    decide(option, given, found, why) {
      if (given === undefined || given === found) {
        detected.push(why);
        return found;
      }
      overridden.push(`--${option} ${given} was given; the content said ${found} (${why})`);
      return given;
    },
  };
}
