// How the eight orientations of a scan scored: in the preview of a preparation, and in the report of a measured study.

import type { OrientationScore } from "../prepare/find-orientation.ts";
import { html, type Markup } from "./markup.ts";

/** @param scores best first */
export function orientationTable(
  scores: readonly Pick<OrientationScore, "orientation" | "text" | "deviance">[],
): Markup {
  const rows = scores.map(
    ({ orientation, text, deviance }) =>
      html`<tr>
        <th scope="row">${String(orientation)}</th>
        <td>${text}</td>
        <td>${deviance.toPrecision(4)}</td>
      </tr>`,
  );
  return html`<div class="scroll">
    <table class="plain">
      <caption>
        The eight orientations of the positions against the detector, best first.
      </caption>
      <thead>
        <tr>
          <th scope="col">number</th>
          <th scope="col">positions</th>
          <th scope="col">deviance <small>per pixel</small></th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}
