// The legend of the arms: line, marker and name, the same signs as in the curves.

import { html, type Markup, raw } from "../markup.ts";
import type { ArmStyle } from "../palette.ts";

/** One entry per arm, in order. `note` is added after a name, for example "flat object". */
export function armLegend(
  arms: readonly string[],
  styles: ReadonlyMap<string, ArmStyle>,
  note: (arm: string) => string = () => "",
): Markup {
  const items = arms.map((arm) => {
    const extra = note(arm);
    return html`<li>
      ${armSign(styles.get(arm)!)}<span>${arm}${extra === "" ? "" : html` <i>${extra}</i>`}</span>
    </li>`;
  });
  return html`<ul class="legend">
    ${items}
  </ul>`;
}

/** A list of signs (SVG in a box of 34 × 12) and their names. */
export function signLegend(signs: readonly { readonly name: string; readonly sign: string }[]): Markup {
  const items = signs.map(
    ({ name, sign }) =>
      html`<li>
        ${raw(`<svg class="sign" viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">${sign}</svg>`)}<span
          >${name}</span
        >
      </li>`,
  );
  return html`<ul class="legend">
    ${items}
  </ul>`;
}

/** Line with marker, 34 × 12. Decorative: the name stands beside it. */
function armSign(style: ArmStyle): Markup {
  return raw(
    `<svg class="sign" viewBox="0 0 34 12" width="34" height="12" aria-hidden="true">${legendSign(style)}</svg>`,
  );
}

/** As {@link legendSign} where the curves have no markers. */
export function lineSign({ color, dash }: ArmStyle): string {
  return `<path d="M1 6H33" stroke="${color}" stroke-width="1.8" stroke-dasharray="${dash}" fill="none"/>`;
}

/** The content of an arm's sign, as SVG in a box of 34 × 12. */
export function legendSign({ color, dash, symbol }: ArmStyle): string {
  return (
    `<g color="${color}" style="color:${color}"><path d="M1 6H33" stroke="currentColor" stroke-width="1.8" stroke-dasharray="${dash}" fill="none"/>` +
    `${markers[symbol]}</g>`
  );
}

const filled = 'fill="currentColor" stroke="var(--page)" stroke-width="1"';
const markers: { readonly [marker in ArmStyle["symbol"]]: string } = {
  circle: `<circle cx="17" cy="6" r="3.8" ${filled}/>`,
  square: `<rect x="13.6" y="2.6" width="6.8" height="6.8" ${filled}/>`,
  diamond: `<path d="M17 1.4 21.6 6 17 10.6 12.4 6Z" ${filled}/>`,
  triangle: `<path d="M17 1.6 21.6 9.8H12.4Z" ${filled}/>`,
  star: `<path d="M17 .9 18.4 4.4 22.1 4.6 19.2 7 20.2 10.6 17 8.6 13.8 10.6 14.8 7 11.9 4.6 15.6 4.4Z" ${filled}/>`,
  wye: `<path d="M15.3.6H18.7V4.9L22.4 7.1 20.7 10 17 7.9 13.3 10 11.6 7.1 15.3 4.9Z" ${filled}/>`,
  cross: `<path d="M15.2.6H18.8V4.2H22.4V7.8H18.8V11.4H15.2V7.8H11.6V4.2H15.2Z" ${filled}/>`,
  times: '<path d="M14 3 20 9M20 3 14 9" stroke="currentColor" stroke-width="1.6" fill="none"/>',
};
