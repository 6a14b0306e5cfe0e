// A scan with everything in it at once, for tests of kernels: sub-pixel positions and positions on the edge, several
// modes, masked and dark pixels, background, factors per frame, a near field. Random numbers, no physics.

import type { Backend } from "../../src/compute/backend.ts";
import type { Likelihood } from "../../src/compute/scan-kernels.ts";
import type { CountType, SubPixel } from "../../src/compute/scan-memory.ts";
import type { ScanSession } from "../../src/compute/session.ts";
import { createRng } from "../../src/math/random/rng.ts";
import { randomField } from "./fields.ts";

export interface SceneOptions {
  readonly size: number;
  readonly modes?: number;
  readonly nearField?: boolean;
  readonly countType?: CountType;
  readonly likelihood?: Likelihood;
  readonly background?: boolean;
  readonly masked?: boolean;
  /** Counts are so many times what the model has light for. */
  readonly bright?: number;
  readonly subPixel?: SubPixel;
}

/** All of a scene outside the memory of any backend. Frames and background are laid out as in a file. */
export interface Scene {
  readonly size: number;
  readonly modes: number;
  readonly height: number;
  readonly width: number;
  readonly nearField: boolean;
  readonly countType: CountType;
  readonly likelihood: Likelihood;
  readonly darkCounts: number;
  readonly object: Float32Array;
  readonly objectStep: Float32Array;
  readonly probe: Float32Array;
  readonly probeStep: Float32Array;
  readonly waves: Float32Array;
  readonly transfer: Float32Array;
  readonly counts: readonly Float32Array[];
  readonly background: Float32Array;
  readonly scales: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly subPixel: SubPixel;
}

const sceneFrames = 5;
export const sceneSlots = 3;

export function makeScene(options: SceneOptions): Scene {
  const { size, modes = 1, nearField = false, countType = "float32", likelihood = "amplitude" } = options;
  const { background = true, masked = true, bright = 1, subPixel = "bilinear" } = options;
  const pixels = size * size;
  const [height, width] = [2 * size + 3, 2 * size + 6];
  const half = size / 2;
  const rng = createRng(size + 1000 * modes, "engine");
  const draw = (count: number, of: () => number): Float32Array => Float32Array.from({ length: count }, of);
  // Mean intensity of a detector pixel is about `modes` times 4: few counts, some of them 0.
  const counts = Array.from({ length: sceneFrames }, () =>
    draw(pixels, () => {
      const u = rng.uniform();
      return masked && u < 0.1 ? -1 : Math.floor(bright * modes * 8 * u * u);
    }),
  );
  const phases = draw(pixels, () => 6 * rng.uniform());
  return {
    size,
    modes,
    height,
    width,
    nearField,
    countType,
    likelihood,
    darkCounts: likelihood === "poisson" ? 0.05 : 0,
    object: randomField(height * width, 1),
    objectStep: randomField(height * width, 2),
    probe: randomField(modes * pixels, 3),
    probeStep: randomField(modes * pixels, 4),
    waves: randomField(sceneFrames * modes * pixels, 5),
    transfer: Float32Array.from({ length: nearField ? 2 * pixels : 0 }, (_, i) =>
      i % 2 === 0 ? Math.cos(phases[i >> 1]!) : Math.sin(phases[i >> 1]!),
    ),
    counts,
    background: draw(pixels, () => (background ? 0.1 + rng.uniform() : 0)),
    scales: [1, 0.9, 1.2, 1, 1.1],
    // An integer position, one between pixels, one on a row, and two whose patches end at the object's edge.
    x: [half + 4, half + 2.3125, half + 5.75, half, width - half],
    y: [half + 2, half + 0.6875, half + 3, half, height - half],
    subPixel,
  };
}

/** Opens a session of the backend and fills its arrays. Count slots are not the frames, on purpose. */
export function openScene(backend: Backend, scene: Scene): ScanSession {
  const session = backend.openScan({
    size: scene.size,
    modes: scene.modes,
    frames: sceneFrames,
    objectHeight: scene.height,
    objectWidth: scene.width,
    slots: sceneSlots,
    waveSlots: sceneFrames,
    countSlots: sceneFrames,
    countType: scene.countType,
    nearField: scene.nearField,
    subPixel: scene.subPixel,
  });
  const { views, kernels } = session;
  for (const name of ["object", "objectStep", "probe", "probeStep", "waves", "transfer"] as const) {
    views[name].set(scene[name]);
  }
  for (const name of ["scales", "x", "y"] as const) views[name].set(scene[name]);
  kernels.configure({ likelihood: scene.likelihood, darkCounts: scene.darkCounts });
  kernels.loadBackground(scene.background);
  for (let frame = 0; frame < sceneFrames; frame++) {
    views.places[frame] = placeOf(frame);
    views.order[frame] = frame;
    kernels.loadCounts(placeOf(frame), scene.counts[frame]!);
  }
  return session;
}

/** The count slot of a frame. */
export function placeOf(frame: number): number {
  return sceneFrames - 1 - frame;
}
