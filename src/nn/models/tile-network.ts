// The physics-informed network of a whole scan: what an iterative engine makes of all frames → a better object. Trained on
// tiles of the scan, applied to the whole of it in one pass: both see the same kind of input, and the physics is computed
// once per scan, not once per step.
//   planes: |O|−1, arg O, Re and Im of G·O*/√(|O|²+.01), √(cov/max cov),    O the engine's object, G its pull (scan-state.ts)
//   u = net(planes),   O' = (|O| + u₀) e^{i(arg O + u₁)}                     (additive corrections in polar form)
// Hoidn, Mishra & Mehta 2023, doi:10.1038/s41598-023-48351-7 (unsupervised, through the forward model).

import { dftMatrix } from "../fields/dft.ts";
import type { Field } from "../fields/field.ts";
import { sampler } from "../fields/patches.ts";
import { spectra, totalIntensity } from "../fields/scattering.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { multiply } from "../ops/multiply.ts";
import { pad2d } from "../ops/pad2d.ts";
import { reshape } from "../ops/reshape.ts";
import { slice } from "../ops/slice.ts";
import { cosine, sine } from "../ops/unary.ts";
import { unet, type Unet, type Watch } from "./unet.ts";

/** Planes that the network sees, and corrections that it gives. */
export const tileChannels = { inputs: 5, outputs: 2 } as const;

export function tileNetwork(widths: readonly number[]): Unet {
  return unet("tile", { ...tileChannels, widths });
}

export interface TileFeeds {
  /** [B, 5, S, S]. */
  readonly planes: Tensor;
  /** The engine's |O| and arg O on the canvas around the tile, [B, Z, Z]. */
  readonly modulus: Tensor;
  readonly phase: Tensor;
  /** First row and column of each frame's patch on its canvas, [B, C]. */
  readonly top: Tensor;
  readonly left: Tensor;
  /** p, [modes, N, N]. */
  readonly probe: Field;
}

/** The corrected object of each canvas, [B, Z, Z]; outside of the tile it is the engine's. Corrections u [B, 2, S, S]. */
export function correctedTiles(
  network: Unet,
  { planes, modulus, phase }: TileFeeds,
  parameters: { readonly [name: string]: Tensor },
  watch?: Watch,
): { readonly object: Field; readonly corrections: Tensor } {
  const [groups, canvasPx] = modulus.shape as [number, number];
  const tilePx = planes.shape[2]!;
  const before = Math.floor((canvasPx - tilePx) / 2);
  const after = canvasPx - tilePx - before;
  const margins = { top: before, bottom: after, left: before, right: after };
  const output = network.apply(planes, parameters, watch);
  const [u0, u1] = [0, 1].map((channel) =>
    pad2d(reshape(slice(output, 1, channel, channel + 1), [groups, tilePx, tilePx]), margins),
  ) as [Tensor, Tensor];
  const length = add(modulus, u0);
  const angle = add(phase, u1);
  const object = { re: multiply(length, cosine(angle)), im: multiply(length, sine(angle)) };
  return { object, corrections: output };
}

/** I of every frame, [B·C, N, N], transposed. */
export function tileIntensities(object: Field, { top, left, probe }: TileFeeds): Tensor {
  const [groups, framesPerGroup] = top.shape as [number, number];
  const sizePx = probe.re.shape[1]!;
  const places = sampler(top, left, { groups, framesPerGroup, sizePx, canvasPx: object.re.shape[1]! });
  return totalIntensity(spectra(object, places, { probe, matrix: dftMatrix(sizePx) }));
}
