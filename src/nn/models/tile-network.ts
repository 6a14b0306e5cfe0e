// The physics-informed network of a whole scan: what an iterative engine makes of all frames → a better object. Trained on
// tiles of the scan, applied to the whole of it in one pass a stage: both see the same kind of input.
//   K times: u = net_k(|O|−1, arg O, Re and Im of G·O*/√(|O|²+.01), √(cov/max cov)),   O ← (|O| + u₀) e^{i(arg O + u₁)}
// At first O is the engine's object and G its pull at all frames (scan-state.ts). From stage 2 on G is that of the object so
// far, over max cov: of the tile's frames while training, of all frames on a scan, and the loss reaches through it.
// Hoidn, Mishra & Mehta 2023, doi:10.1038/s41598-023-48351-7 (unsupervised, through the forward model); Adler & Öktem 2018,
// doi:10.1109/TMI.2018.2799231 (unrolled gradient steps with learned corrections).

import { dftMatrix } from "../fields/dft.ts";
import { conjugateProduct, polarField, type Field } from "../fields/field.ts";
import { sampler } from "../fields/patches.ts";
import { lightInside, objectGradient, spectra, type InsideLight } from "../fields/scattering.ts";
import type { Tensor } from "../graph/tensor.ts";
import { add } from "../ops/add.ts";
import { concat } from "../ops/concat.ts";
import { divide } from "../ops/divide.ts";
import { multiply } from "../ops/multiply.ts";
import { crop2d, pad2d } from "../ops/pad2d.ts";
import { reshape } from "../ops/reshape.ts";
import { slice } from "../ops/slice.ts";
import { offset, sqrt, square } from "../ops/unary.ts";
import type { ParameterSpec } from "./parameters.ts";
import { unet, type Unet, type Watch } from "./unet.ts";

/** Planes that a network sees, and corrections that it gives. */
export const tileChannels = { inputs: 5, outputs: 2 } as const;

export interface TileNetwork {
  /** K networks, each with weights of its own. A later one starts as one that corrects nothing: with it a network can never
   * begin worse than without. */
  readonly nets: readonly Unet[];
  readonly specs: readonly ParameterSpec[];
}

export function tileNetwork(widths: readonly number[], stages: number): TileNetwork {
  const shape = { ...tileChannels, widths };
  const nets = Array.from({ length: stages }, (_, k) =>
    k === 0 ? unet("tile", shape) : unet(`tile${k + 1}`, shape, { headShare: 0 }),
  );
  return { nets, specs: nets.flatMap((net) => net.specs) };
}

export interface TileFeeds {
  /** Of the engine's object, [B, 5, S, S]. */
  readonly planes: Tensor;
  /** The engine's |O| and arg O on the canvas around the tile, [B, Z, Z]. */
  readonly modulus: Tensor;
  readonly phase: Tensor;
  /** First row and column of each frame's patch on its canvas, [B, C]. */
  readonly top: Tensor;
  readonly left: Tensor;
  /** p, [modes, N, N]. */
  readonly probe: Field;
  /** What pulls at later stages: √(seen counts/dose) of the frames, transposed, [B·C, N, N], and their expected background
   * per pixel over the dose; amplitudes of masked pixels are below 0. */
  readonly seen?:
    | { readonly amplitudes: Tensor; readonly background: number; readonly masked: boolean }
    | undefined;
}

export interface TileOutput {
  /** After each stage, canvases [B, Z, Z]; outside of the tile they are the engine's. */
  readonly objects: readonly Field[];
  /** Spectra of their patches, a field [B·C, N, N] (transposed) per probe mode. */
  readonly spectra: readonly (readonly Field[])[];
  /** Planes that each stage has seen, [B, 5, S, S]. */
  readonly planes: readonly Tensor[];
  /** All that was added to |O| and to arg O, [B, 2, S, S]. */
  readonly corrections: Tensor;
}

/** The corrected objects. `seen` is needed for more than one stage. */
export function correctedTiles(
  { nets }: TileNetwork,
  feeds: TileFeeds,
  parameters: { readonly [name: string]: Tensor },
  watch?: Watch,
): TileOutput {
  const { top, left, probe } = feeds;
  const [groups, canvasPx] = feeds.modulus.shape as [number, number];
  const framesPerGroup = top.shape[1]!;
  const tilePx = feeds.planes.shape[2]!;
  const before = Math.floor((canvasPx - tilePx) / 2);
  const after = canvasPx - tilePx - before;
  const margins = { top: before, bottom: after, left: before, right: after };
  const sizePx = probe.re.shape[1]!;
  const shape = { groups, framesPerGroup, sizePx };
  const places = sampler(top, left, { ...shape, canvasPx });
  const illumination = { probe, matrix: dftMatrix(sizePx), background: feeds.seen?.background ?? 0 };

  // Only what falls on the tile is wanted of a pull.
  const later =
    nets.length === 1
      ? undefined
      : {
          inside: sampler(offset(top, -before), offset(left, -before), { ...shape, canvasPx: tilePx }),
          light: lightInside(probe, places, margins),
        };

  const objects: Field[] = [];
  const seen: Field[][] = [];
  const shown = [feeds.planes];
  let { modulus, phase } = feeds;
  let corrections: Tensor | undefined;
  for (const [k, net] of nets.entries()) {
    if (k > 0) {
      const { amplitudes, masked } = feeds.seen!;
      const { inside, light } = later!;
      const gradient = objectGradient(seen.at(-1)!, inside, amplitudes, { ...illumination, masked });
      const polar = { modulus: crop2d(modulus, margins), phase: crop2d(phase, margins) };
      shown.push(planesOfPull(polar, gradient, light));
    }
    const output = net.apply(shown[k]!, parameters, watch);
    corrections = corrections === undefined ? output : add(corrections, output);
    const [u0, u1] = [0, 1].map((channel) =>
      pad2d(reshape(slice(output, 1, channel, channel + 1), [groups, tilePx, tilePx]), margins),
    ) as [Tensor, Tensor];
    modulus = add(modulus, u0);
    phase = add(phase, u1);
    const object = polarField(modulus, phase);
    objects.push(object);
    seen.push(spectra(object, places, illumination));
  }
  return { objects, spectra: seen, planes: shown, corrections: corrections! };
}

interface Polar {
  readonly modulus: Tensor;
  readonly phase: Tensor;
}

/** The planes of scan-state.ts, [B, 5, S, S]. */
function planesOfPull({ modulus, phase }: Polar, gradient: Field, { cov, largest }: InsideLight): Tensor {
  const object = polarField(modulus, phase);
  const rotated = conjugateProduct(gradient, object);
  const divisor = multiply(largest, sqrt(offset(square(modulus), 0.01)));
  const [groups, rows, columns] = modulus.shape as [number, number, number];
  return concat(
    [
      offset(modulus, -1),
      phase,
      divide(rotated.re, divisor),
      divide(rotated.im, divisor),
      // Where no light falls a root has no slope, but no parameter moves the light.
      sqrt(divide(cov, largest)),
    ].map((plane) => reshape(plane, [groups, 1, rows, columns])),
    1,
  );
}
