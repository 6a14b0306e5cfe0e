// Text for Markdown: what a study names can neither make markup, nor a link, nor break a table (CommonMark 0.31, 2.4; GFM 4.10).

/** Text in a line or a table cell, escaped. */
export function markdownText(text: string): string {
  return (
    text
      .replace(/[\r\n\t ]+/g, " ")
      .trim()
      .replace(/[\u0000-\u001f\u007f]/g, "\ufffd")
      .replace(/[\\`*_{}[\]<>|~&$#@!]/g, "\\$&")
      // Addresses become links by themselves.
      .replace(/:\/\//g, "\\://")
      .replace(/www\./gi, (www) => `${www.slice(0, -1)}\\.`)
      // At the beginning of a line these would make a list, a heading underline or a rule.
      .replace(/^([-+=])(?=[\s=-]|$)/, "\\$1")
      .replace(/^(\d+)([.)])(?=\s|$)/, "$1\\$2")
  );
}

/** A table; cells are escaped here. The first `textColumns` stand left, numbers right. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  textColumns = 1,
): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(" | ")} |`;
  const rule = `|${head.map((_, i) => (i < textColumns ? "---" : "---:")).join("|")}|`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}

/** A link to a file beside the page. */
export function markdownLink(title: string, path: string): string {
  return `[${markdownText(title)}](<${path.replace(/[<>\r\n]/g, encodeURIComponent)}>)`;
}
