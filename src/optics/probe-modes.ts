// Start modes for a partially coherent probe: the given one times Hermite polynomials of its own width,
//   P_ab = H_a(x/w) H_b(y/w) P,  (a, b) = (1, 0), (0, 1), (2, 0), (1, 1), (0, 2), …
// made orthogonal (Gram–Schmidt), each with a small share of the power; the total stays.
// Coherent modes of a Gaussian Schell-model beam have this form: Starikov & Wolf 1982, doi:10.1364/JOSA.72.000923.

import type { Probe } from "../array/scan.ts";
import { DoselapError } from "../errors.ts";

/** Share of the power that each further mode starts with: enough to be told from zero, too little to disturb. */
const share = 0.02;

/** More modes than any measured probe has needed: beyond it a mistyped number is likelier. */
export const mostProbeModes = 20;

/** The probe with K modes: its own first, Hermite modes of the first one for those it does not have.
 * @throws Range when K is no whole number from 1 to 20. */
export function withProbeModes(probe: Probe, modes: number): Probe {
  if (!(Number.isInteger(modes) && modes >= 1 && modes <= mostProbeModes)) {
    throw new DoselapError("Range", "no such number of probe modes", {
      key: "probeModes",
      expected: `a whole number from 1 to ${mostProbeModes}`,
      got: String(modes),
    });
  }
  const numbers = 2 * probe.size ** 2;
  const own = Math.min(modes, probe.modes);
  const data = new Float32Array(modes * numbers);
  data.set(probe.data.subarray(0, own * numbers));
  if (own === modes) return { ...probe, modes, data };
  const total = powerOf(data);
  const orders = hermiteOrders(modes);
  const width = rmsWidth(probe);
  for (let m = own; m < modes; m++) {
    const mode = hermiteMode(probe, width, orders[m]!);
    for (let k = 0; k < m; k++) removeProjection(mode, data.subarray(k * numbers, (k + 1) * numbers));
    scale(mode, Math.sqrt((share * total) / powerOf(mode)));
    data.set(mode, m * numbers);
  }
  // The given modes pay for the new ones.
  scale(data.subarray(0, own * numbers), Math.sqrt(1 - share * (modes - own)));
  return { modes, size: probe.size, data };
}

/** (a, b) by ascending order a + b. */
function hermiteOrders(count: number): (readonly [number, number])[] {
  const orders: (readonly [number, number])[] = [];
  for (let total = 0; orders.length < count; total++) {
    for (let b = 0; b <= total; b++) orders.push([total - b, b]);
  }
  return orders;
}

function hermiteMode({ size, data }: Probe, width: number, [a, b]: readonly [number, number]): Float32Array {
  const mode = new Float32Array(2 * size * size);
  for (let y = 0, i = 0; y < size; y++) {
    const along = hermite(b, (y - size / 2) / width);
    for (let x = 0; x < size; x++, i += 2) {
      const factor = hermite(a, (x - size / 2) / width) * along;
      mode[i] = data[i]! * factor;
      mode[i + 1] = data[i + 1]! * factor;
    }
  }
  return mode;
}

/** Physicists' Hermite polynomial by its recurrence. */
function hermite(order: number, x: number): number {
  let [previous, value] = [0, 1];
  for (let n = 0; n < order; n++) [previous, value] = [value, 2 * x * value - 2 * n * previous];
  return value;
}

/** Root mean square radius along one axis of the first mode, px. */
function rmsWidth({ size, data }: Probe): number {
  let [power, moment] = [0, 0];
  for (let i = 0; i < 2 * size * size; i += 2) {
    const p = data[i]! ** 2 + data[i + 1]! ** 2;
    const dx = ((i / 2) % size) - size / 2;
    const dy = Math.floor(i / 2 / size) - size / 2;
    power += p;
    moment += (p * (dx * dx + dy * dy)) / 2;
  }
  return Math.max(1, Math.sqrt(moment / power));
}

/** mode −= ⟨unit(other), mode⟩ unit(other). */
function removeProjection(mode: Float32Array, other: Float32Array): void {
  let [re, im, power] = [0, 0, 0];
  for (let i = 0; i < mode.length; i += 2) {
    re += other[i]! * mode[i]! + other[i + 1]! * mode[i + 1]!;
    im += other[i]! * mode[i + 1]! - other[i + 1]! * mode[i]!;
    power += other[i]! ** 2 + other[i + 1]! ** 2;
  }
  for (let i = 0; i < mode.length; i += 2) {
    mode[i] = mode[i]! - (re * other[i]! - im * other[i + 1]!) / power;
    mode[i + 1] = mode[i + 1]! - (re * other[i + 1]! + im * other[i]!) / power;
  }
}

function powerOf(field: Float32Array): number {
  let power = 0;
  for (let i = 0; i < field.length; i++) power += field[i]! ** 2;
  return power;
}

function scale(field: Float32Array, factor: number): void {
  for (let i = 0; i < field.length; i++) field[i] = field[i]! * factor;
}
