// Pictures of what preparation made of a scan: mean pattern with its centre and mask, scan path, overlap, start probe, counts. A user
// sees at a glance whether the file was understood. One HTML page, or one PNG.

import { marginText } from "../prepare/find-orientation.ts";
import type { Prepared } from "../prepare/prepare.ts";
import { openRaster } from "./figure-files/raster.ts";
import { standaloneSvg } from "./figure-files/standalone.ts";
import { escapeText, html, raw, type Markup } from "./markup.ts";
import { orientationTable } from "./orientation-table.ts";
import { factTable, page } from "./page.ts";
import { previewPanels } from "./preview-panels.ts";

export interface Preview {
  /** The scan's name. */
  readonly title: string;
  readonly prepared: Prepared;
}

const style = `
  .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); gap: 1.5rem; }
  .pictures figure { margin: 0; }
  .pictures figcaption b { display: block; }
  .pictures svg { width: 100%; max-width: 22rem; height: auto; display: block; }
`;

/** The page: one HTML file without network or script. Pure. */
export function renderPreview({ title, prepared }: Preview): string {
  const { done, warnings, orientation } = prepared;
  const figures = previewPanels(prepared).map(
    (panel) =>
      html`<figure>
        ${panel.draw()}
        <figcaption><b>${panel.title}</b> ${panel.caption}</figcaption>
      </figure>`,
  );
  const body = html`<h1>${title}, prepared</h1>
    ${
      warnings.length === 0
        ? null
        : html`<ul>
            ${warnings.map((text) => html`<li>Warning: ${text}</li>`)}
          </ul>`
    }
    <div class="pictures">${figures}</div>
    ${
      orientation === undefined
        ? null
        : html`<h2>Orientation ${orientation.best}, ${marginText(orientation)}</h2>
            ${orientationTable(orientation.scores)}`
    }
    <h2>What was done</h2>
    ${factTable(done.map((text, i) => [String(i + 1), text] as const))}`;
  return page({ title: `${title}, prepared`, body, style });
}

/** The same as one PNG, with what was done below the pictures. */
export async function renderPreviewPng(
  { title, prepared }: Preview,
  { widthPx = 1600 }: { readonly widthPx?: number } = {},
): Promise<Uint8Array> {
  const { done, warnings } = prepared;
  const lines = [...warnings.map((text) => `Warning: ${text}`), ...done];
  const { svg } = standaloneSvg({
    name: "preview",
    title: `${title}, prepared`,
    columns: 3,
    panels: [...previewPanels(prepared), { title: "What was done", draw: () => textBlock(lines) }],
    legend: [],
    table: { head: [], rows: [] },
  });
  return (await openRaster()).png(svg, widthPx);
}

/** Letters in a line of the block, which is as wide as a panel. */
const lineLetters = 62;
const [blockWidth, lineHeight] = [330, 12];

function textBlock(texts: readonly string[]): Markup {
  const lines = texts.flatMap((text) => wrapped(text));
  const rows = lines.map(
    (line, i) =>
      `<text x="0" y="${(i + 1) * lineHeight}" font-size="9" fill="currentColor">${escapeText(line)}</text>`,
  );
  return html`<svg
    viewBox="0 0 ${blockWidth} ${(lines.length + 1) * lineHeight}"
    role="img"
    aria-label="What was done"
  >
    ${raw(rows.join(""))}
  </svg>`;
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  let line = "•";
  for (const word of text.split(" ")) {
    if (line.length + word.length + 1 > lineLetters) {
      lines.push(line);
      line = `  ${word}`;
    } else line += ` ${word}`;
  }
  return [...lines, line];
}
