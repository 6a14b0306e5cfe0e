// Which part of the pictures is shown: one viewport for all panels, so that zoom and pan are linked. Lengths are picture
// pixels; places in a panel are fractions of its width and height. Pure.

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** Centre of what is shown, and magnification: 1 shows the whole picture. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
}

export interface Place {
  readonly x: number;
  readonly y: number;
}

/** At most so many picture pixels fill the shorter side at the highest zoom. */
const fewestPixels = 8;

export function wholePicture({ width, height }: PictureSize): Viewport {
  return { x: width / 2, y: height / 2, zoom: 1 };
}

/** The nearest viewport that shows picture everywhere. */
function held({ x, y, zoom }: Viewport, { width, height }: PictureSize): Viewport {
  const most = Math.max(1, Math.min(width, height) / fewestPixels);
  const kept = Math.min(most, Math.max(1, zoom));
  return {
    x: between(x, width / kept / 2, width - width / kept / 2),
    y: between(y, height / kept / 2, height - height / kept / 2),
    zoom: kept,
  };
}

/** Zooms so that the given place of the picture stays where it is, unless an edge forbids it. */
export function zoomedAt(
  view: Viewport,
  size: PictureSize,
  { place, factor }: { place: Place; factor: number },
): Viewport {
  const zoom = held({ ...view, zoom: view.zoom * factor }, size).zoom;
  const shrink = view.zoom / zoom;
  return held(
    { x: place.x + (view.x - place.x) * shrink, y: place.y + (view.y - place.y) * shrink, zoom },
    size,
  );
}

export function movedBy(view: Viewport, size: PictureSize, { x, y }: Place): Viewport {
  return held({ ...view, x: view.x + x, y: view.y + y }, size);
}

/** The rectangle of the picture that is shown. */
export function shownRectangle(
  { x, y, zoom }: Viewport,
  size: PictureSize,
): { readonly left: number; readonly top: number; readonly width: number; readonly height: number } {
  const [width, height] = [size.width / zoom, size.height / zoom];
  return { left: x - width / 2, top: y - height / 2, width, height };
}

/** The place of the picture under a fraction of the panel. */
export function placeAt(view: Viewport, size: PictureSize, fraction: Place): Place {
  const { left, top, width, height } = shownRectangle(view, size);
  return { x: left + fraction.x * width, y: top + fraction.y * height };
}

/** The pixel that holds a place, within the picture. */
export function pixelAt({ x, y }: Place, { width, height }: PictureSize): Place {
  return { x: between(Math.floor(x), 0, width - 1), y: between(Math.floor(y), 0, height - 1) };
}

/** Moves just so far that the whole pixel is shown. */
export function following(view: Viewport, size: PictureSize, pixel: Place): Viewport {
  const { left, top, width, height } = shownRectangle(view, size);
  return movedBy(view, size, {
    x: Math.min(0, pixel.x - left) + Math.max(0, pixel.x + 1 - left - width),
    y: Math.min(0, pixel.y - top) + Math.max(0, pixel.y + 1 - top - height),
  });
}

function between(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
