// The object and the probe a simulated design names, as arrays: made from its numbers, or read from its files.

import type { ComplexImage } from "../../array/ndarray.ts";
import { readArrayArgument, toComplexImage, toProbe } from "../../data/array-argument.ts";
import type { Probe } from "../../array/scan.ts";
import { countBad, isNotFinite } from "../../data/bad-values.ts";
import { DoselapError } from "../../errors.ts";
import { buildPhantom } from "../../optics/phantom/build.ts";
import { buildProbe } from "../../optics/probe.ts";
import type { SimulatedDesign } from "./schema.ts";

/** The true object. Paths start from the working directory. @throws File, Format, Shape from its file; Range for one
 * without light. */
export async function loadObject({ object }: SimulatedDesign): Promise<ComplexImage> {
  if (object.kind === "phantom") return buildPhantom(object);
  const place = { file: object.path, key: "object" };
  const image = toComplexImage(await readArrayArgument(object.path, { preferKeys: ["objectGuess"] }), place);
  checkLight(image.data, [image.height, image.width], place);
  return image;
}

/** The probe before it is calibrated to a dose, N×N. @throws File, Format from its file; Range for one without light;
 * Design for another N. */
export async function loadProbe({ probe, sizePx }: SimulatedDesign): Promise<Probe> {
  if (probe.kind !== "file") return buildProbe(probe, sizePx);
  const place = { file: probe.path, key: "probe" };
  const loaded = toProbe(await readArrayArgument(probe.path, { preferKeys: ["probeGuess"] }), place);
  checkLight(loaded.data, [loaded.modes, loaded.size, loaded.size], place);
  if (loaded.size !== sizePx) {
    throw new DoselapError("Design", "the probe's size is not the frames'", {
      file: probe.path,
      key: "sizePx",
      expected: `${loaded.size}, the side of the probe`,
      got: String(sizePx),
    });
  }
  return loaded;
}

/** Complex numbers of a file: all finite, and not all 0. */
function checkLight(
  data: Float32Array,
  shape: readonly number[],
  place: { file: string; key: string },
): void {
  const bad = countBad(shape, 2, isNotFinite);
  bad.add(data);
  const found = bad.found();
  if (found === undefined && data.some((value) => value !== 0)) return;
  throw new DoselapError(
    "Range",
    found === undefined ? "lets no light pass" : "holds numbers that are not finite",
    {
      ...place,
      expected: "finite numbers, not all of them 0",
      got: found ?? "zeros alone",
    },
  );
}
