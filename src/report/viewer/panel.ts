// One picture of the viewer: a canvas that shows the common part of the picture, the cursor and a scale bar, with the arm's
// name above and the value under the cursor below.

import { scaleBarLength } from "../scale-bar.ts";
import type { Field } from "./field.ts";
import { type PictureSize, type Place, shownRectangle, type Viewport } from "./viewport.ts";

export interface Panel {
  readonly name: string;
  readonly field: Field;
  readonly element: HTMLElement;
  setPixels(rgba: Uint8ClampedArray<ArrayBuffer>): void;
  setText(text: string): void;
  draw(look: Look): void;
}

export interface Look {
  readonly view: Viewport;
  readonly cursor: Place;
  readonly barPx: number;
}

/** Backing pixels per CSS pixel: more would only cost time. */
const mostDensity = 2;

export function createPanel(document: Document, { name, field }: { name: string; field: Field }): Panel {
  const element = document.createElement("div");
  const title = document.createElement("div");
  const canvas = document.createElement("canvas");
  const text = document.createElement("div");
  element.className = "view";
  title.className = "viewname";
  canvas.className = "viewcanvas";
  text.className = "viewvalue";
  title.textContent = name;
  canvas.style.aspectRatio = `${field.width} / ${field.height}`;
  canvas.setAttribute("aria-hidden", "true");
  element.append(title, canvas, text);
  const source = document.createElement("canvas");
  source.width = field.width;
  source.height = field.height;
  return {
    name,
    field,
    element,
    setPixels(rgba) {
      context2d(source).putImageData(new ImageData(rgba, field.width, field.height), 0, 0);
    },
    setText(value) {
      text.textContent = value;
    },
    draw(look) {
      const density = Math.min(mostDensity, window.devicePixelRatio);
      const width = Math.max(1, Math.round(canvas.clientWidth * density));
      const height = Math.max(1, Math.round((width * field.height) / field.width));
      if (canvas.width !== width || canvas.height !== height) {
        canvas.width = width;
        canvas.height = height;
      }
      drawOn(context2d(canvas), source, { ...look, density });
    },
  };
}

function drawOn(
  context: CanvasRenderingContext2D,
  source: HTMLCanvasElement,
  { view, cursor, barPx, density }: Look & { density: number },
): void {
  const size: PictureSize = source;
  const { width, height } = context.canvas;
  const shown = shownRectangle(view, size);
  const scale = width / shown.width;
  context.clearRect(0, 0, width, height);
  context.imageSmoothingEnabled = scale < 1;
  context.drawImage(source, shown.left, shown.top, shown.width, shown.height, 0, 0, width, height);
  const x = (cursor.x - shown.left) * scale;
  const y = (cursor.y - shown.top) * scale;
  // A cross with a gap, and the pixel's outline: dark under bright, so that it is seen on any picture.
  const gap = Math.max(scale / 2, 4 * density) + 2 * density;
  const [cx, cy] = [x + scale / 2, y + scale / 2];
  const path = new Path2D();
  for (const [dx, dy] of [
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ] as const) {
    path.moveTo(cx + dx * gap, cy + dy * gap);
    path.lineTo(cx + dx * (gap + 9 * density), cy + dy * (gap + 9 * density));
  }
  if (scale > 3 * density) path.rect(x, y, scale, scale);
  stroked(context, path, density);
  const bar = new Path2D();
  const [left, bottom] = [8 * density, height - 8 * density];
  bar.moveTo(left, bottom);
  bar.lineTo(left + barPx * scale, bottom);
  stroked(context, bar, 2 * density);
}

function stroked(context: CanvasRenderingContext2D, path: Path2D, width: number): void {
  for (const [style, extra] of [
    ["#000", 2.5],
    ["#fff", 1],
  ] as const) {
    context.strokeStyle = style;
    context.lineWidth = width * extra;
    context.stroke(path);
  }
}

function context2d(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("this browser draws no canvas");
  return context;
}

/** Length of the scale bar in picture pixels: round in metres where they are known, else in pixels. */
export function barLength(view: Viewport, size: PictureSize, unitM: number | null): number {
  const shown = shownRectangle(view, size).width;
  return unitM === null ? Math.max(1, scaleBarLength(shown)) : scaleBarLength(shown * unitM) / unitM;
}
