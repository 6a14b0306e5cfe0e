// The pictures of a prepared scan, each an SVG that stands alone: for the page and for the one PNG.

import type { ComplexImage } from "../array/ndarray.ts";
import { encodePng, pngDataUri } from "../io/png.ts";
import type { Prepared } from "../prepare/prepare.ts";
import { badPixelRgb, sequentialTable } from "./colormap.ts";
import type { SheetPanel } from "./figure-files/sheet.ts";
import { amplitudeRange, renderAmplitudePng, renderPhasePng } from "./images.ts";
import { html, raw, type Markup } from "./markup.ts";
import { plotLine } from "./preview-plot.ts";

export interface PreviewPanel extends SheetPanel {
  /** What is seen, in a sentence. */
  readonly caption: string;
}

export function previewPanels(prepared: Prepared): PreviewPanel[] {
  const { dataset, survey, overlap, probeDiameterPx, orientation } = prepared;
  const { probe, size, object } = dataset;
  const first: ComplexImage = { height: size, width: size, data: probe.data.subarray(0, 2 * size * size) };
  return [
    {
      title: `Mean of ${survey.frames} frames`,
      caption:
        "Logarithmic, as the detector saw it; the cross is the centre, the dashed frame the crop, coloured pixels are bad",
      draw: () => meanPattern(prepared),
    },
    {
      title: `Scan: ${dataset.frames} positions`,
      caption: `Object frame of ${object.height} × ${object.width} px, positions joined in their order; the square is a frame`,
      draw: () => scanPath(prepared),
    },
    {
      title: `Overlap ${overlap.toFixed(2)}`,
      caption: `Discs of the start probe's second-moment diameter, ${probeDiameterPx.toFixed(1)} px, at some neighbouring positions; overlap is the area that nearest ones share`,
      draw: () => overlapDiscs(prepared),
    },
    {
      title: "Start probe, amplitude",
      caption: "Black is dark",
      draw: () =>
        picture(renderAmplitudePng(first, amplitudeRange(first)), first, "Amplitude of the start probe"),
    },
    {
      title: "Start probe, phase",
      caption: "From −π to π",
      draw: () => picture(renderPhasePng(first), first, "Phase of the start probe"),
    },
    {
      title: "Counts of the frames",
      caption: "In the order of the scan",
      draw: () => countsOfFrames(prepared),
    },
    {
      title: "Histogram of the values",
      caption: "How often a good pixel holds how many detector units, 1 added, over all frames",
      draw: () => histogram(prepared),
    },
    ...(orientation === undefined
      ? []
      : [
          {
            title: `Object in orientation ${orientation.scores[0]!.orientation}`,
            caption: "Amplitude after a few sweeps, in the orientation that fits best",
            draw: () => {
              const { object: found } = orientation.scores[0]!;
              return picture(
                renderAmplitudePng(found, amplitudeRange(found)),
                found,
                "Object after a few sweeps",
              );
            },
          },
        ]),
  ];
}

function picture(
  png: Uint8Array,
  { width, height }: { readonly width: number; readonly height: number },
  label: string,
): Markup {
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">
    <image href="${pngDataUri(png)}" width="${width}" height="${height}" style="image-rendering: pixelated" />
  </svg>`;
}

/** Light lines over a dark one: seen on any pattern. */
function sign(unit: number): string {
  return `fill="none" stroke="#fff" stroke-width="${(unit / 200).toFixed(2)}"`;
}

function meanPattern({ survey, bad, centre, crop }: Prepared): Markup {
  const { mean, height, width } = survey;
  const top = Math.log1p(mean.reduce((most, value, i) => (bad[i] === 0 ? Math.max(most, value) : most), 0));
  const table = sequentialTable();
  const rgba = new Uint8Array(4 * height * width);
  mean.forEach((value, i) => {
    const level = top > 0 ? Math.min(255, Math.round((255 * Math.log1p(value)) / top)) : 0;
    const [r, g, b] =
      bad[i] === 0 ? [table[3 * level]!, table[3 * level + 1]!, table[3 * level + 2]!] : badPixelRgb;
    rgba.set([r, g, b, 255], 4 * i);
  });
  const png = pngDataUri(encodePng({ kind: "rgba", width, height, data: rgba }));
  // A pixel's number is its middle, half a pixel from its edge.
  const [x, y] = [centre.x + 0.5, centre.y + 0.5];
  const { left, top: up, side } = crop;
  const [arm, unit] = [Math.max(3, width / 20), Math.max(width, height)];
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Mean pattern">
    <image href="${png}" width="${width}" height="${height}" style="image-rendering: pixelated" />
    ${raw(centre.dc === "corner" ? "" : `<rect x="${left}" y="${up}" width="${side}" height="${side}" ${sign(unit)} stroke-dasharray="${(unit / 50).toFixed(2)} ${(unit / 70).toFixed(2)}" />`)}
    ${raw(`<path d="M${x - arm} ${y}H${x + arm}M${x} ${y - arm}V${y + arm}" ${sign(unit)} />`)}
  </svg>`;
}

function scanPath({ dataset }: Prepared): Markup {
  const { positions, object, size } = dataset;
  const unit = Math.max(object.width, object.height);
  const points = Array.from(positions.x, (x, i) => `${x.toFixed(1)} ${positions.y[i]!.toFixed(1)}`);
  const dots = Array.from(
    positions.x,
    (x, i) =>
      `<circle cx="${x.toFixed(1)}" cy="${positions.y[i]!.toFixed(1)}" r="${(unit / 160).toFixed(2)}" fill="currentColor" />`,
  );
  const [x, y] = [positions.x[0]! - size / 2, positions.y[0]! - size / 2];
  const line = `fill="none" stroke="currentColor" stroke-width="${(unit / 300).toFixed(2)}"`;
  return html`<svg
    viewBox="0 0 ${object.width} ${object.height}"
    role="img"
    aria-label="Scan path"
    class="scan-path"
  >
    ${raw(`<path d="M${points.join("L")}" ${line} stroke-opacity="0.35" />`)} ${raw(dots.join(""))}
    ${raw(`<rect x="${x.toFixed(1)}" y="${y.toFixed(1)}" width="${size}" height="${size}" ${line} stroke-opacity="0.6" />`)}
    ${raw(`<rect width="${object.width}" height="${object.height}" ${line} />`)}
  </svg>`;
}

/** Discs that are drawn at most: more would be one grey field. */
const discsAtMost = 9;

function overlapDiscs({ dataset: { positions }, probeDiameterPx }: Prepared): Markup {
  const { x, y } = positions;
  const middle = (values: Float64Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [mx, my] = [middle(x), middle(y)];
  const distance = (a: number, u: number, v: number): number => Math.hypot(x[a]! - u, y[a]! - v);
  const byPlace = (u: number, v: number): number[] =>
    Array.from(x.keys()).toSorted((a, b) => distance(a, u, v) - distance(b, u, v));
  const first = byPlace(mx, my)[0]!;
  const shown = byPlace(x[first]!, y[first]!).slice(0, discsAtMost);
  const radius = probeDiameterPx / 2;
  const reach = radius + shown.reduce((most, a) => Math.max(most, distance(a, x[first]!, y[first]!)), 0);
  const discs = shown.map((a) => {
    const at = `cx="${(x[a]! - x[first]!).toFixed(2)}" cy="${(y[a]! - y[first]!).toFixed(2)}"`;
    return `<circle ${at} r="${radius.toFixed(2)}" fill="currentColor" fill-opacity="0.08" stroke="currentColor" stroke-width="${(reach / 200).toFixed(2)}" /><circle ${at} r="${(reach / 60).toFixed(2)}" fill="currentColor" />`;
  });
  const side = (2.1 * reach).toFixed(2);
  const start = (-1.05 * reach).toFixed(2);
  return html`<svg
    viewBox="${start} ${start} ${side} ${side}"
    role="img"
    aria-label="Overlap of neighbouring probes"
  >
    ${raw(discs.join(""))}
  </svg>`;
}

function countsOfFrames({ dataset: { diffraction, frames, size } }: Prepared): Markup {
  const pixels = size * size;
  const points = Array.from({ length: frames }, (_, m): [number, number] => {
    let sum = 0;
    for (let i = m * pixels; i < (m + 1) * pixels; i++) sum += diffraction[i]! * diffraction[i]!;
    return [m, sum];
  });
  return plotLine(points, { x: { label: "frame" }, y: { label: "counts" } });
}

function histogram({ survey }: Prepared): Markup {
  // Without the last bin, which holds all larger values.
  const points = [...survey.histogram.subarray(0, -1)].flatMap((count, value): [number, number][] =>
    count > 0 ? [[1 + value, count]] : [],
  );
  const axes = { x: { label: "1 + value", isLog: true }, y: { label: "pixels", isLog: true } };
  return plotLine(points.length === 0 ? [[1, 1]] : points, axes);
}
