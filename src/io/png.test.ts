// PNG files decode to the pixels that were written, hold nothing that varies between runs, and refuse data that do not fit.

import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { encodePng, pngDataUri } from "./png.ts";

/** Chunks of a PNG by Node's own zlib: no code shared with the encoder. */
function chunksOf(png: Uint8Array): { type: string; body: Buffer }[] {
  const file = Buffer.from(png);
  expect([...file.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
  const chunks = [];
  for (let at = 8; at < file.length;) {
    const length = file.readUInt32BE(at);
    chunks.push({
      type: file.toString("latin1", at + 4, at + 8),
      body: file.subarray(at + 8, at + 8 + length),
    });
    at += 12 + length;
  }
  return chunks;
}

function pixelsOf(png: Uint8Array): Buffer {
  return inflateSync(
    Buffer.concat(
      chunksOf(png)
        .filter((c) => c.type === "IDAT")
        .map((c) => c.body),
    ),
  );
}

describe("encodePng", () => {
  test("writes RGBA pixels row by row with filter 0", () => {
    const png = encodePng({ kind: "rgba", width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8) });
    const header = chunksOf(png)[0]!;
    expect([
      header.body.readUInt32BE(0),
      header.body.readUInt32BE(4),
      header.body[8],
      header.body[9],
    ]).toEqual([2, 1, 8, 6]);
    expect([...pixelsOf(png)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("writes 16-bit grey in big-endian order", () => {
    const png = encodePng({ kind: "grey16", width: 2, height: 2, data: Uint16Array.of(1, 256, 65535, 4660) });
    expect([...pixelsOf(png)]).toEqual([0, 0, 1, 1, 0, 0, 255, 255, 0x12, 0x34]);
  });

  test("writes a palette and makes only its first entry transparent", () => {
    const palette = Uint8Array.of(9, 9, 9, 255, 0, 0);
    const image = { kind: "indexed", width: 3, height: 1, data: Uint8Array.of(0, 1, 1), palette } as const;
    const chunks = chunksOf(encodePng({ ...image, firstIsTransparent: true }));
    expect([...chunks.find((c) => c.type === "PLTE")!.body]).toEqual([...palette]);
    expect([...chunks.find((c) => c.type === "tRNS")!.body]).toEqual([0]);
    expect([...pixelsOf(encodePng({ ...image, firstIsTransparent: true }))]).toEqual([0, 0, 1, 1]);
    expect(chunksOf(encodePng({ ...image, firstIsTransparent: false })).some((c) => c.type === "tRNS")).toBe(
      false,
    );
  });

  test("carries no chunk that could change from run to run, and gives the same bytes twice", () => {
    const image = { kind: "rgba", width: 8, height: 8, data: new Uint8Array(256).map((_, i) => i) } as const;
    expect(chunksOf(encodePng(image)).map((c) => c.type)).toEqual(["IHDR", "IDAT", "IEND"]);
    expect(encodePng(image)).toEqual(encodePng(image));
  });

  test("refuses data that do not fit the size, and says what was expected", () => {
    expect(() => encodePng({ kind: "rgba", width: 2, height: 2, data: new Uint8Array(4) })).toThrow(
      /2×2.*expected 16.*got 4/,
    );
    expect(() => encodePng({ kind: "rgba", width: 0, height: 0, data: new Uint8Array(0) })).toThrow(/0×0/);
  });

  test("refuses an index outside the palette", () => {
    const bad = {
      kind: "indexed",
      width: 1,
      height: 1,
      data: Uint8Array.of(2),
      palette: new Uint8Array(6),
    } as const;
    expect(() => encodePng({ ...bad, firstIsTransparent: false })).toThrow(/indices 0 to 2/);
  });
});

test("pngDataUri is base64 of the bytes it is given, also of a view into a larger buffer", () => {
  const view = Uint8Array.of(0, 255, 16, 7).subarray(1, 3);
  expect(pngDataUri(view)).toBe("data:image/png;base64,/xA=");
});
