// The one validator of DATA-001, for readers, the writer and `inspect`. Every rule is a function from the arrays as
// found to its violations; a rule whose arrays are missing or misshapen is silent, since another rule speaks.

import { shapeText, type AnyArray } from "../array/ndarray.ts";
import { countBad, isNegative, isNotFinite, isTooLarge, largestCount } from "./bad-values.ts";
import {
  candidateOf,
  isKept,
  type Candidate,
  type FoundArray,
  type Role,
  type SeenArray,
} from "./candidate.ts";
import { anyNumbers, isInteger, isReal, realNumbers } from "../array/cast.ts";
import { valueText } from "../errors.ts";
import { backgroundFaults } from "./background.ts";
import type { Dataset } from "./dataset.ts";
import { statedAt, statedNumber } from "./metadata.ts";
import type { Violation } from "./violation.ts";

type Rule = (candidate: Candidate) => Violation[];

const required = ["diffraction", "xcoords", "ycoords", "probeGuess", "objectGuess"] as const;
const realRoles = ["diffraction", "xcoords", "ycoords"] as const;
const complexRoles = ["probeGuess", "objectGuess", "Y"] as const;

/** Every broken rule of a dataset in memory; none when it may be written. */
export function validateDataset(dataset: Dataset, { file }: { file?: string | undefined } = {}): Violation[] {
  return validateCandidate(candidateOf(dataset, file));
}

/** Every broken rule of arrays as found. */
export function validateCandidate(candidate: Candidate): Violation[] {
  return rules.flatMap((rule) => rule(candidate));
}

const rules: readonly Rule[] = [
  requiredKeys,
  realDtypes,
  complexDtypes,
  scanIndexDtype,
  frameRank,
  columnRanks,
  probeShape,
  objectRank,
  patchShape,
  maskFits,
  lengths,
  finite,
  nonNegative,
  countsFit,
  positionsInside,
  neighbourCount,
  dose,
  background,
];

function requiredKeys(candidate: Candidate): Violation[] {
  return required
    .filter((role) => candidate.arrays[role] === undefined)
    .map((role) =>
      violation(candidate, role, "is missing", { expected: `an array named ${role}`, got: "none" }),
    );
}

function realDtypes(candidate: Candidate): Violation[] {
  return found(candidate, realRoles)
    .filter(({ array }) => !isReal(array.dtype))
    .map(({ key, array }) =>
      violation(candidate, key, "is not real", { expected: "real numbers", got: array.dtype }),
    );
}

function complexDtypes(candidate: Candidate): Violation[] {
  return found(candidate, complexRoles)
    .filter(({ array }) => array.dtype !== "complex64" && array.dtype !== "complex128")
    .map(({ key, array }) =>
      violation(candidate, key, "is not complex", { expected: "complex64", got: array.dtype }),
    );
}

function scanIndexDtype(candidate: Candidate): Violation[] {
  return found(candidate, ["scan_index"])
    .filter(({ array }) => !isWholeInt32(array))
    .map(({ key, array }) =>
      violation(candidate, key, "is not a scan number per frame", {
        expected: "whole numbers that fit into 32 bits",
        got: array.dtype,
      }),
    );
}

function isWholeInt32(array: AnyArray): boolean {
  return realNumbers(array)?.every((value) => (value | 0) === value) ?? false;
}

function frameRank(candidate: Candidate): Violation[] {
  return found(candidate, ["diffraction"])
    .filter(
      ({ array: { shape } }) =>
        shape.length !== 3 || shape[0] === 0 || shape[1] === 0 || shape[1] !== shape[2],
    )
    .map(({ key, array }) =>
      violation(candidate, key, "is not a stack of square frames", {
        expected: "(M, N, N) with M and N above 0",
        got: shapeText(array.shape),
      }),
    );
}

function columnRanks(candidate: Candidate): Violation[] {
  return found(candidate, ["xcoords", "ycoords", "scan_index"])
    .filter(({ array }) => array.shape.length !== 1)
    .map(({ key, array }) =>
      violation(candidate, key, "is not a column", { expected: "(M,)", got: shapeText(array.shape) }),
    );
}

function probeShape(candidate: Candidate): Violation[] {
  const size = sizeOfFrames(candidate);
  return found(candidate, ["probeGuess"])
    .filter(({ array: { shape } }) => {
      const [rows, columns] = shape.slice(-2);
      const ranked = shape.length === 2 || (shape.length === 3 && shape[0]! > 0);
      return !ranked || rows !== columns || rows === 0 || (size !== undefined && rows !== size);
    })
    .map(({ key, array }) =>
      violation(candidate, key, "does not fit the frames", {
        expected:
          size === undefined ? "(N, N) or (modes, N, N)" : `(${size}, ${size}) or (modes, ${size}, ${size})`,
        got: shapeText(array.shape),
      }),
    );
}

function objectRank(candidate: Candidate): Violation[] {
  return found(candidate, ["objectGuess"])
    .filter(({ array: { shape } }) => shape.length !== 2 || shape.includes(0))
    .map(({ key, array }) =>
      violation(candidate, key, "is not an image", { expected: "(H, W)", got: shapeText(array.shape) }),
    );
}

function patchShape(candidate: Candidate): Violation[] {
  const frames = framesOf(candidate);
  if (frames === undefined) return [];
  const expected = shapeText(frames.array.shape);
  return found(candidate, ["Y"])
    .filter(({ array }) => shapeText(array.shape) !== expected)
    .map(({ key, array }) =>
      violation(candidate, key, "does not hold a patch per frame", { expected, got: shapeText(array.shape) }),
    );
}

function maskFits(candidate: Candidate): Violation[] {
  const size = sizeOfFrames(candidate);
  if (size === undefined) return [];
  const expected = `(${size}, ${size}), whole numbers or truth values`;
  return found(candidate, ["mask"])
    .filter(({ array: { dtype, shape } }) => {
      const isMask = dtype === "bool" || isInteger(dtype);
      return !isMask || shapeText(shape) !== shapeText([size, size]);
    })
    .map(({ key, array: { dtype, shape } }) =>
      violation(candidate, key, "does not fit the frames", {
        expected,
        got: `${dtype} ${shapeText(shape)}`,
      }),
    );
}

function lengths(candidate: Candidate): Violation[] {
  const frames = framesOf(candidate);
  if (frames === undefined) return [];
  const count = frames.array.shape[0]!;
  return found(candidate, ["xcoords", "ycoords", "scan_index"])
    .filter(({ array: { shape } }) => shape.length === 1 && shape[0] !== count)
    .map(({ key, array: { shape } }) =>
      violation(candidate, key, "differs in length from the frames", {
        expected: `${count}, the frames of ${frames.key}`,
        got: String(shape[0]),
      }),
    );
}

function finite(candidate: Candidate): Violation[] {
  const roles = [...realRoles, ...complexRoles] as const;
  return found(candidate, roles).flatMap((one) => {
    const bad = isKept(one) ? badIn(one.array, isNotFinite) : one.notFinite;
    if (bad === undefined) return [];
    return [
      violation(candidate, one.key, "holds numbers that are not finite", {
        expected: "finite numbers",
        got: bad,
      }),
    ];
  });
}

function nonNegative(candidate: Candidate): Violation[] {
  return found(candidate, ["diffraction"]).flatMap((one) => {
    const bad = isKept(one) ? badIn(one.array, isNegative) : one.negative;
    if (bad === undefined) return [];
    return [
      violation(candidate, one.key, "holds negative counts", { expected: "numbers of at least 0", got: bad }),
    ];
  });
}

/** Counts are kept as float32: beyond it they would become infinite. */
function countsFit(candidate: Candidate): Violation[] {
  const what = (candidate.domain ?? "amplitude") === "amplitude" ? "amplitude" : "counts";
  return found(candidate, ["diffraction"]).flatMap((one) => {
    const bad = isKept(one) ? badIn(one.array, isTooLarge[what]) : one.tooLarge?.[what];
    if (bad === undefined) return [];
    const squares = what === "amplitude" ? "amplitudes whose squares are" : "numbers";
    return [
      {
        ...violation(candidate, one.key, "holds counts that float32 does not", {
          expected: `${squares} at most ${largestCount.toPrecision(3)}`,
          got: bad,
        }),
        hint: "Is it a detector's mark of a bad pixel? Write 0 there, and 1 into the array mask.",
      },
    ];
  });
}

/** The values of an array that are bad; undefined when none is. */
function badIn(array: AnyArray, isBad: (value: number) => boolean): string | undefined {
  const values = anyNumbers(array);
  if (values === undefined) return undefined;
  const bad = countBad(array.shape, array.dtype.startsWith("complex") ? 2 : 1, isBad);
  bad.add(values);
  return bad.found();
}

/** The frame O[y−N/2 : y+N/2, x−N/2 : x+N/2] lies in the object; for sub-pixel positions its interpolation does too. */
function positionsInside(candidate: Candidate): Violation[] {
  const size = sizeOfFrames(candidate);
  const object = candidate.arrays.objectGuess?.array.shape;
  if (size === undefined || object?.length !== 2) return [];
  const half = size / 2;
  return (["xcoords", "ycoords"] as const).flatMap((role) => {
    const column = candidate.arrays[role];
    const values = column === undefined ? undefined : realNumbers(column.array);
    if (column === undefined || values === undefined) return [];
    const extent = role === "xcoords" ? object[1]! : object[0]!;
    const outside = badIn(
      { dtype: "float64", shape: [values.length], data: Float64Array.from(values) },
      (value) => Number.isFinite(value) && (value - half < 0 || value + half > extent),
    );
    if (outside === undefined) return [];
    const side = role === "xcoords" ? "width" : "height";
    return [
      {
        ...violation(candidate, column.key, "holds positions whose frame is not inside the object", {
          expected: `${half} … ${extent - half} for frames of ${size} in an object of ${side} ${extent}`,
          got: outside,
        }),
        hint: wayInside(values, { least: half, most: extent - half, size, side }),
      },
    ];
  });
}

function wayInside(
  values: ArrayLike<number>,
  { least, most, size, side }: { least: number; most: number; size: number; side: string },
): string {
  const finite = Array.from(values).filter(Number.isFinite);
  const low = finite.reduce((a, b) => Math.min(a, b), Infinity);
  const high = finite.reduce((a, b) => Math.max(a, b), -Infinity);
  const exact = low < least ? least - low : most - high;
  const whole = low < least ? Math.ceil(exact) : Math.floor(exact);
  const move = low + whole >= least && high + whole <= most ? whole : exact;
  const way =
    high - low > most - least
      ? `an object of ${side} ${Math.ceil(high - low) + size} holds them all`
      : `add ${move} to all of them`;
  return `A position is the middle of its frame, in object pixels: ${way}, or drop these frames with their positions; doselap prepare converts positions of another unit.`;
}

/** Groups of g² frames need as many neighbours to choose from. */
function neighbourCount(candidate: Candidate): Violation[] {
  const { metadata, file } = candidate;
  const gridsize = statedNumber(metadata, "gridsize");
  if (gridsize === null || gridsize <= 1) return [];
  const neighbours = statedNumber(metadata, "neighborCount", "neighbor_count");
  if (neighbours !== null && neighbours >= gridsize ** 2) return [];
  return [
    {
      file,
      key: "_metadata.neighborCount",
      message: "is too small for the gridsize",
      expected: `at least ${gridsize ** 2}, for gridsize ${gridsize}`,
      got: neighbours === null ? "none" : String(neighbours),
      finding: "OVERSAMPLING-001",
    },
  ];
}

/** A dose that is stated is a number of photons; null states none. */
function dose({ metadata, file }: Candidate): Violation[] {
  return statedAt(metadata, "nphotons").flatMap(({ place, value }) => {
    if (typeof value === "number" && value > 0 && value < Infinity) return [];
    return [
      {
        file,
        key: `_metadata.${place}`,
        message: "is no dose",
        expected: "photons per frame, a number above 0",
        got: valueText(value),
        finding: "DATA-001",
        hint: "Leave the key out where the dose is not known, or write the mean counts per frame: networks need it.",
      },
    ];
  });
}

/** A background that is stated is a number of photons; null states none. */
function background({ metadata, file }: Candidate): Violation[] {
  return backgroundFaults(metadata).map((fault) => ({ ...fault, file }));
}

function found<R extends Role>(
  candidate: Candidate,
  roles: readonly R[],
): NonNullable<Candidate["arrays"][R]>[] {
  return roles.map((role) => candidate.arrays[role]).filter((array) => array !== undefined);
}

/** The frames, when they are a stack of squares. */
function framesOf({ arrays: { diffraction } }: Candidate): FoundArray | SeenArray | undefined {
  const shape = diffraction?.array.shape;
  return shape?.length === 3 && shape[1] === shape[2] ? diffraction : undefined;
}

function sizeOfFrames(candidate: Candidate): number | undefined {
  return framesOf(candidate)?.array.shape[1];
}

function violation(
  { file }: Candidate,
  key: string,
  message: string,
  { expected, got }: { expected: string; got: string },
): Violation {
  return { file, key, message, expected, got, finding: "DATA-001" };
}
