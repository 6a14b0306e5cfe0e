// Groups that reach further than those that a network was trained on: each gets a canvas of the next size that holds it, chosen
// by that group alone, so that no group's object depends on what else is in the scan (F-23). All others are solved on the
// network's own canvas, as its model file does it.

import type { Positions } from "../../array/scan.ts";
import type { CanvasNetwork } from "../models/canvas-network.ts";
import { canvasShape, membersOf, type CanvasShape, type GroupTable } from "../training/groups.ts";

/** A network that can be laid out on larger canvases: its weights are the same on all of them. */
export interface GrowingNetwork {
  /** Canvas and region that it was trained on. */
  readonly shape: CanvasShape;
  /** Side of the probe's square. */
  readonly windowPx: number;
  /** What the network's levels divide: a power of two. */
  readonly multiple: number;
  on(shape: CanvasShape): CanvasNetwork;
}

/** Canvases grow by steps of at least this, so that few models are loaded. */
const leastStepPx = 16;

/** The groups by the canvas that they are solved on, in their order: the network's own first, if any fits it. */
export function groupsByCanvas(
  positions: Positions,
  table: GroupTable,
  { sizePx, network: { shape, windowPx, multiple } }: { sizePx: number; network: GrowingNetwork },
): { readonly shape: CanvasShape; readonly order: Int32Array }[] {
  const { groupSize, count } = table;
  const step = Math.max(leastStepPx, multiple);
  const byExtra = new Map<number, number[]>();
  for (let g = 0; g < count; g++) {
    const alone = { groups: membersOf(table, g), groupSize, count: 1 };
    const own = canvasShape(positions, alone, { sizePx, windowPx, multiple });
    const missing = Math.max(0, own.canvasPx - shape.canvasPx, own.regionPx - shape.regionPx);
    const extra = step * Math.ceil(missing / step);
    const alike = byExtra.get(extra);
    if (alike === undefined) byExtra.set(extra, [g]);
    else alike.push(g);
  }
  return [...byExtra]
    .toSorted(([a], [b]) => a - b)
    .map(([extra, order]) => ({
      shape: { canvasPx: shape.canvasPx + extra, regionPx: shape.regionPx + extra },
      order: Int32Array.from(order),
    }));
}

/** What is to be told of groups that do not fit the network's canvas; nothing when all do. */
export function widerText(
  parts: readonly { readonly shape: CanvasShape; readonly order: Int32Array }[],
  { shape: { canvasPx } }: GrowingNetwork,
): string | undefined {
  const wider = parts.filter(({ shape }) => shape.canvasPx > canvasPx);
  if (wider.length === 0) return undefined;
  const count = (all: typeof parts): number => all.reduce((sum, { order }) => sum + order.length, 0);
  return (
    `${count(wider)} of ${count(parts)} groups reach further than those that the network was trained on: they are ` +
    `solved on canvases of up to ${wider.at(-1)!.shape.canvasPx} px instead of its ${canvasPx} px (first: group ${wider[0]!.order[0]})`
  );
}
