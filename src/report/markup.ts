// HTML by tagged template: every interpolated value is escaped unless it is itself Markup. This is the one
// place where text becomes markup, so no name from a study can inject an element or an attribute.

/** A piece of finished HTML. Only `html` and `raw` make it. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | null | undefined | readonly Part[];

/** html`<td>${name}</td>`: strings and numbers are escaped, Markup and lists of it are kept, null is nothing. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  let out = strings[0]!;
  for (let i = 0; i < parts.length; i++) out += render(parts[i]!) + strings[i + 1]!;
  return { markup: out };
}

/** Marks a string as finished HTML: for our own SVG and CSS only, never for names or messages. */
export function raw(markup: string): Markup {
  return { markup };
}

/** Text safe as element content and inside a quoted attribute; control characters become U+FFFD. */
export function escapeText(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;")
    .replace(/'/g, "&#39;");
}

function render(part: Part): string {
  if (part === null || part === undefined) return "";
  if (typeof part === "string") return escapeText(part);
  if (typeof part === "number") return escapeText(String(part));
  if (isMarkup(part)) return part.markup;
  return part.map(render).join("");
}

function isMarkup(part: Markup | readonly Part[]): part is Markup {
  return !Array.isArray(part);
}
