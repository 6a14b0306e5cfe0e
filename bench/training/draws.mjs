// Repeatable random numbers of the races; any will do, both sides get the same.

export function draws(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
  const gauss = () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const filled = (count, each) => Float32Array.from({ length: count }, each);
  return {
    uniform,
    normal: (count, deviation = 1) => filled(count, () => deviation * gauss()),
    /** Whole numbers, 0 … 2·mean. */
    counts: (count, mean) => filled(count, () => Math.floor((2 * mean + 1) * uniform())),
  };
}
