// The forms that a report is written in, and the ending of each. Apart from the writers, which need a DOM.

export const reportFormats = ["html", "markdown", "json", "csv"] as const;
export type ReportFormat = (typeof reportFormats)[number];

export const formatEndings: { readonly [format in ReportFormat]: string } = {
  html: ".html",
  markdown: ".md",
  json: ".json",
  csv: ".csv",
};
