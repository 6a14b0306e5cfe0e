// Colour tables as 256 RGB triples (Uint8Array of 768).
// All but grey (linear in sRGB code value) are our own, in OKLab (Ottosson 2020).
// sequential: L = 0.2 + 0.75 t, C = 0.1, hue 300° − 205° t: violet through teal to yellow, lighter all the way.
// cyclic, for phase: a tilted loop, walked at constant speed:
//   L = 0.60 + 0.29 sin t,  C = 0.125 |cos t|,  hue = 262° − 40° sin t where cos t > 0, else 45° + 35° sin t.
// The loop is resampled by arc length, so equal phase steps are equal OKLab distances, and it closes on itself.
// hue, for complex values: L = 0.78, C = 0.12, hue from −π to π; brightness is then free to say the amplitude.
// diverging: blue (hue 255°) through near white to orange (hue 60°), L = 0.97 − 0.47 |t|: told apart by the colour-blind.
// Phase 0 is the cool middle: from −π/2 to π/2 lightness only rises (readable in grey print and by the
// colour-blind), beyond it falls through warm colours.

/** 256 RGB triples; entry i is bytes 3i, 3i+1, 3i+2. */
export type ColorTable = Uint8Array;

/** Drawn where a pixel is not a finite number. No table contains it. */
export const badPixelRgb = [233, 30, 140] as const;

export function greyTable(): ColorTable {
  return Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
}

export function sequentialTable(): ColorTable {
  return tableOf((i) => polar(0.2 + (0.75 * i) / 255, 0.1, 300 - (205 * i) / 255));
}

/** The phase table: entry i is phase −π + 2πi/256. */
export function cyclicTable(): ColorTable {
  const fine = 4096;
  const arc = new Float64Array(fine + 1);
  let previous = loopPoint(-Math.PI);
  for (let i = 1; i <= fine; i++) {
    const point = loopPoint(-Math.PI + (2 * Math.PI * i) / fine);
    arc[i] = arc[i - 1]! + Math.hypot(point[0] - previous[0], point[1] - previous[1], point[2] - previous[2]);
    previous = point;
  }
  const table = new Uint8Array(768);
  let at = 0;
  for (let i = 0; i < 256; i++) {
    const target = (arc[fine]! * i) / 256;
    while (arc[at + 1]! < target) at++;
    const part = (target - arc[at]!) / (arc[at + 1]! - arc[at]!);
    table.set(srgbFromOklab(loopPoint(-Math.PI + (2 * Math.PI * (at + part)) / fine)), 3 * i);
  }
  return table;
}

/** Hues of one lightness: entry i is phase −π + 2πi/256. */
export function hueTable(): ColorTable {
  return tableOf((i) => polar(0.78, 0.12, 180 + (360 * i) / 256));
}

/** Negative blue, zero nearly white, positive orange. */
export function divergingTable(): ColorTable {
  return tableOf((i) => {
    const t = (i - 127.5) / 127.5;
    return polar(0.97 - 0.47 * Math.abs(t), 0.13 * Math.abs(t), t < 0 ? 255 : 60);
  });
}

function tableOf(point: (entry: number) => Triple): ColorTable {
  const table = new Uint8Array(768);
  for (let i = 0; i < 256; i++) table.set(srgbFromOklab(point(i)), 3 * i);
  return table;
}

/** OKLab of lightness, chroma and hue in degrees. */
function polar(lightness: number, chroma: number, hueDeg: number): Triple {
  const hue = (hueDeg * Math.PI) / 180;
  return [lightness, chroma * Math.cos(hue), chroma * Math.sin(hue)];
}

type Triple = readonly [number, number, number];

function loopPoint(t: number): Triple {
  const [sin, cos] = [Math.sin(t), Math.cos(t)];
  const hue = ((cos > 0 ? 262 - 40 * sin : 45 + 35 * sin) * Math.PI) / 180;
  const chroma = 0.125 * Math.abs(cos);
  return [0.6 + 0.29 * sin, chroma * Math.cos(hue), chroma * Math.sin(hue)];
}

/** Ottosson's OKLab to 8-bit sRGB, clipped to the gamut. https://bottosson.github.io/posts/oklab/ */
function srgbFromOklab([L, a, b]: Triple): Triple {
  const l = (L + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (L - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (L - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encodeSrgb(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encodeSrgb(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encodeSrgb(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function encodeSrgb(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}
