// What can be done when an engine has lost its fields: the options that this engine has, that this run has not used up and that
// acted before the loss.

import type { Engine } from "./engine.ts";
import { keysOf, updatesProbe, type CommonOptions } from "./options.ts";
import type { ScanRun } from "./scan-run.ts";

/** Options that make a step shorter when they are made smaller, and those that do when made larger. */
const shorterBelow = ["objectStep", "probeStep", "positionStep", "friction", "overlapSteps", "relaxation"];
const shorterAbove = ["alpha", "beta", "overlapFloor", "damping"];
/** Those of them that act on a probe that moves. */
const ofProbe: ReadonlySet<string> = new Set(["probeStep", "beta", "overlapSteps"]);

/** @param index the epoch in which they were lost, 0-based. */
export function divergedHint(
  engine: Engine,
  options: CommonOptions,
  { problem }: Pick<ScanRun, "problem">,
  index: number,
): string {
  const has = new Set(keysOf(engine));
  const probeMoved = updatesProbe(options, index + 1) && valueOf(options, "probeStep") !== 0;
  // Positions are corrected after the sweep.
  const positionsMoved = index > (options.positionStartEpoch ?? Infinity);
  // Bursts of visits push within an epoch, momentum over epochs after it.
  const pushed = index > 0 || valueOf(options, "visits") !== undefined;
  const acted = (name: string): boolean =>
    has.has(name) &&
    (probeMoved || !ofProbe.has(name)) &&
    (positionsMoved || name !== "positionStep") &&
    (pushed || name !== "friction");
  const lower = shorterBelow.filter((name) => acted(name) && canBe(engine, options, name, below));
  const raise = shorterAbove.filter((name) => acted(name) && canBe(engine, options, name, above));
  const ways = [
    // It acts after the sweep, and the power that it takes goes to what is left.
    ...(updatesProbe(options, index) ? widerSupport(options, problem) : []),
    // The pull of a count where the model is dark is what the other options bound only in part.
    ...(options.likelihood === "poisson" ? [gentlerLikelihood(options)] : []),
    ...list("Lower", lower),
    ...list("Raise", raise),
    ...(probeMoved && !options.constrainProbePower ? ["Keep the probe's power (constrainProbePower)"] : []),
    ...(probeMoved ? ["Hold the probe fixed (fixProbe), or free it later (probeStartEpoch)"] : []),
    // Limits, too, act after the sweep.
    ...(index > 0 && options.amplitudeMax === null ? ["Bound the object's amplitude (amplitudeMax)"] : []),
  ];
  return ways.length === 0
    ? "Check that probe, positions and counts belong to one scan, or take another engine: no option of this one would shorten its steps."
    : `${ways.join(". ")}.`;
}

/** Share of the start probe's light that a support must hold to be left out of suspicion. */
const enoughLight = 0.99;

function widerSupport(
  { probeSupportPx }: CommonOptions,
  { probe, size }: Pick<ScanRun["problem"], "probe" | "size">,
): string[] {
  if (probeSupportPx === null) return [];
  // By whole radii, and within the support.
  const rings = new Float64Array(size + 1);
  let [all, held] = [0, 0];
  for (let i = 0; i < probe.length / 2; i++) {
    const pixel = i % (size * size);
    const radius = Math.hypot((pixel % size) - size / 2, Math.floor(pixel / size) - size / 2);
    const light = probe[2 * i]! ** 2 + probe[2 * i + 1]! ** 2;
    rings[Math.ceil(radius)]! += light;
    all += light;
    if (radius <= probeSupportPx) held += light;
  }
  if (!(held < enoughLight * all)) return [];
  let wide = 0;
  for (let within = rings[0]!; within < enoughLight * all; within += rings[wide]!) wide++;
  const share = (100 * held) / all;
  return [
    `Widen the probe support: within probeSupportPx ${probeSupportPx} lies ${share.toPrecision(2)} % of the start probe's light (--set probeSupportPx=${wide} holds 99 %), or leave it out`,
  ];
}

function gentlerLikelihood({ darkCounts }: CommonOptions): string {
  const amplitude = "Set likelihood: amplitude (--likelihood amplitude)";
  if (darkCounts === undefined) return amplitude;
  // Divergent scans of 1e7 and 1e8 photons per frame came back at 1 or at 100.
  const more = Math.max(1, 10 * darkCounts);
  return `${amplitude}, or raise darkCounts from ${darkCounts} (--set darkCounts=${more})`;
}

/** Values a little smaller; whole numbers have the next one. */
const below = (value: number): number[] => [value * (1 - 1e-6), value - 1];
const above = (value: number): number[] => [value * (1 + 1e-6), value + 1];

/** Whether the engine's schema takes one of the values beside that of an option: it is not at its limit. */
function canBe(
  { options: schema }: Engine,
  options: CommonOptions,
  name: string,
  beside: (value: number) => number[],
): boolean {
  const value = valueOf(options, name);
  if (typeof value !== "number") return false;
  return beside(value).some(
    (other) => other !== value && schema.safeParse({ ...options, [name]: other }).success,
  );
}

/** Of an option that only some engines have. */
function valueOf(options: CommonOptions, name: string): unknown {
  return Object.entries(options).find(([key]) => key === name)?.[1];
}

function list(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`${what} ${names.join(" or ")}`];
}
