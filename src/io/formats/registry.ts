// The formats of measured files, in the order in which they are tried: the most particular first.

import type { ArrayTree } from "../tree.ts";
import { cxi } from "./cxi.ts";
import { fourD } from "./four-d.ts";
import { npyStack, tiffStack } from "./frame-stack.ts";
import { nexusData } from "./nexus-data.ts";
import { ptychodus } from "./ptychodus.ts";
import { ptychoshelves } from "./ptychoshelves.ts";
import { ptypy } from "./ptypy.ts";
import { slac } from "./slac.ts";
import type { MeasuredFormat } from "../scan/raw-scan.ts";

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
