// The page's PNG reader gives back the entries that were written, and refuses what it cannot read.

import { expect, test } from "vitest";
import { encodePng, pngDataUri } from "../../io/png.ts";
import { readPngAddress } from "./read-png.ts";

const palette = Uint8Array.from({ length: 768 }, (_, i) => i % 256);

test("gives back every palette entry, whatever the colours", async () => {
  const [width, height] = [37, 21];
  const data = Uint8Array.from({ length: width * height }, (_, i) => (i * 97) % 256);
  const png = encodePng({ kind: "indexed", width, height, data, palette, firstIsTransparent: true });
  expect(await readPngAddress(pngDataUri(png))).toEqual({ width, height, entries: data });
});

test("refuses a PNG without a palette, and what is no PNG", async () => {
  const rgba = encodePng({ kind: "rgba", width: 1, height: 1, data: new Uint8Array(4) });
  await expect(readPngAddress(pngDataUri(rgba))).rejects.toThrow(/palette entries/);
  await expect(readPngAddress("data:image/png;base64,AAAA")).rejects.toThrow(/palette entries/);
});
