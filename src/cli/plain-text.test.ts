// Text for a terminal: what would steer it is shown as an escape, everything else stays, and JSON keeps its meaning.

import fc from "fast-check";
import { expect, test } from "vitest";
import { plainText } from "./plain-text.ts";

test("colours, titles, C1 codes and turned directions are shown, not done; lines and other scripts stay", () => {
  expect(plainText("\u001b[31mred\u001b]0;t\u0007")).toBe("\\u001b[31mred\\u001b]0;t\\u0007");
  expect(plainText("a\rb\u007f\u009b2J\u202etxt\u2066")).toBe("a\\u000db\\u007f\\u009b2J\\u202etxt\\u2066");
  const kept = "two lines\n\tand a tab, é, 漢字, 😀, עברית";
  expect(plainText(kept)).toBe(kept);
});

test("no text keeps a character that terminals obey, and a JSON document says the same as before", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      // Cc but tab and line feed, and the characters that turn the direction, by their Unicode properties.
      expect(plainText(text).replaceAll(/[\n\t]/gu, "")).not.toMatch(/\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
      expect(JSON.parse(plainText(JSON.stringify({ [text]: text })))).toEqual({ [text]: text });
    }),
  );
});
