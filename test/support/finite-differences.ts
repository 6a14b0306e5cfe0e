// Slopes by central differences, float64: (f(x + h) − f(x − h)) / 2h of each number of each input.

/** Balances the error of the formula, h², with that of rounding, 1e-16/h. */
const step = 1e-5;

/** `inputs` are restored. */
export function slopes(of: () => number, inputs: readonly Float64Array[]): Float64Array[] {
  return inputs.map((values) =>
    Float64Array.from(values, (value, i) => {
      values[i] = value + step;
      const above = of();
      values[i] = value - step;
      const below = of();
      values[i] = value;
      return (above - below) / (2 * step);
    }),
  );
}
