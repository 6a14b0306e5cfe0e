// How long a scale bar is: round, and a good part of the picture.

/** A round length near a quarter of the width: 1, 2 or 5 times a power of ten. */
export function scaleBarLength(width: number): number {
  const target = width / 4;
  const power = 10 ** Math.floor(Math.log10(target));
  return power * ([5, 2, 1].find((step) => step * power <= target) ?? 1);
}
