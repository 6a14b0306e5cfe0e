// The shadow of a beam stop: pixels that never count although light of their distance from the zero frequency is there, around
// them or, where the stop covers whole rings, further out. A pattern that is dark on most of a ring has no shadow there.

import type { Centre } from "./centre.ts";
import type { Survey } from "./survey.ts";

/** Expected over the scan: at Poisson rates the chance of none is e^−50. */
const leastCounts = 50;
/** Of eight: a shadow is an area. */
const leastNeighbours = 3;

/** uint8 [height, width], 1 = in the shadow. */
export function findShadow(
  { mean, height, width, frames }: Pick<Survey, "mean" | "height" | "width" | "frames">,
  {
    bad,
    centre,
    aduPerPhoton,
  }: { readonly bad: Uint8Array; readonly centre: Centre; readonly aduPerPhoton: number },
): Uint8Array {
  const ringOf = ringsAbout(centre, height, width);
  const rings: number[][] = [];
  mean.forEach((value, i) => {
    if (bad[i] === 0) (rings[ringOf(i)] ??= []).push(value);
  });
  const expected: number[] = [];
  for (let ring = rings.length - 1; ring >= 0; ring--) {
    const values = rings[ring] ?? [];
    const median = values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
    // Light falls off outwards: what is dark within is at least as bright as what is next.
    expected[ring] = median > 0 ? median : (expected[ring + 1] ?? 0);
  }
  const dark = Uint8Array.from(mean, (value, i) =>
    value === 0 && bad[i] === 0 && ((expected[ringOf(i)] ?? 0) * frames) / aduPerPhoton >= leastCounts
      ? 1
      : 0,
  );
  // A dead pixel is dark alone.
  return dark.map((value, i) => (value !== 0 && neighboursOf(dark, i, width) >= leastNeighbours ? 1 : 0));
}

function neighboursOf(dark: Uint8Array, i: number, width: number): number {
  let sum = 0;
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const x = (i % width) + dx;
      if ((dx !== 0 || dy !== 0) && x >= 0 && x < width) sum += dark[i + dy * width + dx] ?? 0;
    }
  }
  return sum;
}

function ringsAbout({ x, y, dc }: Centre, height: number, width: number): (i: number) => number {
  const wrapped = (offset: number, side: number): number => offset - side * Math.round(offset / side);
  return (i) => {
    const [dx, dy] = [(i % width) - x, Math.floor(i / width) - y];
    return Math.round(
      dc === "corner" ? Math.hypot(wrapped(dx, width), wrapped(dy, height)) : Math.hypot(dx, dy),
    );
  };
}
