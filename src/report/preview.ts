// One page of pictures of what preparation made of a scan: mean pattern with its centre and mask, scan path, start probe, counts.
// A user sees at a glance whether the file was understood.

import type { ComplexImage } from "../array/ndarray.ts";
import { pngDataUri, encodePng } from "../io/png.ts";
import type { OrientationAnswer } from "../prepare/find-orientation.ts";
import type { Prepared } from "../prepare/prepare.ts";
import { badPixelRgb, sequentialTable } from "./colormap.ts";
import { amplitudeRange, renderAmplitudePng, renderPhasePng } from "./images.ts";
import { html, raw, type Markup } from "./markup.ts";
import { factTable, page } from "./page.ts";

const style = `
  .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1.5rem; }
  .pictures figure { margin: 0; }
  .pictures img { width: 100%; max-width: 22rem; height: auto; image-rendering: pixelated; display: block; }
  .pictures svg { width: 100%; max-width: 22rem; }
`;

/** The page: one HTML file without network or script. Pure. */
export function renderPreview({
  title,
  prepared,
}: {
  readonly title: string;
  readonly prepared: Prepared;
}): string {
  const { dataset, done, warnings, survey, orientation } = prepared;
  const { probe, size } = dataset;
  const first: ComplexImage = { height: size, width: size, data: probe.data.subarray(0, 2 * size * size) };
  const body = html`<h1>${title}, prepared</h1>
    ${
      warnings.length === 0
        ? null
        : html`<ul>
            ${warnings.map((text) => html`<li>Warning: ${text}</li>`)}
          </ul>`
    }
    <div class="pictures">
      ${figure(
        `Mean of ${survey.frames} frames, logarithmic, as the detector saw it; the cross is the centre, the frame the crop, coloured pixels are bad`,
        meanPattern(prepared),
      )}
      ${figure(
        `Scan: ${dataset.frames} positions on an object of ${dataset.object.height} × ${dataset.object.width} px, joined in their order; the circle is half a frame wide`,
        scanPath(prepared),
      )}
      ${figure("Start probe: amplitude", picture(renderAmplitudePng(first, amplitudeRange(first)), size, size, "Amplitude of the start probe"))}
      ${figure("Start probe: phase, −π to π", picture(renderPhasePng(first), size, size, "Phase of the start probe"))}
      ${figure("Counts of the frames, in the order of the scan", countsOfFrames(prepared))}
      ${figure("How often a pixel has how many detector units (both axes logarithmic)", histogram(prepared))}
      ${orientation === undefined ? null : orientations(orientation)}
    </div>
    <h2>What was done</h2>
    ${factTable(done.map((text, i) => [String(i + 1), text] as const))}`;
  return page({ title: `${title}, prepared`, body, style });
}

function figure(caption: string, content: Markup): Markup {
  return html`<figure>
    ${content}
    <figcaption>${caption}</figcaption>
  </figure>`;
}

function picture(png: Uint8Array, width: number, height: number, alt: string): Markup {
  return html`<img src="${pngDataUri(png)}" width="${width}" height="${height}" alt="${alt}" />`;
}

/** Light lines over a dark one: seen on any pattern. */
const sign = 'fill="none" stroke="#fff" stroke-width="1.5" vector-effect="non-scaling-stroke"';

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
  const { x, y } = centre;
  const { left, top: up, side } = crop;
  const arm = Math.max(3, width / 20);
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Mean pattern">
    <image href="${png}" width="${width}" height="${height}" style="image-rendering: pixelated" />
    ${raw(`<rect x="${left}" y="${up}" width="${side}" height="${side}" ${sign} stroke-dasharray="4 3" />`)}
    ${raw(`<path d="M${x - arm} ${y}H${x + arm}M${x} ${y - arm}V${y + arm}" ${sign} />`)}
  </svg>`;
}

function scanPath({ dataset }: Prepared): Markup {
  const { positions, object, size } = dataset;
  const points = Array.from(positions.x, (x, i) => `${x.toFixed(1)} ${positions.y[i]!.toFixed(1)}`);
  const dot = Math.max(object.width, object.height) / 160;
  const [x, y] = [positions.x[0]!, positions.y[0]!];
  return html`<svg
    viewBox="0 0 ${object.width} ${object.height}"
    role="img"
    aria-label="Scan path"
    class="scan-path"
  >
    ${raw(`<path d="M${points.join("L")}" fill="none" stroke="currentColor" stroke-opacity="0.35" vector-effect="non-scaling-stroke" />`)}
    ${raw(points.map((point) => `<circle cx="${point.split(" ")[0]}" cy="${point.split(" ")[1]}" r="${dot}" fill="currentColor" />`).join(""))}
    ${raw(`<circle cx="${x}" cy="${y}" r="${size / 4}" fill="none" stroke="currentColor" vector-effect="non-scaling-stroke" />`)}
    ${raw(`<rect width="${object.width}" height="${object.height}" fill="none" stroke="currentColor" vector-effect="non-scaling-stroke" />`)}
  </svg>`;
}

const [plotWidth, plotHeight] = [340, 200];

function countsOfFrames({ dataset }: Prepared): Markup {
  const { diffraction, frames, size } = dataset;
  const pixels = size * size;
  const counts = Array.from({ length: frames }, (_, m) => {
    let sum = 0;
    for (let i = m * pixels; i < (m + 1) * pixels; i++) sum += diffraction[i]! * diffraction[i]!;
    return sum;
  });
  return line(
    counts.map((value, i) => [i, value]),
    "Counts of the frames",
  );
}

function histogram({ survey }: Prepared): Markup {
  // Without the last bin, which holds all larger values.
  const points = [...survey.histogram.subarray(0, -1)].flatMap((count, value): [number, number][] =>
    count > 0 ? [[Math.log10(1 + value), Math.log10(count)]] : [],
  );
  return line(points, "Histogram of detector units");
}

function line(points: readonly (readonly [number, number])[], label: string): Markup {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = [Math.min(0, ...ys), Math.max(...ys)];
  const at = ([x, y]: readonly [number, number]): string =>
    `${(((x - x0) / (x1 - x0 || 1)) * plotWidth).toFixed(1)} ${(plotHeight - ((y - y0) / (y1 - y0 || 1)) * plotHeight).toFixed(1)}`;
  return html`<svg
    viewBox="-2 -2 ${plotWidth + 4} ${plotHeight + 4}"
    role="img"
    aria-label="${label}: ${y0} to ${y1}"
  >
    ${raw(`<path d="M${points.map(at).join("L")}" fill="none" stroke="currentColor" />`)}
    ${raw(`<path d="M0 0V${plotHeight}H${plotWidth}" fill="none" stroke="currentColor" stroke-opacity="0.5" />`)}
  </svg>`;
}

function orientations({ scores, best, margin, isAmbiguous, equivalent }: OrientationAnswer): Markup {
  const winner = scores[0]!;
  const rows = scores.map(
    ({ orientation, text, deviance }) =>
      html`<tr>
        <td class="number">${orientation}</td>
        <td>${text}</td>
        <td class="number">${deviance.toPrecision(4)}</td>
      </tr>`,
  );
  const turned =
    equivalent.length === 0
      ? ""
      : ` Orientation ${equivalent.join(", ")} is its twin: the object turned by 180° and conjugated.`;
  const answer = isAmbiguous
    ? `Ambiguous: the next orientation is worse by ${(100 * margin).toFixed(0)} % of the spread only.`
    : `Orientation ${best}, by a margin of ${(100 * margin).toFixed(0)} % of the spread.`;
  return html`<figure>
    ${picture(renderAmplitudePng(winner.object, amplitudeRange(winner.object)), winner.object.width, winner.object.height, "Object after a few sweeps")}
    <figcaption>${answer}${turned} Amplitude of the object after a few sweeps.</figcaption>
    <table>
      <thead>
        <tr>
          <th>number</th>
          <th>positions</th>
          <th>deviance per pixel</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </figure>`;
}
