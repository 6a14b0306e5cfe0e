// AssemblyScript. The kernels of one frame that pass through the detector: correct, reflect, score, curve and pie.
// Addresses are bytes; planes are interleaved [N, N]; P and waves hold K of them one after the other.

import { endFrame, lastCurvature, lastSlope, SCORE } from "./constrain";
import { correctEpilogue, reflectEpilogue } from "./epilogue";
import { pieEpilogue } from "./pie";
import { fieldBytes, fieldPitch, fieldStart, modes, patchStart, size, stripStart } from "./state";
import { forward } from "./transform";
import { addProductStrip, meetData, mirrorStrip, multiplyStrip } from "./waves";

/** field_m = F_y P_m·O_r */
function exitWaves(probe: usize, patch: usize): void {
  const plane = <usize>size * (size << 3);
  for (let m = 0; m < modes; m++) {
    let field = fieldStart + <usize>m * fieldBytes;
    for (let column: usize = 0; column < <usize>size << 3; column += 64) {
      multiplyStrip(probe + column, patch + column, stripStart);
      forward(stripStart, field);
      field += fieldPitch;
    }
    probe += plane;
  }
}

/** field_m = F_y (2 P_m·O_r − ψ_m) */
function mirroredWaves(probe: usize, patch: usize, waves: usize): void {
  const plane = <usize>size * (size << 3);
  for (let m = 0; m < modes; m++) {
    let field = fieldStart + <usize>m * fieldBytes;
    for (let column: usize = 0; column < <usize>size << 3; column += 64) {
      multiplyStrip(probe + column, patch + column, stripStart);
      mirrorStrip(waves + column, stripStart);
      forward(stripStart, field);
      field += fieldPitch;
    }
    probe += plane;
    waves += plane;
  }
}

/** Second set of fields: F_y (P_m·ΔO_r + ΔP_m·O_r), ΔO_r in the scratch patch. */
function changedWaves(probe: usize, patch: usize, probeStep: usize): void {
  const plane = <usize>size * (size << 3);
  for (let m = 0; m < modes; m++) {
    let field = fieldStart + <usize>(modes + m) * fieldBytes;
    for (let column: usize = 0; column < <usize>size << 3; column += 64) {
      multiplyStrip(probe + column, patchStart + column, stripStart);
      addProductStrip(probeStep + column, patch + column, stripStart);
      forward(stripStart, field);
      field += fieldPitch;
    }
    probe += plane;
    probeStep += plane;
  }
}

export function correct(
  kind: i32,
  probe: usize,
  patch: usize,
  waves: usize,
  frame: usize,
  background: usize,
  scale: f32,
  stats: usize,
): void {
  exitWaves(probe, patch);
  meetData(kind, 1, true, frame, background, scale);
  endFrame(stats);
  correctEpilogue(waves);
}

export function reflect(
  kind: i32,
  probe: usize,
  patch: usize,
  waves: usize,
  gradient: usize,
  frame: usize,
  background: usize,
  scale: f32,
  stats: usize,
  relax: f32,
): void {
  if (relax === 0) {
    score(probe, patch, frame, background, scale, stats);
  } else {
      mirroredWaves(probe, patch, waves);
    meetData(kind, 1, true, frame, background, scale);
    endFrame(stats);
  }
  reflectEpilogue(probe, patch, waves, gradient, relax);
}

export function score(
  probe: usize,
  patch: usize,
  frame: usize,
  background: usize,
  scale: f32,
  stats: usize,
): void {
  exitWaves(probe, patch);
  meetData(SCORE, 1, false, frame, background, scale);
  endFrame(stats);
}

/** Slope and curvature go to `out`, two float64; ΔO_r must be in the scratch patch. */
export function curve(
  kind: i32,
  probe: usize,
  patch: usize,
  probeStep: usize,
  frame: usize,
  background: usize,
  scale: f32,
  stats: usize,
  out: usize,
): void {
  exitWaves(probe, patch);
  changedWaves(probe, patch, probeStep);
  meetData(kind, 2, false, frame, background, scale);
  endFrame(stats);
  store<f64>(out, lastSlope());
  store<f64>(out, lastCurvature(), 8);
}

/** gradient = objectStep·Σ_m P_m*χ_m / ((1−α)Σ|P|² + α·peak), P updated in place when probeStep is not 0.
 * Returns max Σ_m|P_m|² of the new probe. `objectPeak` is max|O_r|². */
export function pie(
  kind: i32,
  probe: usize,
  patch: usize,
  gradient: usize,
  frame: usize,
  background: usize,
  scale: f32,
  stats: usize,
  alpha: f32,
  alphaPeak: f32,
  objectStep: f32,
  beta: f32,
  objectPeak: f32,
  probeStep: f32,
): f32 {
  exitWaves(probe, patch);
  meetData(kind, 1, true, frame, background, scale);
  endFrame(stats);
  return pieEpilogue(probe, patch, gradient, 1 - alpha, alphaPeak, objectStep, 1 - beta, beta * objectPeak, probeStep);
}
