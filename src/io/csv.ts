// A field of comma-separated values, RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front;
// numbers stay numbers. https://owasp.org/www-community/attacks/CSV_Injection

/** Empty for what does not exist; quoted where it must be. */
export function csvField(value: string | number | boolean | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\n\r]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
