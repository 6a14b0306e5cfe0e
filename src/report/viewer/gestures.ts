// Mouse, touch and keyboard on a grid of panels that all show the same place, as calls that name what was meant.
// Places are fractions of the panel under the pointer. One finger pans only while zoomed in: else it scrolls the page.

import type { Place } from "./viewport.ts";

export interface Gestures {
  /** Whether the pictures are zoomed in: then a drag pans. */
  isZoomed(): boolean;
  point(at: Place): void;
  zoom(at: Place, factor: number): void;
  /** By fractions of a panel. */
  pan(by: Place): void;
  /** By picture pixels. */
  moveCursor(by: Place): void;
  zoomAtCursor(factor: number): void;
  showWhole(): void;
}

/** A key press zooms so much. */
export const zoomStep = 1.5;
/** Part of a panel by which Shift and an arrow key pan. */
const panStep = 0.1;
/** Pixels that Page Up and Page Down move the cursor by. */
const bigStep = 10;

const arrows: { readonly [key: string]: Place } = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
  PageUp: { x: 0, y: -bigStep },
  PageDown: { x: 0, y: bigStep },
  Home: { x: -bigStep, y: 0 },
  End: { x: bigStep, y: 0 },
};

/** Listens on `grid`, whose panels match `selector`. */
export function listen(grid: HTMLElement, selector: string, to: Gestures): void {
  grid.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (!answerKey(event, to)) return;
    event.preventDefault();
  });
  grid.addEventListener(
    "wheel",
    (event) => {
      const panel = panelOf(event, selector);
      // A wheel that is only passing by scrolls the page; a pinch on a touchpad comes with ctrlKey.
      if (panel === null || !(event.ctrlKey || document.activeElement === grid)) return;
      event.preventDefault();
      to.zoom(fractionIn(panel, event), 2 ** (-event.deltaY / (event.ctrlKey ? 100 : 400)));
    },
    { passive: false },
  );
  grid.addEventListener("dblclick", (event) => {
    const panel = panelOf(event, selector);
    if (panel !== null) to.zoom(fractionIn(panel, event), event.shiftKey ? 0.5 : 2);
  });
  listenToPointers(grid, selector, to);
}

/** @returns whether the key meant something. */
export function answerKey({ key, shiftKey }: Pick<KeyboardEvent, "key" | "shiftKey">, to: Gestures): boolean {
  const arrow = arrows[key];
  if (arrow !== undefined) {
    if (shiftKey) to.pan({ x: panStep * Math.sign(arrow.x), y: panStep * Math.sign(arrow.y) });
    else to.moveCursor(arrow);
    return true;
  }
  if (key === "+" || key === "=") to.zoomAtCursor(zoomStep);
  else if (key === "-" || key === "_") to.zoomAtCursor(1 / zoomStep);
  else if (key === "0" || key === "Escape") to.showWhole();
  else return false;
  return true;
}

function listenToPointers(grid: HTMLElement, selector: string, to: Gestures): void {
  const down = new Map<number, Place>();
  let panel: HTMLElement | null = null;
  grid.addEventListener("pointerdown", (event) => {
    const hit = panelOf(event, selector);
    if (hit === null) return;
    if (down.size === 0) panel = hit;
    down.set(event.pointerId, { x: event.clientX, y: event.clientY });
    grid.focus({ preventScroll: true });
    to.point(fractionIn(hit, event));
  });
  grid.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    const hit = panelOf(event, selector);
    if (before === undefined || panel === null) {
      if (hit !== null && event.pointerType === "mouse") to.point(fractionIn(hit, event));
      return;
    }
    const now = { x: event.clientX, y: event.clientY };
    down.set(event.pointerId, now);
    const { width, height } = panel.getBoundingClientRect();
    const others = [...down].filter(([id]) => id !== event.pointerId).map(([, place]) => place);
    const other = others[0];
    if (other !== undefined) {
      const spread = (from: Place): number => Math.hypot(from.x - other.x, from.y - other.y);
      const middle = { clientX: (now.x + other.x) / 2, clientY: (now.y + other.y) / 2 };
      if (spread(before) > 0) to.zoom(fractionIn(panel, middle), spread(now) / spread(before));
      to.pan({ x: (before.x - now.x) / 2 / width, y: (before.y - now.y) / 2 / height });
    } else if (to.isZoomed()) {
      grid.setPointerCapture(event.pointerId);
      to.pan({ x: (before.x - now.x) / width, y: (before.y - now.y) / height });
    } else if (hit !== null) to.point(fractionIn(hit, event));
  });
  for (const end of ["pointerup", "pointercancel"] as const)
    grid.addEventListener(end, ({ pointerId }) => void down.delete(pointerId));
}

function panelOf({ target }: Event, selector: string): HTMLElement | null {
  return target instanceof Element ? target.closest<HTMLElement>(selector) : null;
}

function fractionIn(panel: HTMLElement, { clientX, clientY }: { clientX: number; clientY: number }): Place {
  const { left, top, width, height } = panel.getBoundingClientRect();
  return { x: (clientX - left) / width, y: (clientY - top) / height };
}
