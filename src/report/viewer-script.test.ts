// The page's script is the built one, allowed by its hash, and cannot end its own element.

import { expect, test } from "vitest";
import { pageScript, viewerScript } from "./viewer-script.ts";

test("the hash is that of the text, as a policy wants it", () => {
  // sha256 of "abc": FIPS 180-2, appendix B.1.
  expect(pageScript("abc").policy).toBe("'sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='");
});

test.each(["a</script>", "a<SCRIPT", "<!-- a"])("a script with %s in it is refused", (text) => {
  expect(() => pageScript(text)).toThrow(/end its own element/);
});

test("the built script is one self-contained program: nothing to import, no address, no evaluation of text", () => {
  const { text } = viewerScript();
  expect(text).not.toMatch(/\bimport\b|\bexport\b|\brequire\(|https?:|\beval\(|innerHTML|\bFunction\(/);
  expect(text).toContain("DecompressionStream");
});
