// The viewer itself: what is chosen, where the cursor is, what part is shown; and the panels that show it.

import { lengthText, numberText } from "../format.ts";
import type { Catalog, CatalogCondition } from "./catalog.ts";
import { createColorBar } from "./color-bar.ts";
import { addBoxes, addButton, addSelect } from "./controls.ts";
import { loadField } from "./field.ts";
import { listen, zoomStep } from "./gestures.ts";
import { isDifference, type Kind, kindNames, makeTables, painted, valueText } from "./kinds.ts";
import { barLength, createPanel, type Panel } from "./panel.ts";
import {
  following,
  movedBy,
  pixelAt,
  placeAt,
  type Place,
  type Viewport,
  wholePicture,
  zoomedAt,
} from "./viewport.ts";

/** Builds the viewer in `root`. */
export async function openStage(root: HTMLElement, catalog: Catalog): Promise<void> {
  const { ownerDocument: document } = root;
  const tables = makeTables();
  const bar = createColorBar(document, tables);
  const toolbar = part(document, "viewtools");
  const grid = part(document, "viewgrid");
  const where = part(document, "viewwhere");
  const spoken = part(document, "spoken");
  const absent = part(document, "viewabsent");
  grid.tabIndex = 0;
  grid.setAttribute("role", "application");
  grid.setAttribute("aria-label", "Pictures side by side. Arrow keys move the cursor, plus and minus zoom.");
  spoken.setAttribute("role", "status");
  const under = part(document, "viewunder");
  under.append(where, bar.element);
  root.replaceChildren(toolbar, under, grid, absent, spoken);

  const views = [...new Set(catalog.conditions.map(({ view }) => view))];
  // The first view at its highest level.
  let condition = catalog.conditions.findLast(({ view }) => view === views[0])!;
  let kind: Kind = "phase";
  let panels: Panel[] = [];
  let view: Viewport = wholePicture(condition.size);
  let cursor: Place = { x: Math.floor(condition.size.width / 2), y: Math.floor(condition.size.height / 2) };
  let isDrawing = false;
  const left = new Set<string>();

  const redraw = (): void => {
    if (isDrawing) return;
    isDrawing = true;
    requestAnimationFrame(() => {
      isDrawing = false;
      const barPx = barLength(view, condition.size, catalog.pixelSizeM);
      for (const panel of panels) panel.draw({ view, cursor, barPx });
      grid.classList.toggle("zoomed", view.zoom > 1);
      where.textContent = whereText(catalog, { cursor, view, barPx });
    });
  };
  const read = (aloud: boolean): void => {
    const target = panels[0];
    if (target === undefined) return;
    const i = cursor.y * condition.size.width + cursor.x;
    const texts = panels.map((panel) => valueText(kind, panel.field, target.field, i));
    panels.forEach((panel, p) => panel.setText(texts[p]!));
    if (aloud)
      spoken.textContent = `x ${cursor.x}, y ${cursor.y}: ${panels
        .map(({ name }, p) => `${name} ${texts[p]!}`)
        .filter((_, p) => !panels[p]!.element.hidden)
        .join("; ")}`;
    redraw();
  };
  const paint = (): void => {
    const target = panels[0];
    if (target === undefined) return;
    const { ranges } = condition;
    for (const { field, setPixels } of panels)
      setPixels(painted(kind, { field, target: target.field, ranges, tables }));
    bar.show(kind, ranges);
    hideSome();
    read(false);
  };
  const hideSome = (): void => {
    // The truth's difference to itself is nothing to look at.
    panels.forEach(
      ({ element, name }, i) => (element.hidden = left.has(name) || (i === 0 && isDifference(kind))),
    );
    redraw();
  };
  const choose = async (next: CatalogCondition): Promise<void> => {
    const { width, height } = condition.size;
    condition = next;
    if (next.size.width !== width || next.size.height !== height) view = wholePicture(next.size);
    cursor = pixelAt(cursor, next.size);
    const fields = await Promise.all(next.panels.map((panel) => loadField(panel, document)));
    // Another choice may have been made meanwhile.
    if (condition !== next) return;
    panels = fields.map((field, i) => createPanel(document, { name: next.panels[i]!.name, field }));
    grid.replaceChildren(...panels.map(({ element }) => element));
    absent.textContent = next.absent.map(({ name, reason }) => `${name} ${reason}`).join(". ");
    boxes(
      next.panels.map(({ name }) => name),
      (name) => !left.has(name),
    );
    paint();
  };

  const chosen = (viewIndex: number, level: string): CatalogCondition => {
    const ofView = catalog.conditions.filter((each) => each.view === views[viewIndex]);
    return ofView.find((each) => each.level === level) ?? ofView.at(-1)!;
  };
  const failed = (problem: unknown): void => {
    absent.textContent = `These pictures cannot be shown: ${String(problem)}. They stand below as they are.`;
  };
  const levels = [...new Set(catalog.conditions.map(({ level }) => level))];
  const reselect = (): void => {
    const next = chosen(Number(viewSelect.value), levels[Number(levelSelect.value)]!);
    levelSelect.value = String(levels.indexOf(next.level));
    choose(next).catch(failed);
  };
  const viewSelect = addSelect(document, toolbar, {
    label: "view ",
    options: views.map((name) => {
      const note = catalog.conditions.find((each) => each.view === name)!.viewNote;
      return note === "" ? name : `${name}, ${note}`;
    }),
    onChange: reselect,
  });
  const levelSelect = addSelect(document, toolbar, { label: "dose ", options: levels, onChange: reselect });
  viewSelect.value = String(views.indexOf(condition.view));
  levelSelect.value = String(levels.indexOf(condition.level));
  const kindSelect = addSelect(document, toolbar, {
    label: "show ",
    options: kindNames,
    onChange(index) {
      kind = kindNames[index]!;
      paint();
    },
  });
  kindSelect.value = String(kindNames.indexOf(kind));

  const centreOf = ({ x, y }: Place): Place => ({ x: x + 0.5, y: y + 0.5 });
  const zoomAtCursor = (factor: number): void => {
    view = zoomedAt(view, condition.size, { place: centreOf(cursor), factor });
    redraw();
  };
  const showWhole = (): void => {
    view = wholePicture(condition.size);
    redraw();
  };
  const zoomButtons = part(document, "viewzoom");
  toolbar.append(zoomButtons);
  addButton(document, zoomButtons, { text: "+", label: "Zoom in", onPress: () => zoomAtCursor(zoomStep) });
  addButton(document, zoomButtons, {
    text: "−",
    label: "Zoom out",
    onPress: () => zoomAtCursor(1 / zoomStep),
  });
  addButton(document, zoomButtons, { text: "whole", label: "Show the whole picture", onPress: showWhole });
  const boxes = addBoxes(document, toolbar, {
    legend: "pictures",
    onChange(name, isShown) {
      if (isShown) left.delete(name);
      else left.add(name);
      hideSome();
    },
  });

  listen(grid, ".viewcanvas", {
    isZoomed: () => view.zoom > 1,
    point(at) {
      cursor = pixelAt(placeAt(view, condition.size, at), condition.size);
      read(false);
    },
    zoom(at, factor) {
      view = zoomedAt(view, condition.size, { place: placeAt(view, condition.size, at), factor });
      redraw();
    },
    pan({ x, y }) {
      const { width, height } = condition.size;
      view = movedBy(view, condition.size, { x: (x * width) / view.zoom, y: (y * height) / view.zoom });
      redraw();
    },
    moveCursor({ x, y }) {
      cursor = pixelAt({ x: cursor.x + x, y: cursor.y + y }, condition.size);
      view = following(view, condition.size, cursor);
      read(true);
    },
    zoomAtCursor,
    showWhole,
  });
  new ResizeObserver(redraw).observe(grid);
  await choose(condition);
}

function part(document: Document, className: string): HTMLElement {
  const element = document.createElement("div");
  element.className = className;
  return element;
}

function whereText(
  { block, pixelSizeM }: Catalog,
  { cursor, view, barPx }: { cursor: Place; view: Viewport; barPx: number },
): string {
  const bar = `${numberText(barPx * block)} px${pixelSizeM === null ? "" : ` (${lengthText(barPx * pixelSizeM)})`}`;
  return `x ${cursor.x * block}, y ${cursor.y * block} px · zoom ${numberText(view.zoom, 2)} × · scale bar ${bar}`;
}
