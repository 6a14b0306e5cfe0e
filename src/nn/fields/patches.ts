// Patches under the probe, cut out of a canvas between pixels, as two products with interpolation matrices:
//   patch_f = R_f · canvas · Q_fᵀ,   R_f[n, z] = max(0, 1 − |z − n − o_f|),
// o_f the place of the patch's first row on the canvas, not always a whole number: the bilinear patch of optics/patch.ts.
// The adjoint follows from the products, so a gradient adds patches back exactly.

import { absolute, offset, relu, scale } from "../ops/unary.ts";
import { expand } from "../ops/expand.ts";
import { matmul } from "../ops/matmul.ts";
import { reshape } from "../ops/reshape.ts";
import { subtract } from "../ops/subtract.ts";
import { constant, type Tensor } from "../graph/tensor.ts";
import { mapField, type Field } from "./field.ts";

export interface Sampler {
  /** [B, C·N, Z]: rows of each group's patches. */
  readonly rows: Tensor;
  /** [B, C, N, Z]. */
  readonly columns: Tensor;
}

export interface SamplerShape {
  readonly groups: number;
  readonly framesPerGroup: number;
  readonly sizePx: number;
  readonly canvasPx: number;
}

/** The sampler of patches whose first pixels lie at (`left`, `top`), each [B, C], canvas pixels. */
export function sampler(top: Tensor, left: Tensor, shape: SamplerShape): Sampler {
  const { groups, framesPerGroup, sizePx, canvasPx } = shape;
  return {
    rows: reshape(hats(top, shape), [groups, framesPerGroup * sizePx, canvasPx]),
    columns: reshape(hats(left, shape), [groups, framesPerGroup, sizePx, canvasPx]),
  };
}

/** [B·C, N, Z]. */
function hats(first: Tensor, { groups, framesPerGroup, sizePx, canvasPx }: SamplerShape): Tensor {
  const whole = [groups * framesPerGroup, sizePx, canvasPx];
  const distance = constant(
    [1, sizePx, canvasPx],
    Array.from({ length: sizePx * canvasPx }, (_, i) => (i % canvasPx) - Math.floor(i / canvasPx)),
  );
  const away = subtract(expand(distance, whole), expand(reshape(first, [whole[0]!, 1, 1]), whole));
  return relu(offset(scale(absolute(away), -1), 1));
}

/** Patches [B·C, N, N] of canvases [B, Z, Z]. */
export function extractPatches(canvas: Field, { rows, columns }: Sampler): Field {
  const [groups, framesPerGroup, sizePx, canvasPx] = columns.shape as [number, number, number, number];
  return mapField(canvas, (part) => {
    const bands = reshape(matmul(rows, part), [groups, framesPerGroup, sizePx, canvasPx]);
    return reshape(matmul(bands, columns, { transposeB: true }), [groups * framesPerGroup, sizePx, sizePx]);
  });
}

/** Canvases [B, Z, Z] that patches [B·C, N, N] are added to: the adjoint of {@link extractPatches}. */
export function scatterPatches(patches: Field, { rows, columns }: Sampler): Field {
  const [groups, framesPerGroup, sizePx, canvasPx] = columns.shape as [number, number, number, number];
  return mapField(patches, (part) => {
    const bands = matmul(reshape(part, [groups, framesPerGroup, sizePx, sizePx]), columns);
    return matmul(rows, reshape(bands, [groups, framesPerGroup * sizePx, canvasPx]), { transposeA: true });
  });
}
