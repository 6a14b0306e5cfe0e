// PNG files from SVG, by resvg in WebAssembly with one bundled font: the same bytes on every machine.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { initWasm, Resvg } from "@resvg/resvg-wasm";
import { messageOf } from "../../errors.ts";

export interface Raster {
  /** PNG bytes of an SVG, `widthPx` wide, on white. */
  png(svg: string, widthPx: number): Uint8Array;
}

const fontFamily = "DejaVu Sans";

/** Loads the renderer and its font. @throws Error when either is not installed. */
export async function openRaster(): Promise<Raster> {
  const find = createRequire(import.meta.url);
  const read = (name: string): Promise<Buffer> => readFile(find.resolve(name));
  const fontBuffers = await Promise.all(
    ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((file) => read(`dejavu-fonts-ttf/ttf/${file}`)),
  );
  try {
    await initWasm(await read("@resvg/resvg-wasm/index_bg.wasm"));
  } catch (problem) {
    // The package keeps one instance for the whole process; a second report finds it there.
    if (!/already initialized/i.test(messageOf(problem))) throw problem;
  }
  return {
    png(svg, widthPx) {
      const resvg = new Resvg(svg, {
        fitTo: { mode: "width", value: widthPx },
        background: "#ffffff",
        font: { fontBuffers, defaultFontFamily: fontFamily, sansSerifFamily: fontFamily },
      });
      try {
        const image = resvg.render();
        try {
          return image.asPng();
        } finally {
          image.free();
        }
      } finally {
        resvg.free();
      }
    },
  };
}
