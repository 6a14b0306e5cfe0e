// Separable Gaussian filters: over whole windows only (SSIM), or with mirrored borders (pre-blur).

import type { RealImage } from "../array/ndarray.ts";
import { gaussianKernel } from "../math/gaussian-kernel.ts";

/** Filters with k⊗k where the whole window lies inside: [h − k + 1, w − k + 1] for a kernel of k weights. */
export function filterValid({ height, width, data }: RealImage, kernel: Float64Array): RealImage {
  const k = kernel.length;
  const columns = width - k + 1;
  const rows = height - k + 1;
  const across = new Float64Array(height * columns);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let i = 0; i < k; i++) sum += kernel[i]! * data[y * width + x + i]!;
      across[y * columns + x] = sum;
    }
  }
  const out = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) {
    for (let i = 0; i < k; i++) {
      const weight = kernel[i]!;
      const from = (y + i) * columns;
      for (let x = 0; x < columns; x++)
        out[y * columns + x] = out[y * columns + x]! + weight * across[from + x]!;
    }
  }
  return { height: rows, width: columns, data: out };
}

/** Gaussian blur of the same size, cut at 4σ, borders mirrored (d c b a | a b c d), as scipy's gaussian_filter does. */
export function gaussianBlur({ height, width, data }: RealImage, sigmaPx: number): RealImage {
  const radius = Math.floor(4 * sigmaPx + 0.5);
  const kernel = gaussianKernel(sigmaPx, radius);
  const across = new Float64Array(data.length);
  const out = new Float64Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let i = -radius; i <= radius; i++)
        sum += kernel[i + radius]! * data[y * width + mirror(x + i, width)]!;
      across[y * width + x] = sum;
    }
  }
  for (let y = 0; y < height; y++) {
    for (let i = -radius; i <= radius; i++) {
      const weight = kernel[i + radius]!;
      const from = mirror(y + i, height) * width;
      for (let x = 0; x < width; x++) out[y * width + x] = out[y * width + x]! + weight * across[from + x]!;
    }
  }
  return { height, width, data: out };
}

function mirror(i: number, n: number): number {
  const wrapped = ((i % (2 * n)) + 2 * n) % (2 * n);
  return wrapped < n ? wrapped : 2 * n - 1 - wrapped;
}
