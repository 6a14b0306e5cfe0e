// Object, probe and positions as the simulate command names them: phantoms and `default` by name, all else by file.

import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { ComplexImage } from "../array/ndarray.ts";
import type { Positions, Probe } from "../array/scan.ts";
import { readArrayArgument, toComplexImage, toProbe } from "../data/array-argument.ts";
import { realNumbers } from "../array/cast.ts";
import { DoselapError } from "../errors.ts";
import { buildPhantom, isPhantomName, phantomNames } from "../optics/phantom/build.ts";
import { buildProbe } from "../optics/probe.ts";
import { didYouMean } from "../study/design/nearest.ts";
import type { NamedPaths } from "./output-file.ts";

const defaultProbe = "default";

export interface ObjectFlags {
  readonly cwd: string;
  readonly object: string;
  readonly objectSize?: { readonly height: number; readonly width: number };
  readonly objectSeed: number;
  readonly amplitudeMin: number;
  readonly phaseRange: number;
}

/** What is read of files, by flag. */
export function filesOf({
  object,
  probe,
  positions,
}: {
  readonly object: string;
  readonly probe: string;
  readonly positions?: string;
}): NamedPaths {
  return [
    ["--object", isPhantomName(object) ? undefined : object],
    ["--probe", probe === defaultProbe ? undefined : probe],
    ["--positions", positions],
  ];
}

/** The true object. A phantom is 4N×4N unless its size is given.
 * @throws Usage for a name that is neither a phantom nor a file, or a size given to a file. */
export async function readObject(flags: ObjectFlags, sizePx: number): Promise<ComplexImage> {
  const { cwd, object, objectSize } = flags;
  if (isPhantomName(object)) {
    return buildPhantom({
      phantom: object,
      heightPx: objectSize?.height ?? 4 * sizePx,
      widthPx: objectSize?.width ?? 4 * sizePx,
      amplitudeMin: flags.amplitudeMin,
      phaseRangeRad: flags.phaseRange,
      seed: flags.objectSeed,
    });
  }
  // A bare word that is no file is a mistyped phantom; anything with a dot or a slash is meant as a path.
  if (!/[./\\]/.test(object) && !existsSync(resolve(cwd, object))) {
    throw new DoselapError("Usage", "no such phantom, and no such file", {
      key: "--object",
      expected: `a file, or one of ${phantomNames.join(", ")}`,
      got: object,
      hint: didYouMean(object, phantomNames),
    });
  }
  if (objectSize !== undefined) {
    throw new DoselapError("Usage", "an object from a file has its own size", {
      key: "--object-size",
      expected: "a phantom",
      got: object,
    });
  }
  const array = await readArrayArgument(resolve(cwd, object), { preferKeys: ["objectGuess"] });
  return toComplexImage(array, { file: object, key: "object" });
}

/** The default probe is the study presets' at any N: aperture 0.22 cycles per pixel, defocused to a radius of 15/64 N.
 * @throws Usage when a probe file and --size disagree. */
export async function readProbe({
  cwd,
  probe,
  size,
}: {
  readonly cwd: string;
  readonly probe: string;
  readonly size?: number;
}): Promise<Probe> {
  if (probe === defaultProbe) {
    const sizePx = size ?? 64;
    return buildProbe(
      { kind: "defocused-airy", apertureCyclesPerPx: 0.22, defocusRadiusPx: (15 / 64) * sizePx },
      sizePx,
    );
  }
  const array = await readArrayArgument(resolve(cwd, probe), { preferKeys: ["probeGuess"] });
  const loaded = toProbe(array, { file: probe, key: "probe" });
  if (size === undefined || size === loaded.size) return loaded;
  throw new DoselapError("Usage", "the probe's size is not the frames'", {
    file: probe,
    key: "--size",
    expected: String(loaded.size),
    got: String(size),
  });
}

/** The columns xcoords and ycoords of an NPZ file. @throws Format when they are not two columns of equal length. */
export async function readPositions({
  cwd,
  positions = "",
}: {
  readonly cwd: string;
  readonly positions?: string;
}): Promise<Positions> {
  const [x, y] = await Promise.all(
    ["xcoords", "ycoords"].map(async (key) => {
      const array = await readArrayArgument(`${resolve(cwd, positions)}:${key}`);
      const numbers = array.shape.length === 1 ? realNumbers(array) : undefined;
      if (numbers !== undefined) return Float64Array.from(numbers);
      throw new DoselapError("Format", "is not a column of positions", {
        file: positions,
        key,
        expected: "real numbers (M,)",
        got: `${array.dtype} of ${array.shape.length} axes`,
      });
    }),
  );
  if (x!.length !== y!.length) {
    throw new DoselapError("Format", "xcoords and ycoords differ in length", {
      file: positions,
      expected: `${x!.length}`,
      got: `${y!.length}`,
    });
  }
  return { x: x!, y: y! };
}
