// The unitary 2-D discrete Fourier transform by matrix products, DC at (N/2, N/2):
//   Ψ[k] = N⁻¹ Σ_x e^{−2πi (k − N/2)·x/N} ψ[x],   x counted from the patch's first pixel.
// At the sizes of frames a runtime's product of matrices is faster than its DFT operation. With C − iS the matrix of one axis,
//   (a + ib)(C − iS) = k − b(C − S) + i (k − a(C + S)),   k = (a + b) C:
// three real products instead of four, and nothing is joined or cut up (Knuth, The Art of Computer Programming 2, 4.6.4). The
// result is transposed (columns first): the two axes then need no transposition but that inside of the second product, and
// |Ψ|² does not mind as long as the measured frames are laid out alike.

import { unitRoots } from "../../math/unit-roots.ts";
import { add } from "../ops/add.ts";
import { matmul } from "../ops/matmul.ts";
import { subtract } from "../ops/subtract.ts";
import { constant, type Tensor } from "../graph/tensor.ts";
import type { Field } from "./field.ts";

/** e^{−2πi(k−N/2)x/N}/√N = C − iS, rows x and columns k, [N, N] each; N is even. */
export interface DftMatrix {
  readonly cosine: Tensor;
  /** C + S. */
  readonly sum: Tensor;
  /** C − S. */
  readonly difference: Tensor;
}

export function dftMatrix(size: number): DftMatrix {
  const roots = unitRoots(size);
  const tensor = (value: (cosine: number, sine: number) => number): Tensor => {
    const numbers = Float32Array.from({ length: size * size }, (_, i) => {
      const [x, k] = [Math.floor(i / size), i % size];
      const root = ((((k - size / 2) * x) % size) + size) % size;
      return value(roots[2 * root]!, -roots[2 * root + 1]!) / Math.sqrt(size);
    });
    return constant([size, size], numbers);
  };
  return {
    cosine: tensor((cosine) => cosine),
    sum: tensor((cosine, sine) => cosine + sine),
    difference: tensor((cosine, sine) => cosine - sine),
  };
}

/** Spectra of fields [F, N, N], each transposed. */
export function forwardDft(field: Field, matrix: DftMatrix): Field {
  return transform(field, { ...matrix, transposeB: false });
}

/** The inverse of {@link forwardDft}: takes transposed spectra to fields. */
export function inverseDft(spectrum: Field, { cosine, sum, difference }: DftMatrix): Field {
  // C + iS, its rows and columns exchanged.
  return transform(spectrum, { cosine, sum: difference, difference: sum, transposeB: true });
}

/** The second product turns rows and columns. */
function transform(field: Field, matrix: DftMatrix & { readonly transposeB: boolean }): Field {
  const { cosine, sum, difference, transposeB } = matrix;
  const alongLast = ({ re, im }: Field, transposeA: boolean): Field => {
    const times = (part: Tensor, by: Tensor): Tensor => matmul(part, by, { transposeA, transposeB });
    const both = times(add(re, im), cosine);
    return { re: subtract(both, times(im, difference)), im: subtract(both, times(re, sum)) };
  };
  return alongLast(alongLast(field, false), true);
}
