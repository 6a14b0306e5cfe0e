// ln k! for whole k ≥ 0, and the part of it that Stirling's formula leaves over.
//   ln k! = k ln k − k + ½ ln 2πk + δ(k),  δ(k) = 1/12k − 1/360k³ + 1/1260k⁵ − 1/1680k⁷ + …
// NIST Digital Library of Mathematical Functions 5.11.1. Error below 1e-13 for δ.

/** From here on four terms of the series are exact to 1e-13; below, the factorial itself is exact in float64. */
const seriesFrom = 16;

/** ln k!, k a whole number of at least 0. */
export function logFactorial(k: number): number {
  if (k < seriesFrom) {
    let product = 1;
    for (let i = 2; i <= k; i++) product *= i;
    return Math.log(product);
  }
  return k * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI * k) + stirlingRest(k);
}

/** δ(k) = ln k! − (k ln k − k + ½ ln 2πk), k ≥ 1. */
export function stirlingRest(k: number): number {
  if (k < seriesFrom) return logFactorial(k) - (k * Math.log(k) - k + 0.5 * Math.log(2 * Math.PI * k));
  const square = 1 / (k * k);
  return (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square / 1680))) / k;
}
