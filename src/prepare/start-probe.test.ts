// Start probes against closed forms: the focus of a zone plate is an Airy pattern with an obstruction, its axis behind the focus
// is an integral that can be done, and behind a focus light is where its rays go.

import { describe, expect, test } from "vitest";
import type { DoselapError } from "../errors.ts";
import { isDoselapError } from "../errors.ts";
import { startProbe, type StartProbeOptions } from "./start-probe.ts";

const [size, pixelSizeM, wavelengthM] = [128, 10e-9, 1.2e-10];
const plate = { diameterM: 150e-6, outermostZoneM: 40e-9, centralStopM: 60e-6 };
/** k₀ = 1/(2Δr) and k₁ = k₀ d/D, cycles per pixel. */
const outer = pixelSizeM / (2 * plate.outermostZoneM);
const inner = (outer * plate.centralStopM) / plate.diameterM;

/** Round light, any: its sum is the power. */
const meanCounts = Float64Array.from({ length: size * size }, (_, i) =>
  Math.hypot((i % size) - size / 2, Math.floor(i / size) - size / 2) < 14 ? 3 : 0,
);
const base: StartProbeOptions = { sizePx: size, meanCounts, wavelengthM, pixelSizeM };

/** J₁ by its integral, ∫ cos(t − x sin t) dt / π over half a turn: periodic, so that equal steps are exact. */
function besselJ1(x: number): number {
  let sum = 0;
  const steps = 400;
  for (let k = 0; k < steps; k++) {
    const t = (2 * Math.PI * (k + 0.5)) / steps;
    sum += Math.cos(t - x * Math.sin(t));
  }
  return sum / steps;
}

/** k₀J₁(2πk₀r)/r − k₁J₁(2πk₁r)/r, r in pixels. */
function obstructedAiry(r: number): number {
  if (r === 0) return Math.PI * (outer ** 2 - inner ** 2);
  return (outer * besselJ1(2 * Math.PI * outer * r) - inner * besselJ1(2 * Math.PI * inner * r)) / r;
}

function at(data: Float32Array, x: number, y: number): { re: number; im: number } {
  const i = 2 * ((y + size / 2) * size + x + size / 2);
  return { re: data[i]!, im: data[i + 1]! };
}

function faultOf(options: StartProbeOptions): DoselapError {
  try {
    startProbe(options);
  } catch (error) {
    if (isDoselapError(error)) return error;
  }
  throw new Error("no DoselapError");
}

describe("a zone plate", () => {
  test("in focus is the Airy pattern of its pupil and stop, with the power of the counts", () => {
    const { probe, told } = startProbe({ ...base, zonePlate: plate });
    const peak = at(probe.data, 0, 0).re / obstructedAiry(0);
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [0, 2],
      [3, 0],
      [3, 3],
      [-4, 2],
      [0, -6],
      [8, 0],
      [9, 5],
    ] as const) {
      const { re, im } = at(probe.data, x, y);
      // Averaging the pupil's edge over a pixel takes (πr/N)²/3 of the field away, 2 % at 10 px, where it is a tenth of the peak.
      const [got, expected] = [re / peak, obstructedAiry(Math.hypot(x, y))];
      expect(Math.abs(got - expected) / obstructedAiry(0), `${x}, ${y}`).toBeLessThan(2.5e-3);
      expect(Math.abs(im / peak / obstructedAiry(0))).toBeLessThan(1e-3);
    }
    const power = probe.data.reduce((sum, value) => sum + value * value, 0);
    expect(power / meanCounts.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    // f = DΔr/λ = 0.05 m.
    expect(told).toMatch(
      /zone plate of 0\.00015 m, outermost zone 4e-8 m, central stop 0\.00006 m, focal length 0\.05000 m/u,
    );
  });

  test("without a stop has its first dark ring at 1.22 Δr", () => {
    const { probe } = startProbe({ ...base, zonePlate: { ...plate, centralStopM: 0 } });
    // 1.22 · 40 nm = 4.88 px: the sign changes between pixels 4 and 5.
    expect(at(probe.data, 4, 0).re).toBeGreaterThan(0);
    expect(at(probe.data, 5, 0).re).toBeLessThan(0);
  });

  test.each([6e-6, -11e-6])("%d m behind the focus has the amplitude and phase of the axis", (defocusM) => {
    const sharp = at(startProbe({ ...base, zonePlate: plate }).probe.data, 0, 0).re;
    const { re, im } = at(startProbe({ ...base, zonePlate: plate, defocusM }).probe.data, 0, 0);
    // ∫ 2πk e^{−iπλzk²} dk from k₁ to k₀ = (e^{−iπλzk₁²} − e^{−iπλzk₀²}) / (iλz), over its value at z = 0.
    const a = (Math.PI * wavelengthM * defocusM) / pixelSizeM ** 2;
    const full = a * (outer ** 2 - inner ** 2);
    const expected = {
      re: (Math.sin(a * outer ** 2) - Math.sin(a * inner ** 2)) / full,
      im: (Math.cos(a * outer ** 2) - Math.cos(a * inner ** 2)) / full,
    };
    // The pupil's edge is averaged over a pixel, 1/16 of its radius.
    expect(re / sharp).toBeCloseTo(expected.re, 2);
    expect(im / sharp).toBeCloseTo(expected.im, 2);
  });

  test("defocused lights an annulus of the geometric radii, λz/(2Δr) and d/D of it", () => {
    const defocusM = 200e-6;
    const { probe } = startProbe({ ...base, zonePlate: plate, defocusM });
    // 200 µm · 0.12 nm / 80 nm = 300 nm = 30 px; the stop's shadow 12 px.
    let [inside, lit, outside] = [0, 0, 0];
    for (let i = 0; i < size * size; i++) {
      const r = Math.hypot((i % size) - size / 2, Math.floor(i / size) - size / 2);
      const power = probe.data[2 * i]! ** 2 + probe.data[2 * i + 1]! ** 2;
      if (r < 9) inside += power;
      else if (r < 34) lit += power;
      else outside += power;
    }
    const all = inside + lit + outside;
    // A tenth of the light is bent out of the shadow's sharp edges.
    expect(lit / all).toBeGreaterThan(0.87);
    // Without the stop 9 % of it would be there.
    expect(inside / all).toBeLessThan(0.05);
  });

  test.each([
    [{ zonePlate: { ...plate, centralStopM: 150e-6 } }, /--central-stop/u],
    [{ zonePlate: { ...plate, outermostZoneM: 9e-9 } }, /--outermost-zone/u],
    [{ zonePlate: plate, defocusM: 1e-3 }, /--defocus: the defocused beam is larger than a frame/u],
    [{ zonePlate: plate, defocusM: 1e-5, wavelengthM: undefined }, /needs the wavelength/u],
    [{ zonePlate: plate, transfer: new Float32Array(2 * size * size).fill(1) }, /near field/u],
    [{ defocusM: 1e-5, transfer: new Float32Array(2 * size * size).fill(1) }, /near field/u],
    [{ defocusM: 1e-5, wavelengthM: undefined }, /--defocus.*needs the wavelength/u],
  ] as const)("%o is refused", (options, words) => {
    expect(faultOf({ ...base, ...options }).message).toMatch(words);
  });
});

describe("from the mean pattern", () => {
  /** A smooth spot to the right of the zero frequency, a little above it. */
  const patch = Float64Array.from({ length: size * size }, (_, i) =>
    Math.exp(-(((i % size) - size / 2 - 16) ** 2 + (Math.floor(i / size) - size / 2 + 8) ** 2) / 18),
  );

  test.each([100e-6, -100e-6])("light %d m behind the focus is where its rays go, r = λzk", (defocusM) => {
    const { probe } = startProbe({ ...base, meanCounts: patch, defocusM });
    let [power, x, y] = [0, 0, 0];
    for (let i = 0; i < size * size; i++) {
      const here = probe.data[2 * i]! ** 2 + probe.data[2 * i + 1]! ** 2;
      power += here;
      x += here * ((i % size) - size / 2);
      y += here * (Math.floor(i / size) - size / 2);
    }
    const lands = (pixels: number): number =>
      (wavelengthM * defocusM * (pixels / (size * pixelSizeM))) / pixelSizeM;
    // The centre of gravity moves by exactly this (Ehrenfest), if nothing wraps around.
    expect(x / power).toBeCloseTo(lands(16), 2);
    expect(y / power).toBeCloseTo(lands(-8), 2);
    expect(Math.sign(x)).toBe(Math.sign(defocusM));
  });

  test("in focus is the transform of a flat wave: its far field is the pattern again", () => {
    const { probe } = startProbe({ ...base, meanCounts: patch });
    // Naive transform at three detector pixels, one of them dark.
    for (const [u, v] of [
      [16, -8],
      [14, -6],
      [0, 0],
    ] as const) {
      let [re, im] = [0, 0];
      for (let i = 0; i < size * size; i++) {
        const [x, y] = [(i % size) - size / 2, Math.floor(i / size) - size / 2];
        const angle = (-2 * Math.PI * (u * x + v * y)) / size;
        re += probe.data[2 * i]! * Math.cos(angle) - probe.data[2 * i + 1]! * Math.sin(angle);
        im += probe.data[2 * i]! * Math.sin(angle) + probe.data[2 * i + 1]! * Math.cos(angle);
      }
      const expected = patch[(v + size / 2) * size + u + size / 2]!;
      expect((re * re + im * im) / size ** 2).toBeCloseTo(expected, 4);
    }
  });
});

describe("further modes", () => {
  const inner = (a: Float32Array, b: Float32Array): number => {
    let [re, im] = [0, 0];
    for (let i = 0; i < a.length; i += 2) {
      re += a[i]! * b[i]! + a[i + 1]! * b[i + 1]!;
      im += a[i]! * b[i + 1]! - a[i + 1]! * b[i]!;
    }
    return Math.hypot(re, im);
  };

  test("are Hermite modes: orthogonal, odd where they should be, of the counts' power together", () => {
    const { probe, told } = startProbe({ ...base, zonePlate: plate, defocusM: 60e-6, modes: 3 });
    const numbers = 2 * size * size;
    const [first, second, third] = [0, 1, 2].map((m) => probe.data.subarray(m * numbers, (m + 1) * numbers));
    const total = inner(first!, first!) + inner(second!, second!) + inner(third!, third!);
    expect(total / meanCounts.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    expect(inner(first!, second!) / total).toBeLessThan(1e-6);
    expect(inner(second!, third!) / total).toBeLessThan(1e-6);
    // The second is the first times x: it changes sign with x and not with y.
    const [right, left, mirrored] = [at(second!, 7, 3), at(second!, -7, 3), at(second!, 7, -3)];
    // Orthogonalising leaves some of the first in it.
    expect(left.re / right.re).toBeCloseTo(-1, 2);
    expect(mirrored.re / right.re).toBeCloseTo(1, 2);
    expect(told).toMatch(/3 modes/u);
  });
});

describe("the file's probe", () => {
  const own = { modes: 1, size, data: new Float32Array(2 * size * size).fill(0.5) };

  test("is taken and scaled, unless its size is another or optics are stated", () => {
    expect(startProbe({ ...base, own }).told).toMatch(/the file's, scaled/u);
    expect(startProbe({ ...base, own: { ...own, size: 64 } }).told).toMatch(
      /the file's, of 64 × 64, is not used/u,
    );
    expect(startProbe({ ...base, own, zonePlate: plate }).told).toMatch(/zone plate.*is not used/u);
  });
});
