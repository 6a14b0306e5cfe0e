// Figure 3: truth and all arms side by side, to zoom into and read numbers from. The section holds the catalog of the page's
// pictures; the script at the end of the page builds the viewer from it. Without script it stays hidden.

import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import type { Summary } from "../summary.ts";
import type { PicturePair, StudyPictures } from "../study-pictures.ts";
import type { Catalog, CatalogPanel } from "../viewer/catalog.ts";
import { levelText, overlapText } from "../wording.ts";

/** The catalog, and the pictures that `shownIds`, those of the gallery, do not have. */
export function viewerSection(
  context: ReportContext,
  pictures: StudyPictures,
  shownIds: ReadonlySet<string>,
): Markup | null {
  if (pictures.views.length === 0) return null;
  const catalog = JSON.stringify(catalogOf(context, pictures));
  const missing = new Map(
    pictures.views
      .flatMap(({ conditions }) => conditions)
      .flatMap(({ target, arms }) => [target, ...arms.values()])
      .flatMap(({ amplitude, phase }) => [amplitude, phase])
      .filter(({ id }) => !shownIds.has(id))
      .map((picture) => [picture.id, picture]),
  );
  return html`<figure class="viewer" id="viewer" data-catalog="${catalog}" hidden>
    <div class="stage"></div>
    <div hidden>
      ${[...missing.values()].map(
        ({ id, address }) => html`<img data-picture="${id}" src="${address}" alt="" loading="lazy" />`,
      )}
    </div>
    <figcaption>
      <b>Figure 3.</b> The same place in every picture: point, touch or use the arrow keys to move the cursor
      and read the values there; ${zoomWords} Values are read from the pictures’ 8 bits and so are rounded to
      about a 230th of each picture’s range. Differences are arm less ${pictures.views[0]!.targetName}; the
      complex difference is the distance in the complex plane.
      ${pictures.block === 1 ? "" : `To keep this page small each picture pixel is the mean of ${pictures.block} × ${pictures.block} object pixels; the tables count all pixels. `}${seedWords(context.summary)}
    </figcaption>
  </figure>`;
}

/** Which of several seeds the page has pictures of, and where the others are. */
function seedWords({ conditions }: Summary): string {
  const most = Math.max(...conditions.map(({ cells }) => cells.length));
  if (most === 1) return "";
  const first = [...new Set(conditions.flatMap(({ cells }) => cells[0]?.seed ?? []))];
  return `Of ${most} seeds the first is shown (${first.join(", ")}): all of them would not fit a page that can be mailed. The others’ pictures and pixels are files of the run folder, compare/…/seed_…/.`;
}

const zoomWords =
  "pinch, double-click, press + and −, or turn the wheel after a click, to zoom; drag, or hold Shift with the arrow keys, to pan; 0 shows all.";

function catalogOf({ result, summary }: ReportContext, { views, block }: StudyPictures): Catalog {
  return {
    pixelSizeM: result.pixelSizeM === null ? null : result.pixelSizeM * block,
    block,
    conditions: views.flatMap(({ view, targetName, ranges, conditions }) =>
      conditions.map(({ condition, target, arms }) => ({
        view,
        viewNote: overlapText(condition),
        level: levelText(summary, condition.level),
        panels: [
          panelOf(targetName, target),
          ...summary.arms.flatMap((arm) => {
            const pair = arms.get(arm);
            return pair === undefined ? [] : [panelOf(arm, pair)];
          }),
        ],
        absent: condition.arms
          .filter(({ state }) => state !== "done")
          .map(({ arm, state, reasons }) => ({ name: arm, reason: `${state}: ${reasons.join("; ")}` })),
        ranges,
        size: { width: target.amplitude.width, height: target.amplitude.height },
      })),
    ),
  };
}

function panelOf(name: string, { amplitude, phase }: PicturePair): CatalogPanel {
  return {
    name,
    amplitude: { id: amplitude.id, scale: amplitude.scale },
    phase: { id: phase.id, scale: phase.scale },
  };
}
