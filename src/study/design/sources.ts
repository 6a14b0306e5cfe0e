// The object and the probe a simulated design names, as arrays: made from its numbers, or read from its files.

import type { ComplexImage } from "../../array/ndarray.ts";
import { readArrayArgument, toComplexImage, toProbe } from "../../data/array-argument.ts";
import type { Probe } from "../../array/scan.ts";
import { DoselapError } from "../../errors.ts";
import { buildPhantom } from "../../optics/phantom/build.ts";
import { buildProbe } from "../../optics/probe.ts";
import type { SimulatedDesign } from "./schema.ts";

/** The true object. Paths start from the working directory. @throws File, Format, Shape from its file. */
export async function loadObject({ object }: SimulatedDesign): Promise<ComplexImage> {
  if (object.kind === "phantom") return buildPhantom(object);
  return toComplexImage(await readArrayArgument(object.path, { preferKeys: ["objectGuess"] }), {
    file: object.path,
    key: "object",
  });
}

/** The probe before it is calibrated to a dose, N×N. @throws File, Format from its file; Design for another N. */
export async function loadProbe({ probe, sizePx }: SimulatedDesign): Promise<Probe> {
  if (probe.kind !== "file") return buildProbe(probe, sizePx);
  const loaded = toProbe(await readArrayArgument(probe.path, { preferKeys: ["probeGuess"] }), {
    file: probe.path,
    key: "probe",
  });
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
