// Plain gradient steps over a scan, in float64 from the equations: four-corner patches, a DFT by definition.

import type { Problem } from "../../src/engines/problem.ts";
import type { Scene } from "./kernel-scene.ts";
import {
  gradientFactor,
  naiveChange,
  naiveDetector,
  naiveGradient,
  naiveLight,
  naivePatch,
  naivePower,
  naiveScatter,
  naiveWaves,
} from "./naive-scan.ts";

export interface NaiveState {
  readonly object: Float64Array;
  /** G/D. */
  readonly pull: Float64Array;
  readonly light: Float64Array;
}

/** O ← O + G(O)/D from a flat object, `steps` times; G/D and cov there. */
export function naiveSteps(
  problem: Problem & { readonly diffraction: Float32Array },
  { steps, damping }: { steps: number; damping: number },
): NaiveState {
  const scene = sceneOf(problem);
  const pixels = scene.height * scene.width;
  const object = problem.object === undefined ? flat(pixels) : Float64Array.from(problem.object.data);
  let state = pullOf(scene, object, damping);
  for (let j = 0; j < steps; j++) {
    for (let i = 0; i < object.length; i++) object[i] = object[i]! + state.pull[i]!;
    state = pullOf(scene, object, damping);
  }
  return { object, ...state };
}

/** Frames `chosen` of a problem, in that order. */
export function someFrames<Given extends Problem & { readonly diffraction: Float32Array }>(
  problem: Given,
  chosen: readonly number[],
): Given {
  const pixels = problem.size ** 2;
  return {
    ...problem,
    frames: chosen.length,
    diffraction: Float32Array.from(
      chosen.flatMap((j) => [...problem.diffraction.subarray(j * pixels, (j + 1) * pixels)]),
    ),
    positions: {
      x: Float64Array.from(chosen, (j) => problem.positions.x[j]!),
      y: Float64Array.from(chosen, (j) => problem.positions.y[j]!),
    },
  };
}

function flat(pixels: number): Float64Array {
  return Float64Array.from({ length: 2 * pixels }, (_, i) => (i % 2 === 0 ? 1 : 0));
}

function sceneOf(problem: Problem & { readonly diffraction: Float32Array }): Scene {
  const { frames, size, diffraction, positions, probe, probeModes, background } = problem;
  const pixels = size * size;
  const none = new Float32Array();
  return {
    size,
    modes: probeModes,
    height: problem.objectHeight,
    width: problem.objectWidth,
    nearField: false,
    countType: "float32",
    likelihood: "amplitude",
    darkCounts: 0,
    object: none,
    objectStep: none,
    probe,
    probeStep: none,
    waves: none,
    transfer: none,
    counts: Array.from({ length: frames }, (_, j) =>
      diffraction.subarray(j * pixels, (j + 1) * pixels).map((root) => root * root),
    ),
    background: background ?? new Float32Array(pixels),
    scales: Array.from({ length: frames }, () => 1),
    x: [...positions.x],
    y: [...positions.y],
    subPixel: "bilinear",
  };
}

function pullOf(scene: Scene, object: Float64Array, damping: number): Omit<NaiveState, "object"> {
  const { height, width, probe, x, y } = scene;
  const sum = new Float64Array(2 * height * width);
  const light = new Float64Array(height * width);
  const power = naivePower(scene, probe);
  const whole = { rowStart: 0, rowEnd: height };
  const addTo = (to: Float64Array, part: Float64Array) =>
    part.forEach((value, i) => (to[i] = to[i]! + value));
  for (const [j, left] of x.entries()) {
    const waves = naiveWaves(scene, probe, naivePatch(scene, object, left, y[j]!));
    const change = naiveChange(scene, naiveDetector(scene, waves, j), gradientFactor(scene));
    const at = { x: left, y: y[j]!, ...whole };
    addTo(sum, naiveScatter(scene, naiveGradient(scene, probe, change), at));
    addTo(light, naiveLight(scene, power, at));
  }
  const largest = light.reduce((a, b) => Math.max(a, b));
  const pull = sum.map((value, i) => {
    const divisor = (1 - damping) * light[i >> 1]! + damping * largest;
    return divisor > 0 ? value / divisor : 0;
  });
  return { pull, light };
}
