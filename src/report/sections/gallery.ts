// Figure 2: truth and every finished arm at each dose, amplitude in grey and phase on the cyclic table; one range for
// all pictures of a view, scale bars, colour bars. First replicate only.

import { pngDataUri } from "../../io/png.ts";
import { cyclicTable, greyTable } from "../colormap.ts";
import { doseText, fixedText, lengthText } from "../format.ts";
import {
  fullCircle,
  type PhaseRange,
  renderAmplitudePng,
  renderPhasePng,
  tableStrip,
  type ValueRange,
} from "../images.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import type { CellImages } from "../run-data.ts";
import { type Condition, nullArm } from "../summary.ts";
import { clippedAmplitudeRange, phaseRange, scaleBarLength, shrink, shrinkMask } from "../thumbnails.ts";
import { levelText, overlapText, viewCondition } from "../wording.ts";

interface Shown {
  readonly condition: Condition;
  readonly images: CellImages;
}

interface Drawing {
  readonly part: "amplitude" | "phase";
  readonly amplitude: ValueRange;
  readonly phase: PhaseRange;
  /** Length of the scale bar over the width of the picture. */
  readonly barFraction: number;
}

export function gallery(context: ReportContext): Markup | null {
  const { summary } = context;
  const views = summary.views.flatMap((view) => {
    const shown = summary.conditions
      .filter((condition) => condition.view === view)
      .flatMap((condition) => shownAt(context, condition));
    return shown.length === 0 ? [] : [viewGallery(context, view, shown)];
  });
  if (views.length === 0) return null;
  return html`<section>
    <h2>Reconstructions</h2>
    <figure class="long">
      ${views}
      <figcaption>
        <b>Figure 2.</b> The compared field after the gauge that all arms share (registration, global phase,
        phase ramp, amplitude scale). Grey: amplitude; colour: phase. All pictures of a view have one range,
        taken from the first column; values beyond it are clipped. Where the phase range is narrower than a
        turn, phases that stray outside it turn warm. Pixels that are not compared are left blank. First seed
        of each condition.
      </figcaption>
    </figure>
  </section>`;
}

function shownAt({ images }: ReportContext, condition: Condition): Shown[] {
  return condition.cells.flatMap((cell) => {
    const found = images.get(cell.path);
    return found === undefined ? [] : [{ condition, images: found }];
  });
}

function viewGallery(context: ReportContext, view: string, shown: readonly Shown[]): Markup {
  const { summary, result } = context;
  // A measured study's reference is the full-dose image: the last level's.
  const { target, mask } = shown.at(-1)!.images;
  const ranges = {
    amplitude: clippedAmplitudeRange(target.image, mask),
    phase: phaseRange(target.image, mask),
  };
  const barPx = barLengthPx(target.image.width, result.pixelSizeM);
  const barFraction = barPx / target.image.width;
  const arms = summary.arms.filter((arm) => shown.some(({ images }) => images.arms.has(arm)));
  const rows = arms.flatMap((arm, row) =>
    (["amplitude", "phase"] as const).map((part) => {
      const drawing = { part, ...ranges, barFraction };
      const first =
        row === 0
          ? picture(target.image, mask, { ...drawing, alt: `${target.name}, ${part}, view ${view}` })
          : null;
      const cells = shown.map(({ condition, images }) => {
        const image = images.arms.get(arm);
        if (image === undefined) return html`<td class="muted">${absence(condition, arm)}</td>`;
        const alt = `${arm}, ${part}, view ${view}, ${levelText(summary, condition.level)}`;
        return html`<td>${picture(image, images.mask, { ...drawing, alt, isStrip: arm === nullArm })}</td>`;
      });
      return html`<tr>
        <th scope="row">${part === "amplitude" ? arm : ""}<span>${part}</span></th>
        <td>${first}</td>
        ${cells}
      </tr>`;
    }),
  );
  const heads = shown.map(
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
            <th scope="col">${target.name}</th>
            ${heads}
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    ${keys(ranges, barPx, result.pixelSizeM)}`;
}

function picture(
  image: CellImages["target"]["image"],
  mask: Uint8Array,
  { part, amplitude, phase, barFraction, alt, isStrip = false }: Drawing & { alt: string; isStrip?: boolean },
): Markup {
  const small = shrink(image);
  const smallMask = shrinkMask(mask, image);
  const png =
    part === "amplitude"
      ? renderAmplitudePng(small, amplitude, smallMask)
      : renderPhasePng(small, phase, smallMask);
  const bar = isStrip
    ? null
    : html`<span class="bar" style="width:${(100 * barFraction).toFixed(2)}%"></span>`;
  const classes = `picture${isStrip ? " strip" : ""}${small.width < 200 ? " pixelated" : ""}`;
  return html`<span class="${classes}"
    ><img src="${pngDataUri(png)}" width="${small.width}" height="${small.height}" alt="${alt}" />${bar}</span
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
