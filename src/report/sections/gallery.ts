// Figure 4: truth and every finished arm at each dose, amplitude in grey and phase on the cyclic table; one range for
// all pictures of a view, scale bars, colour bars. First replicate only.

import { pngDataUri } from "../../io/png.ts";
import { cyclicTable, greyTable } from "../colormap.ts";
import { doseText, fixedText, lengthText } from "../format.ts";
import { fullCircle, type PhaseRange, tableStrip, type ValueRange } from "../images.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import type { Picture, PicturedView, StudyPictures } from "../study-pictures.ts";
import { type Condition, nullArm, type Summary } from "../summary.ts";
import { scaleBarLength } from "../scale-bar.ts";
import { levelText, overlapText, viewCondition } from "../wording.ts";

export function gallery({ summary, result }: ReportContext, pictures: StudyPictures): Markup | null {
  if (pictures.views.length === 0) return null;
  const shrunk =
    pictures.block === 1
      ? ""
      : ` To keep this page small each picture pixel is the mean of ${pictures.block} × ${pictures.block} object pixels.`;
  return html`<figure class="long">
    ${pictures.views.map((view) => viewGallery(summary, view, result.pixelSizeM))}
    <figcaption>
      <b>Figure 4.</b> The compared field after the gauge that all arms share (registration, global phase,
      phase ramp, amplitude scale). Grey: amplitude; colour: phase. All pictures of a view have one range,
      taken from the first column; values beyond it are clipped. Where the phase range is narrower than a
      turn, phases that stray outside it turn warm. Pixels that are not compared are left blank. First seed of
      each condition.${shrunk}
    </figcaption>
  </figure>`;
}

/** Pictures that the gallery shows. */
export function galleryIds({ views }: StudyPictures): ReadonlySet<string> {
  const pairs = views.flatMap(({ conditions }) => [
    conditions.at(-1)!.target,
    ...conditions.flatMap(({ arms }) => [...arms.values()]),
  ]);
  return new Set(pairs.flatMap(({ amplitude, phase }) => [amplitude.id, phase.id]));
}

function viewGallery(summary: Summary, pictured: PicturedView, pixelSizeM: number | null): Markup {
  const { view, targetName, ranges, widthPx, conditions } = pictured;
  const barPx = barLengthPx(widthPx, pixelSizeM);
  const barFraction = barPx / widthPx;
  const arms = summary.arms.filter((arm) => conditions.some((shown) => shown.arms.has(arm)));
  const { target } = conditions.at(-1)!;
  const rows = arms.flatMap((arm, row) =>
    (["amplitude", "phase"] as const).map((part) => {
      const first =
        row === 0
          ? pictureOf(target[part], { barFraction, alt: `${targetName}, ${part}, view ${view}` })
          : null;
      const cells = conditions.map((shown) => {
        const pair = shown.arms.get(arm);
        if (pair === undefined) return html`<td class="muted">${absence(shown.condition, arm)}</td>`;
        const alt = `${arm}, ${part}, view ${view}, ${levelText(summary, shown.condition.level)}`;
        return html`<td>${pictureOf(pair[part], { barFraction, alt, isStrip: arm === nullArm })}</td>`;
      });
      return html`<tr>
        <th scope="row">${part === "amplitude" ? arm : ""}<span>${part}</span></th>
        <td>${first}</td>
        ${cells}
      </tr>`;
    }),
  );
  const heads = conditions.map(
    ({ condition }) =>
      html`<th scope="col">
        ${doseText(condition.level)} <span>${summary.axis === "dose" ? "photons/frame" : "photons/px"}</span>
      </th>`,
  );
  return html`<h3>${view} <span class="muted">${overlapText(viewCondition(summary, view))}</span></h3>
    <div class="scroll">
      <table class="gallery">
        <colgroup>
          <col class="name" />
        </colgroup>
        <thead>
          <tr>
            <td></td>
            <th scope="col">${targetName}</th>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${keys(ranges, barPx, pixelSizeM)}`;
}

function pictureOf(
  { id, address, width, height }: Picture,
  { barFraction, alt, isStrip = false }: { barFraction: number; alt: string; isStrip?: boolean },
): Markup {
  const bar = isStrip
    ? null
    : html`<span class="bar" style="width:${(100 * barFraction).toFixed(2)}%"></span>`;
  const classes = `picture${isStrip ? " strip" : ""}${width < 200 ? " pixelated" : ""}`;
  return html`<span class="${classes}"
    ><img
      data-picture="${id}"
      src="${address}"
      width="${width}"
      height="${height}"
      alt="${alt}"
    />${bar}</span
  >`;
}

function keys(
  { amplitude, phase }: { amplitude: ValueRange; phase: PhaseRange },
  barPx: number,
  pixelSizeM: number | null,
): Markup {
  const { centerRad, spanRad } = phase;
  const phaseTicks =
    spanRad === fullCircle.spanRad
      ? ["−π", "0", "π"]
      : [centerRad - spanRad / 2, centerRad, centerRad + spanRad / 2].map((v) => fixedText(v, 2));
  const middle = (amplitude.min + amplitude.max) / 2;
  const amplitudeTicks = [amplitude.min, middle, amplitude.max].map((value) => fixedText(value, 2));
  const length =
    pixelSizeM === null ? `${barPx} px` : `${lengthText(barPx * pixelSizeM)} (${fixedText(barPx, 1)} px)`;
  return html`<div class="keys">
    ${colorBar("amplitude", greyTable(), amplitudeTicks)}${colorBar("phase (rad)", cyclicTable(), phaseTicks)}<span
      class="key"
      ><span class="scalekey" style="width:40px"></span>scale bar ${length}</span
    >
  </div>`;
}

function colorBar(name: string, table: Uint8Array, ticks: readonly string[]): Markup {
  const src = pngDataUri(tableStrip(table));
  return html`<span class="key"
    ><span class="name">${name}</span
    ><img
      src="${src}"
      width="230"
      height="12"
      alt="colour bar of the ${name}, ${ticks[0]!} to ${ticks.at(-1)!}"
    /><span class="ticks">${ticks.map((tick) => html`<span>${tick}</span>`)}</span></span
  >`;
}

/** A round number of pixels, or the pixels of a round length. */
function barLengthPx(width: number, pixelSizeM: number | null): number {
  return pixelSizeM === null
    ? Math.max(1, Math.round(scaleBarLength(width)))
    : scaleBarLength(width * pixelSizeM) / pixelSizeM;
}

function absence(condition: Condition, arm: string): string {
  const found = condition.arms.find((candidate) => candidate.arm === arm);
  return found === undefined || found.state === "done"
    ? "not run"
    : `${found.state}: ${found.reasons.join("; ")}`;
}
