// The formats of measured files, in the order in which they are tried: the most particular first.

import type { ArrayTree } from "../../io/tree.ts";
import { cxi } from "./formats/cxi.ts";
import { fourD } from "./formats/four-d.ts";
import { npyStack, tiffStack } from "./formats/frame-stack.ts";
import { nexusData } from "./formats/nexus-data.ts";
import { ptychodus } from "./formats/ptychodus.ts";
import { ptychoshelves } from "./formats/ptychoshelves.ts";
import { ptypy } from "./formats/ptypy.ts";
import { slac } from "./formats/slac.ts";
import type { MeasuredFormat } from "./raw-scan.ts";

export const measuredFormats: readonly MeasuredFormat[] = [
  cxi,
  ptypy,
  ptychodus,
  ptychoshelves,
  slac,
  nexusData,
  fourD,
  npyStack,
  tiffStack,
];

/** The format that a tree has; undefined when none knows it. */
export function measuredFormat(tree: ArrayTree): MeasuredFormat | undefined {
  return measuredFormats.find((format) => format.detect(tree) !== undefined);
}
