// A line over numbered axes, for the pictures of a prepared scan. A logarithmic axis has ticks at the powers of ten.

import { html, raw, type Markup } from "./markup.ts";

export interface PlotAxis {
  readonly label: string;
  readonly isLog?: boolean;
}

const [width, height] = [340, 230];
const [left, right, top, bottom] = [52, 10, 22, 40];
const ticksAtMost = 5;

/** @param points ascending in x; on a logarithmic axis above 0. */
export function plotLine(
  points: readonly (readonly [number, number])[],
  { x, y }: { readonly x: PlotAxis; readonly y: PlotAxis },
): Markup {
  const across = scaleOf(
    points.map((point) => point[0]),
    { ...x, from: left, to: width - right },
  );
  const up = scaleOf(
    points.map((point) => point[1]),
    { ...y, from: height - bottom, to: top },
  );
  const path = points.map(([u, v]) => `${across.at(u).toFixed(1)} ${up.at(v).toFixed(1)}`).join("L");
  const text = (content: string, place: string): string =>
    `<text ${place} fill="currentColor" font-size="10">${content}</text>`;
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${y.label} against ${x.label}">
    ${raw(`<path d="M${left} ${top}V${height - bottom}H${width - right}" fill="none" stroke="currentColor" stroke-opacity="0.6" />`)}
    ${raw(across.ticks.map((tick) => text(tickText(tick), `x="${across.at(tick).toFixed(1)}" y="${height - bottom + 14}" text-anchor="middle"`)).join(""))}
    ${raw(up.ticks.map((tick) => text(tickText(tick), `x="${left - 5}" y="${(up.at(tick) + 3.5).toFixed(1)}" text-anchor="end"`)).join(""))}
    ${raw(text(x.label, `x="${(left + width - right) / 2}" y="${height - 8}" text-anchor="middle"`))}
    ${raw(text(y.label, `x="${left - 5}" y="${top - 11}" text-anchor="middle"`))}
    ${raw(points.length === 1 ? `<circle cx="${path.split(" ")[0]}" cy="${path.split(" ")[1]}" r="2" fill="currentColor" />` : `<path d="M${path}" fill="none" stroke="currentColor" />`)}
  </svg>`;
}

interface Scale {
  at(value: number): number;
  readonly ticks: readonly number[];
}

function scaleOf(
  values: readonly number[],
  { isLog = false, from, to }: PlotAxis & { readonly from: number; readonly to: number },
): Scale {
  const shown = values.map((value) => (isLog ? Math.log10(value) : value));
  const least = shown.reduce((a, b) => Math.min(a, b), isLog ? Infinity : 0);
  const most = shown.reduce((a, b) => Math.max(a, b), -Infinity);
  const span = most > least ? most - least : 1;
  const place = (value: number): number => from + ((value - least) / span) * (to - from);
  const step = isLog ? Math.max(1, Math.ceil(span / ticksAtMost)) : niceStep(span);
  const ticks: number[] = [];
  for (let k = Math.ceil(least / step - 1e-9); k * step <= most + 1e-9 * span; k++) ticks.push(k * step);
  return isLog
    ? { at: (value) => place(Math.log10(value)), ticks: ticks.map((tick) => 10 ** tick) }
    : { at: place, ticks };
}

/** 1, 2 or 5 times a power of ten, for at most five ticks. */
function niceStep(span: number): number {
  const rough = span / ticksAtMost;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
}

function tickText(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3
    ? value.toExponential(0).replace("e+", "e")
    : String(Number(value.toPrecision(4)));
}
