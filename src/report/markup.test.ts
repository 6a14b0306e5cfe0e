// No text can become markup.

import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeText, html, raw } from "./markup.ts";

test("html escapes what it is given and keeps what is already markup", () => {
  expect(html`<p title="${'"x"'}">${"<b>&"}${raw("<i>")}${[html`<u>${1}</u>`, null]}</p>`.markup).toBe(
    '<p title="&quot;x&quot;">&lt;b&gt;&amp;<i><u>1</u></p>',
  );
});

test("no text can open a tag, close an attribute or smuggle a control character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(escapeText(text)).not.toMatch(/[<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f]/);
      expect(escapeText(text).replace(/&(amp|lt|gt|quot|#39);/g, "")).not.toContain("&");
    }),
  );
});
