// Moments of light on a square window: where it lies and how far it spreads.

export interface Moments {
  readonly sum: number;
  /** Σ light·x and Σ light·y, x and y counted from (N/2, N/2), so that squares do not cancel. */
  readonly x: number;
  readonly y: number;
  /** Σ light·(x² + y²). */
  readonly square: number;
}

/** Of light, real [N, N]. */
export function momentsOf(light: Float64Array, size: number): Moments {
  let [sum, sumX, sumY, square] = [0, 0, 0, 0];
  for (let y = 0, i = 0; y < size; y++) {
    for (let x = 0; x < size; x++, i++) {
      const value = light[i]!;
      const dx = x - size / 2;
      const dy = y - size / 2;
      sum += value;
      sumX += value * dx;
      sumY += value * dy;
      square += value * (dx * dx + dy * dy);
    }
  }
  return { sum, x: sumX, y: sumY, square };
}

/** Mean squared distance from the centre of mass; rounding may leave less than 0. */
export function spreadOf({ sum, x, y, square }: Moments): number {
  return square / sum - (x / sum) ** 2 - (y / sum) ** 2;
}
