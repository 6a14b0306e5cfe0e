// The unitary 2-D discrete Fourier transform by two matrix products, DC at (N/2, N/2):
//   Ψ[k] = N⁻¹ Σ_x e^{−2πi (k − N/2)·x/N} ψ[x],   x counted from the patch's first pixel.
// At the sizes of frames a runtime's product of matrices is faster than its DFT operation. The result is transposed
// (columns first): the two products then need one transposition between them instead of two, and |Ψ|² does not mind as
// long as the measured frames are laid out alike.

import { concat } from "../ops/concat.ts";
import { matmul } from "../ops/matmul.ts";
import { slice } from "../ops/slice.ts";
import { constant, type Tensor } from "../graph/tensor.ts";
import type { Field } from "./field.ts";

/** [[C, −S], [S, C]]ᵀ of e^{−2πi(k−N/2)x/N}/√N = C − iS: takes a row (re, im) of 2N numbers to its spectrum. Its transpose
 * is its inverse. */
export function dftMatrix(size: number): Tensor {
  const matrix = new Float32Array(4 * size * size);
  for (let x = 0; x < size; x++) {
    for (let k = 0; k < size; k++) {
      // The product is reduced first: its cosine is then exact to the last bits at every size.
      const angle = (2 * Math.PI * (((((k - size / 2) * x) % size) + size) % size)) / size;
      const c = Math.cos(angle) / Math.sqrt(size);
      const s = Math.sin(angle) / Math.sqrt(size);
      matrix[x * 2 * size + k] = c;
      matrix[x * 2 * size + size + k] = -s;
      matrix[(size + x) * 2 * size + k] = s;
      matrix[(size + x) * 2 * size + size + k] = c;
    }
  }
  return constant([2 * size, 2 * size], matrix);
}

/** Spectra of fields [F, N, N], each transposed. `matrix` is {@link dftMatrix} of N. */
export function forwardDft(field: Field, matrix: Tensor): Field {
  const size = matrix.shape[0]! / 2;
  return transform(field, {
    re: slice(matrix, 1, 0, size),
    im: slice(matrix, 1, size, 2 * size),
    transposeB: false,
  });
}

/** The inverse of {@link forwardDft}: takes transposed spectra to fields. */
export function inverseDft(spectrum: Field, matrix: Tensor): Field {
  const size = matrix.shape[0]! / 2;
  return transform(spectrum, {
    re: slice(matrix, 0, 0, size),
    im: slice(matrix, 0, size, 2 * size),
    transposeB: true,
  });
}

/** What takes (re, im) to the real part, and what to the imaginary part. Parts are joined before each product and come out of
 * it apart, so that nothing is cut up or transposed; the second product turns rows and columns. */
function transform(
  field: Field,
  { re, im, transposeB }: { readonly re: Tensor; readonly im: Tensor; readonly transposeB: boolean },
): Field {
  const wide = concat([field.re, field.im], 2);
  const tall = concat(
    [re, im].map((part) => matmul(wide, part, { transposeB })),
    1,
  );
  const last = (part: Tensor): Tensor => matmul(tall, part, { transposeA: true, transposeB });
  return { re: last(re), im: last(im) };
}
