// The page around a report's sections: one file that asks for nothing. Its content security policy forbids network and fonts,
// and every script but the one whose hash it names.

import { doselapVersion } from "../version.ts";
import { html, raw, type Markup } from "./markup.ts";
import { styleSheet } from "./style.ts";
import type { PageScript } from "./viewer-script.ts";

export interface PageParts {
  readonly title: string;
  readonly body: Markup;
  /** Style rules after those that all pages share. */
  readonly style: string;
  readonly script?: PageScript | null | undefined;
}

export function page({ title, body, style, script = null }: PageParts): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; img-src data:; style-src 'unsafe-inline'${script === null ? "" : `; script-src ${script.policy}`}"
        />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="doselap ${doselapVersion}" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style>
          ${raw(styleSheet)}${raw(style)}
        </style>
      </head>
      <body>
        <main>${body}</main>
        ${script === null ? null : raw(`<script>${script.text}</script>`)}
      </body>
    </html> `.markup;
}

/** A list of names and what they are. */
export function factTable(rows: readonly (readonly [name: string, value: Markup | string])[]): Markup {
  return html`<div class="scroll">
    <table class="list">
      <tbody>
        ${rows.map(
          ([name, value]) =>
            html`<tr>
              <th scope="row">${name}</th>
              <td>${value}</td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
