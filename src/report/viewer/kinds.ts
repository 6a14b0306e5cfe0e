// The six ways to look at a complex image: amplitude, phase, both at once (phase as hue, amplitude as brightness), and the
// differences of each to the truth. A kind says what number a pixel has, which range of it is coloured, and how.

import {
  badPixelRgb,
  cyclicTable,
  divergingTable,
  greyTable,
  hueTable,
  sequentialTable,
} from "../colormap.ts";
import { fixedText } from "../format.ts";
import type { DisplayRanges } from "./catalog.ts";
import { type Field, hidden, known } from "./field.ts";

export const kindNames = [
  "amplitude",
  "phase",
  "complex",
  "amplitude difference",
  "phase difference",
  "complex difference",
] as const;
export type Kind = (typeof kindNames)[number];

/** Colour tables, made once. */
export interface Tables {
  readonly grey: Uint8Array;
  readonly cyclic: Uint8Array;
  readonly hue: Uint8Array;
  readonly diverging: Uint8Array;
  readonly sequential: Uint8Array;
}

export function makeTables(): Tables {
  return {
    grey: greyTable(),
    cyclic: cyclicTable(),
    hue: hueTable(),
    diverging: divergingTable(),
    sequential: sequentialTable(),
  };
}

export function isDifference(kind: Kind): boolean {
  return kind.endsWith("difference");
}

/** Table and the values at its ends. */
export function scaleOf(
  kind: Kind,
  { amplitude, phase }: DisplayRanges,
  tables: Tables,
): { readonly table: Uint8Array; readonly low: number; readonly high: number; readonly unit: string } {
  const half = phase.spanRad / 2;
  // Differences matter long before they are as large as the range itself.
  const span = (amplitude.max - amplitude.min) / 4;
  switch (kind) {
    case "amplitude":
      return { table: tables.grey, low: amplitude.min, high: amplitude.max, unit: "" };
    case "phase":
      return { table: tables.cyclic, low: phase.centerRad - half, high: phase.centerRad + half, unit: "rad" };
    case "complex":
      return { table: tables.hue, low: phase.centerRad - half, high: phase.centerRad + half, unit: "rad" };
    case "amplitude difference":
      return { table: tables.diverging, low: -span, high: span, unit: "" };
    case "phase difference":
      return { table: tables.diverging, low: -half / 4, high: half / 4, unit: "rad" };
    case "complex difference":
      return { table: tables.sequential, low: 0, high: amplitude.max / 4, unit: "" };
    default:
      return kind satisfies never;
  }
}

/** The number of a pixel that the table colours. A difference needs a known pixel in both. */
export function numberAt(kind: Kind, field: Field, target: Field, i: number): number {
  switch (kind) {
    case "amplitude":
      return field.amplitude[i]!;
    case "phase":
    case "complex":
      return field.phase[i]!;
    case "amplitude difference":
      return field.amplitude[i]! - target.amplitude[i]!;
    case "phase difference":
      return wrapped(field.phase[i]! - target.phase[i]!);
    case "complex difference": {
      const [a, b] = [field.amplitude[i]!, target.amplitude[i]!];
      const turn = field.phase[i]! - target.phase[i]!;
      // |a exp(iα) − b exp(iβ)|² by the law of cosines; rounding may leave a little less than 0.
      return Math.sqrt(Math.max(0, a * a + b * b - 2 * a * b * Math.cos(turn)));
    }
    default:
      return kind satisfies never;
  }
}

/** RGBA bytes [height, width, 4] of a field. */
export function painted(
  kind: Kind,
  { field, target, ranges, tables }: { field: Field; target: Field; ranges: DisplayRanges; tables: Tables },
): Uint8ClampedArray<ArrayBuffer> {
  const { table, low, high } = scaleOf(kind, ranges, tables);
  const rgba = new Uint8ClampedArray(4 * field.state.length);
  const difference = isDifference(kind);
  const brightest = ranges.amplitude.max;
  for (let i = 0; i < field.state.length; i++) {
    if (field.state[i] === hidden || (difference && target.state[i] === hidden)) continue;
    rgba[4 * i + 3] = 255;
    if (field.state[i] !== known || (difference && target.state[i] !== known)) {
      rgba.set(badPixelRgb, 4 * i);
      continue;
    }
    const part = (numberAt(kind, field, target, i) - low) / (high - low);
    const entry = 3 * Math.min(255, Math.max(0, Math.floor(256 * part)));
    const bright = kind === "complex" ? Math.min(1, field.amplitude[i]! / brightest) : 1;
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = bright * table[entry + c]!;
  }
  return rgba;
}

/** A pixel's value in words, as under a panel; a dash where there is none. */
export function valueText(kind: Kind, field: Field, target: Field, i: number): string {
  const difference = isDifference(kind);
  if (field.state[i] === hidden || (difference && target.state[i] === hidden)) return "–";
  if (field.state[i] !== known || (difference && target.state[i] !== known)) return "not finite";
  const number = numberAt(kind, field, target, i);
  if (kind === "complex") return `${fixedText(field.amplitude[i]!, 3)}, ${fixedText(number, 3)} rad`;
  const sign = number > 0 && difference && kind !== "complex difference" ? "+" : "";
  return `${sign}${fixedText(number, 3)}${kind.startsWith("phase") ? " rad" : ""}`;
}

/** To −π … π. */
function wrapped(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}
