// Turns the panels of a sheet into one SVG file that stands alone: light colours instead of the page's variables, a white
// ground, well-formed XML, 183 mm wide (two columns of a journal), text as text in a font that most machines have.

import { escapeText, type Markup } from "../markup.ts";
import { styleSheet } from "../style.ts";
import type { FigureSheet } from "./sheet.ts";

/** Width of the figure in its own units: a panel of the report is about 330 wide. */
const sheetWidth = 1040;
const widthMm = 183;
const [gapX, gapY] = [25, 14];
const titleHeight = 34;
const panelTitleHeight = 22;
const legendLine = 24;
/** Wide labels of an axis stand out, as on the page; and to clip is two thirds of the time of a PNG. */
const unclipped = 'overflow="visible"';
const font = "DejaVu Sans, Verdana, Arial, sans-serif";
/** Narrower sheets keep the size of their panels. */
const mostPanelWidth = 500;

export interface StandaloneSvg {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** @throws whatever a panel throws. */
export function standaloneSvg({ title, columns, panels, legend }: FigureSheet): StandaloneSvg {
  const across = Math.max(1, columns);
  const width = Math.min(mostPanelWidth, (sheetWidth - gapX * (across - 1)) / across);
  const parts: string[] = [text(title, { x: 0, y: 20, size: 17, weight: 600 })];
  let y = titleHeight;
  let x = 0;
  for (const { name, sign } of legend) {
    // 7.5 units a letter at this size, with room for the sign.
    const length = 46 + 7.5 * name.length + 20;
    if (x > 0 && x + length > sheetWidth) [x, y] = [0, y + legendLine];
    parts.push(
      `<svg ${unclipped} x="${x}" y="${y}" width="34" height="12" viewBox="0 0 34 12">${sign}</svg>`,
      text(name, { x: x + 42, y: y + 10.5, size: 13 }),
    );
    x += length;
  }
  if (legend.length > 0) y += legendLine + 6;
  for (let first = 0; first < panels.length; first += across) {
    const row = panels
      .slice(first, first + across)
      .map((panel) => ({ ...panel, ...drawn(panel.draw(), width) }));
    row.forEach((panel, i) => {
      const left = i * (width + gapX);
      parts.push(
        text(panel.title, { x: left + 4, y: y + 14, size: 13, weight: 600 }),
        panel.placed(left, y + panelTitleHeight),
      );
    });
    y += panelTitleHeight + Math.max(...row.map(({ height }) => height)) + gapY;
  }
  const height = Math.ceil(y);
  const size = `width="${widthMm}mm" height="${((widthMm * height) / sheetWidth).toFixed(2)}mm"`;
  const svg = `<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" ${size} viewBox="-10 -6 ${sheetWidth + 20} ${height + 12}" font-family="${font}" color="#1a1d21" fill="#1a1d21">
<title>${escapeText(title)}</title>
<rect x="-10" y="-6" width="${sheetWidth + 20}" height="${height + 12}" fill="#ffffff"/>
${parts.join("\n")}
</svg>
`;
  return { svg: plainColors(svg), width: sheetWidth + 20, height: height + 12 };
}

/** A panel at a width, its height, and how it is placed. */
function drawn(
  { markup }: Markup,
  width: number,
): { readonly height: number; placed(x: number, y: number): string } {
  const box = /viewBox="([^"]+)"/.exec(markup)?.[1]?.split(/[ ,]+/).map(Number);
  if (box === undefined || box.length !== 4 || !box.every(Number.isFinite))
    throw new Error("a panel has no viewBox");
  const height = (width * box[3]!) / box[2]!;
  return {
    height,
    placed: (x, y) =>
      asXml(markup).replace(
        /^<svg/,
        `<svg ${unclipped} x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${width.toFixed(2)}" height="${height.toFixed(2)}"`,
      ),
  };
}

/** What a page's serialiser leaves that XML does not know. */
function asXml(markup: string): string {
  return markup
    .trim()
    .replaceAll("&nbsp;", "&#160;")
    .replace(/ font-family="[^"]*"/g, "");
}

function text(
  content: string,
  { x, y, size, weight = 400 }: { x: number; y: number; size: number; weight?: number },
): string {
  return `<text x="${x}" y="${y}" font-size="${size}" font-weight="${weight}">${escapeText(content)}</text>`;
}

/** Every `var(--name)` as the colour that the page has in light. @throws Error for a variable without one. */
function plainColors(svg: string): string {
  const light = styleSheet.slice(0, styleSheet.indexOf("prefers-color-scheme"));
  return svg.replace(/var\((--[a-z0-9-]+)\)/g, (_, name: string) => {
    const color = new RegExp(`${name}:(#[0-9a-f]{3,6})\\b`).exec(light)?.[1];
    if (color === undefined) throw new Error(`the style sheet has no colour ${name}`);
    return color;
  });
}
