// What a reader must know of the networks before judging them: how much smaller they are, and how much less they were trained,
// than in the full study.

import { groupBy } from "../array/group.ts";
import { presets } from "../study/design/presets.ts";
import { isMethodName, methods } from "../study/methods.ts";
import type { StudyResult } from "../study/results.ts";
import { listText } from "./format.ts";

interface Size {
  /** Channels of the U-Net's levels, of networks that are one. */
  readonly widths: readonly number[];
  readonly epochs: number;
  readonly leastSteps: number;
}

/** Of a network; not each is a U-Net. */
interface Options extends Partial<Pick<Size, "widths">>, Pick<Size, "leastSteps"> {
  readonly epochs: number | null;
}

/** A sentence per size, of the arms among `done` that are smaller than in the fly64 preset. */
export function networkSizeCaveats({ design }: StudyResult, done: readonly string[]): string[] {
  const full = { methods: presets.fly64.methods, training: presets.fly64.training };
  const smaller = done.flatMap((arm) => {
    const [own, whole] = [sizeOf(arm, design), sizeOf(arm, full)];
    if (own === undefined || whole === undefined || !isLess(own, whole)) return [];
    return [{ arm, text: `${sizeText(own)}, where the full study (fly64) takes ${sizeText(whole)}` }];
  });
  return [...groupBy(smaller, ({ text }) => text)].map(([text, group]) => {
    const arms = listText(group.map(({ arm }) => arm));
    return `${arms} ${group.length === 1 ? "is a small network" : "are small networks"} here: ${text} on a larger scan. More training may change their place.`;
  });
}

/** undefined for what is no network, or for a design that does not say. */
function sizeOf(
  arm: string,
  { methods: given, training }: { readonly [key: string]: unknown },
): Size | undefined {
  if (!isMethodName(arm) || !isRecord(given) || !isRecord(training)) return undefined;
  const parsed = methods[arm].safeParse(given[arm] ?? {});
  if (!parsed.success || !("average" in parsed.data)) return undefined;
  const { widths = [], epochs: own, leastSteps }: Options = parsed.data;
  const epochs = own ?? training["epochs"];
  return typeof epochs === "number" ? { widths, epochs, leastSteps } : undefined;
}

function isLess(own: Size, whole: Size): boolean {
  const channels = ({ widths }: Size): number => widths.reduce((a, b) => a + b, 0);
  return channels(own) < channels(whole) || own.epochs < whole.epochs;
}

function sizeText({ widths, epochs, leastSteps }: Size): string {
  const channels = widths.length === 0 ? "" : `${listText(widths.map(String))} channels and `;
  const least = leastSteps === 0 ? "" : ` (${leastSteps} steps at least)`;
  return `${channels}${epochs} ${epochs === 1 ? "epoch" : "epochs"}${least}`;
}

function isRecord(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === "object" && value !== null;
}
