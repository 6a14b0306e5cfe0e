// The script of a report: opens the viewer where the page has one, and folds the gallery away below it, on the screen alone.
// Where it cannot, the page stays as it was.

import type { Catalog } from "./catalog.ts";
import { openStage } from "./stage.ts";

const figure = document.querySelector<HTMLElement>("#viewer");
const stage = figure?.querySelector<HTMLElement>(".stage");
const text = figure?.dataset["catalog"];
if (figure && stage && text !== undefined && typeof DecompressionStream === "function") {
  // Written by the report that this script is part of.
  const catalog = JSON.parse(text) as Catalog;
  figure.hidden = false;
  const unfold = foldGallery(document.querySelector<HTMLElement>("#gallery"));
  openStage(stage, catalog).catch((problem: unknown) => {
    figure.hidden = true;
    unfold();
    throw problem;
  });
}

/** Puts a button before the gallery that shows and hides it. @returns what brings the gallery back for good. */
function foldGallery(gallery: HTMLElement | null): () => void {
  if (gallery === null) return () => undefined;
  const button = document.createElement("button");
  const show = (isShown: boolean): void => {
    gallery.classList.toggle("folded", !isShown);
    button.setAttribute("aria-expanded", String(isShown));
    button.textContent = isShown ? "Hide the gallery" : "Show every picture at once";
  };
  button.type = "button";
  button.className = "foldbutton";
  button.setAttribute("aria-controls", gallery.id);
  button.addEventListener("click", () => show(gallery.classList.contains("folded")));
  gallery.before(button);
  show(false);
  return () => {
    show(true);
    button.remove();
  };
}
