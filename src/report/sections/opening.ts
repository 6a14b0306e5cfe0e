// First screen: the question, what failed (if anything), the answer with its limits, the study in numbers, what to beware of.

import { doseText } from "../format.ts";
import { html, type Markup } from "../markup.ts";
import type { ReportContext } from "../report-context.ts";
import { failureLines, failureSentence, outcomesText } from "../failures.ts";
import { sortedWarnings } from "../warnings.ts";
import { seedsText } from "../wording.ts";

export function opening(context: ReportContext): Markup {
  const { result, answer } = context;
  const caveats = answer.caveats.map((caveat) => html`<li>${caveat}</li>`);
  return html`<header>
    <p class="kicker">doselap · ${textOf(result.design["kind"], "study")} study</p>
    <h1>${textOf(result.design["name"], "Study")}</h1>
    <p class="question">${textOf(result.design["question"], "")}</p>
    ${failures(context)}
    <p class="answer" id="answer">${answer.sentence}</p>
    ${
      caveats.length === 0
        ? null
        : html`<ul class="caveats">
            ${caveats}
          </ul>`
    }
    ${facts(context)} ${cautions(context)}
  </header>`;
}

/** Failed jobs, before the answer where nobody can miss them. */
function failures({ result }: ReportContext): Markup | null {
  const sentence = failureSentence(result);
  return sentence === null ? null : banner(sentence, failureLines(result));
}

/** What the plan and single results warn of. */
function cautions({ result }: ReportContext): Markup | null {
  const lines = [...result.notes, ...sortedWarnings(result).particular];
  return lines.length === 0 ? null : banner("Read with care.", lines);
}

function banner(title: string, lines: readonly string[]): Markup {
  return html`<div class="banner" role="note">
    <p><b>${title}</b></p>
    <ul>
      ${lines.map((line) => html`<li>${line}</li>`)}
    </ul>
  </div>`;
}

function facts({ result, summary }: ReportContext): Markup {
  const frames = result.cells.map((cell) => cell.frames);
  const entries: [string, string][] = [
    [
      summary.axis === "dose" ? "doses, photons per frame" : "fluences, photons per px",
      summary.levels.map(doseText).join(" · "),
    ],
    ["views", summary.views.join(" · ")],
    ["arms", summary.arms.join(" · ")],
    ["seeds per condition", seedsText(summary)],
    ["frames compared", frames.length === 0 ? "none" : rangeOf(frames)],
    ["reconstructions", outcomesText(result)],
  ];
  return html`<dl class="facts">
    ${entries.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

function rangeOf(values: readonly number[]): string {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? String(low) : `${low} to ${high}`;
}

/** A design field as text, or the given words when it is absent. */
function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value : otherwise;
}
