// A Gaussian window in one dimension, for separable filters.

/** Weights exp(−x²/2σ²) for x = −radius…radius, summing to 1. */
export function gaussianKernel(sigmaPx: number, radiusPx: number): Float64Array {
  const kernel = new Float64Array(2 * radiusPx + 1);
  for (let i = 0; i < kernel.length; i++)
    kernel[i] = Math.exp(-((i - radiusPx) ** 2) / (2 * sigmaPx * sigmaPx));
  const total = kernel.reduce((sum, weight) => sum + weight, 0);
  return kernel.map((weight) => weight / total);
}
