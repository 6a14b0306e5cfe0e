// The progress of a part as progress of the whole.

/** Share of the work that is done, a word about it, and, while a network trains, the samples that it has seen: whoever has a
 * clock can tell the speed. */
export type Progress = (fraction: number, note: string, samples?: number) => void;

/** What a part that takes the whole from `from` to `to` is given to report to. */
export function partOf(
  progress: Progress | undefined,
  { from, to }: { readonly from: number; readonly to: number },
): Progress | undefined {
  if (progress === undefined) return undefined;
  return (fraction, note, samples) => progress(from + (to - from) * fraction, note, samples);
}
