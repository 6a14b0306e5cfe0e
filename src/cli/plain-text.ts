// Text for terminals and logs. Names and messages come from files: what would move the cursor, colour or hide a line, or turn
// the reading direction is shown as an escape instead (INPUT-003). Inside a JSON document the escapes mean the same characters.

/** C0 but tab and line feed, DEL and C1 (ECMA-48), line separators, and the overrides of direction (Unicode, UAX 9). */
const controls = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/gu;

/** The text with every control character as \uXXXX. */
export function plainText(text: string): string {
  return text.replace(controls, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** The text as one line: a line feed, which a file's name may hold, is shown as an escape too. */
export function lineText(text: string): string {
  return plainText(text).replaceAll("\n", "\\u000a");
}
