// The object as pictures of 16 bits: amplitude from 0 to its largest value, phase from −π to π. The scale stands in the file.

import type { ComplexImage } from "../../array/ndarray.ts";
import { writeFileAtomic } from "../../io/atomic.ts";
import { encodePng } from "../../io/png.ts";
import { encodeTiff } from "../../io/tiff/write.ts";
import type { ScanContent } from "./content.ts";
import { present, type ScanWriter } from "./writer.ts";

const common = {
  holds: ["object"],
  holdsForUs: [],
  reduces: "the object is rounded to 16 bits, amplitude and phase apart",
  needs: () => [],
} as const;
const white = 65535;

/** Two files: NAME.amplitude.png and NAME.phase.png. */
export const pngWriter: ScanWriter = {
  ...common,
  name: "png",
  title: "PNG, 16 bits: amplitude and phase of the object, two files",
  endings: [".png"],
  source: "https://www.w3.org/TR/png-3/",
  async write(path, content) {
    const { width, height, amplitude, phase, scales } = picturesOf(content);
    const written: string[] = [];
    for (const [name, data] of [
      ["amplitude", amplitude],
      ["phase", phase],
    ] as const) {
      const place = path.replace(/(?:\.png)?$/u, `.${name}.png`);
      const png = encodePng({ kind: "grey16", width, height, data, description: scales[name] });
      await writeFileAtomic(place, png);
      written.push(place);
    }
    return written;
  },
};

/** One file of two pages. */
export const tiffWriter: ScanWriter = {
  ...common,
  name: "tiff",
  title: "TIFF, 16 bits: amplitude and phase of the object, two pages, an ImageJ stack",
  endings: [".tif", ".tiff"],
  source: "https://www.itu.int/itudoc/itu-t/com16/tiff-fx/docs/tiff6.pdf",
  async write(path, content) {
    const { width, height, amplitude, phase, scales } = picturesOf(content);
    // ImageJ takes a file for its own by the first line; lines it does not know it keeps as information.
    const description = [
      "ImageJ=1.53t",
      "images=2",
      "slices=2",
      `page 1: ${scales.amplitude}`,
      `page 2: ${scales.phase}`,
      "",
    ].join("\n");
    await writeFileAtomic(path, encodeTiff({ width, height, pages: [amplitude, phase], description }));
    return [path];
  },
};

function picturesOf(content: ScanContent) {
  const object = present(
    content.object,
    "object",
    content,
    "A picture is of an object: reconstruct the scan first.",
  );
  const { width, height } = object;
  const moduli = pixels(object, (re, im) => Math.hypot(re, im));
  const largest = moduli.reduce((most, value) => Math.max(most, value), 0);
  // An object of zeros is black, with the scale of an object of ones.
  const top = largest === 0 ? 1 : largest;
  const angles = pixels(object, (re, im) => Math.atan2(im, re));
  return {
    width,
    height,
    amplitude: Uint16Array.from(moduli, (value) => Math.round((white * value) / top)),
    phase: Uint16Array.from(angles, (value) => Math.round((white * (value + Math.PI)) / (2 * Math.PI))),
    scales: {
      amplitude: `amplitude = ${top / white} * value`,
      phase: `phase in radians = ${(2 * Math.PI) / white} * value - ${Math.PI}`,
    },
  };
}

function pixels({ data }: ComplexImage, of: (re: number, im: number) => number): Float64Array {
  return Float64Array.from({ length: data.length / 2 }, (_, i) => of(data[2 * i]!, data[2 * i + 1]!));
}
