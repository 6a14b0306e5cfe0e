// DATA-001: the canonical dataset file, and the older forms of it that are read too: `diff3d`, frames last (H, W, M),
// a trailing axis of 1, counts or intensities in place of amplitudes, pickled metadata.

import { shapeText, type AnyArray } from "../../array/ndarray.ts";
import type { NpzFile } from "../../io/npz.ts";
import type { Candidate, FoundArray } from "../candidate.ts";
import { allWhole, centreDc, dcShares, framesFirst, toAmplitude } from "../frames.ts";
import { complexNumbers, isInteger, realNumbers } from "../cast.ts";
import { withProvenance, type Dataset, type Metadata } from "../dataset.ts";
import { metadataKey, readMetadata, type Domain, type Layout } from "../metadata.ts";
import { validateCandidate } from "../validate.ts";
import type { Violation } from "../violation.ts";
import {
  createDecisions,
  type DatasetFormat,
  type Decisions,
  type FormatOptions,
  type LoadedFile,
} from "./format.ts";

const frameKeys = ["diff3d", "diffraction"] as const;
const knownKeys = new Set<string>([
  ...frameKeys,
  "xcoords",
  "ycoords",
  "probeGuess",
  "objectGuess",
  "Y",
  "scan_index",
  metadataKey,
]);

export const data001: DatasetFormat = {
  name: "DATA-001",
  detect(names) {
    const frames = frameKeys.find((key) => names.includes(key));
    if (frames !== undefined) return `frames are named ${frames}: DATA-001`;
    const columns = names.includes("xcoords") && names.includes("ycoords");
    return columns ? "xcoords and ycoords are there, as in DATA-001" : undefined;
  },
  load,
};

async function load(npz: NpzFile, options: FormatOptions): Promise<LoadedFile> {
  const { file, names } = npz;
  const decisions = createDecisions(data001.detect(names) ?? "read as DATA-001");
  const about = await readMetadata(npz);
  const warnings = [...about.warnings];
  const violations = [...about.violations];
  const get = async (key: string): Promise<FoundArray | undefined> =>
    names.includes(key) ? { key, array: await npz.read(key) } : undefined;

  const frameKey = frameKeys.find((key) => names.includes(key));
  if (names.includes("diff3d") && names.includes("diffraction")) {
    warnings.push(`${file}: has both diff3d and diffraction; diff3d is read`);
  }
  const unused = names.filter((key) => !knownKeys.has(key));
  if (unused.length > 0) warnings.push(`${file}: not read: ${unused.join(", ")}`);

  const positionOrder = decisions.decide(
    "positions",
    options.positionOrder,
    "xy",
    "xcoords are columns, ycoords rows",
  );
  const [x, y] = positionOrder === "xy" ? ["xcoords", "ycoords"] : ["ycoords", "xcoords"];
  const xcoords = await get(x!);
  const ycoords = await get(y!);
  const count = xcoords?.array.shape[0];

  const raw = frameKey === undefined ? undefined : await get(frameKey);
  const frames = raw === undefined ? undefined : { key: raw.key, array: withoutLastOne(raw.array) };
  const { layout, ambiguous } = decideLayout(frames, count, {
    options,
    declared: about.layout,
    file,
    decisions,
  });
  if (ambiguous !== undefined) violations.push(ambiguous);
  const diffraction =
    frames === undefined ? undefined : { key: frames.key, array: inLayout(frames.array, layout) };
  // Told by the array as it is in the file: bringing frames to the front changes integers to float64.
  const domain = decideDomain(frames, { options, declared: about.domain, file, decisions, warnings });
  const dc = decideDc(diffraction, { options, file, decisions, warnings });
  const probeGuess = await get("probeGuess");
  const objectGuess = await get("objectGuess");
  for (const found of [probeGuess, objectGuess]) {
    if (found?.array.dtype === "complex128")
      decisions.detected.push(`${found.key} is complex128, narrowed to complex64`);
  }
  const candidate: Candidate = {
    file,
    metadata: about.metadata,
    arrays: {
      diffraction,
      xcoords,
      ycoords,
      probeGuess,
      objectGuess,
      Y: usablePatches(await get("Y"), diffraction, { file, warnings }),
      scan_index: await get("scan_index"),
    },
  };
  const { detected, overridden } = decisions;
  const changed = {
    ...(frameKey === "diff3d" ? { key: frameKey } : {}),
    ...changes(layout, domain, dc, positionOrder),
  };
  return {
    candidate,
    format: { name: data001.name, detected, overridden, layout, domain, dc, positionOrder },
    warnings,
    violations: [...violations, ...validateCandidate(candidate)],
    build: () => build(candidate, { domain, dc, changed }),
  };
}

/** What a reader had to do to the frames; empty for a canonical file, whose metadata then stays as it is. */
function changes(
  layout: Layout,
  domain: Domain,
  dc: string,
  positionOrder: string,
): { [key: string]: string } {
  return {
    ...(layout === "MHW" ? {} : { layout }),
    ...(domain === "amplitude" ? {} : { domain }),
    ...(dc === "center" ? {} : { dc }),
    ...(positionOrder === "xy" ? {} : { positionOrder }),
  };
}

function build(
  { arrays, metadata }: Candidate,
  { domain, dc, changed }: { domain: Domain; dc: "center" | "corner"; changed: { [key: string]: string } },
): Dataset {
  const { shape } = arrays.diffraction!.array;
  const [frames, size] = [shape[0]!, shape[1]!];
  const amplitude = toAmplitude(realNumbers(arrays.diffraction!.array)!, domain);
  const probe = arrays.probeGuess!.array;
  const [height, width] = arrays.objectGuess!.array.shape;
  const patches = arrays.Y === undefined ? undefined : complexNumbers(arrays.Y.array)!;
  return {
    frames,
    size,
    diffraction: dc === "corner" ? centreDc(amplitude, size) : amplitude,
    positions: {
      x: Float64Array.from(realNumbers(arrays.xcoords!.array)!),
      y: Float64Array.from(realNumbers(arrays.ycoords!.array)!),
    },
    probe: { modes: probe.shape.length === 3 ? probe.shape[0]! : 1, size, data: complexNumbers(probe)! },
    object: { height: height!, width: width!, data: complexNumbers(arrays.objectGuess!.array)! },
    scanIndex:
      arrays.scan_index === undefined
        ? new Int32Array(frames)
        : Int32Array.from(realNumbers(arrays.scan_index.array)!),
    ...(patches === undefined ? {} : { patches }),
    metadata: noted(metadata, changed),
  };
}

function noted(metadata: Metadata, changed: { [key: string]: string }): Metadata {
  if (Object.keys(changed).length === 0) return metadata;
  return withProvenance(metadata, { operation: "import", parameters: { format: data001.name, ...changed } });
}

/** (M, N, N, 1) as (M, N, N). */
function withoutLastOne(array: AnyArray): AnyArray {
  const { shape } = array;
  return shape.length === 4 && shape[3] === 1 ? { ...array, shape: shape.slice(0, 3) } : array;
}

function inLayout(array: AnyArray, layout: Layout): AnyArray {
  const [a, b, c, d] = array.shape;
  const data = realNumbers(array);
  if (layout === "MHW" || data === undefined || c === undefined || d !== undefined) return array;
  return framesFirst(data, [a!, b!, c]);
}

/** Axis order of the frames: as told, else as the number of positions tells. */
function decideLayout(
  frames: FoundArray | undefined,
  count: number | undefined,
  {
    options,
    declared,
    file,
    decisions,
  }: { options: FormatOptions; declared: Layout | undefined; file: string; decisions: Decisions },
): { layout: Layout; ambiguous?: Violation } {
  const shape = frames?.array.shape;
  if (frames === undefined || shape?.length !== 3) return { layout: options.layout ?? declared ?? "MHW" };
  const text = shapeText(shape);
  if (declared !== undefined) {
    return {
      layout: decisions.decide(
        "layout",
        options.layout,
        declared,
        `the metadata declare the layout ${declared}`,
      ),
    };
  }
  const first = shape[0] === count;
  const last = shape[2] === count;
  if (first && last) {
    if (options.layout !== undefined) {
      decisions.detected.push(
        `--layout ${options.layout} settles ${text} with ${count} positions, which fits both layouts`,
      );
      return { layout: options.layout };
    }
    const ambiguous: Violation = {
      file,
      key: frames.key,
      message: "can be read frame first or frame last: there are as many frames as pixels in a row",
      expected: "a declared layout",
      got: `${text} with ${count} positions`,
      finding: "DATA-001",
      hint: "Say which: --layout MHW (frame first) or --layout HWM (frame last).",
    };
    return { layout: "MHW", ambiguous };
  }
  // Without a length to go by, the axis that differs from the two others is the frames'.
  const found: Layout = first
    ? "MHW"
    : last || (shape[0] === shape[1] && shape[1] !== shape[2])
      ? "HWM"
      : "MHW";
  const why =
    first || last ? `${text} has its ${count} frames ${first ? "first" : "last"}` : `${text} fits ${found}`;
  return { layout: decisions.decide("layout", options.layout, found, why) };
}

/** What the frames hold. Whole numbers by dtype are counts; else the metadata tell, else they are amplitudes. */
function decideDomain(
  frames: FoundArray | undefined,
  {
    options,
    declared,
    file,
    decisions,
    warnings,
  }: {
    options: FormatOptions;
    declared: Domain | undefined;
    file: string;
    decisions: Decisions;
    warnings: string[];
  },
): Domain {
  if (frames === undefined) return options.domain ?? declared ?? "amplitude";
  const { key, array } = frames;
  if (isInteger(array.dtype)) {
    if (declared === "amplitude")
      warnings.push(`${file} : ${key}: declared as amplitude but ${array.dtype}, so read as counts`);
    const found = declared === "intensity" ? declared : "counts";
    return decisions.decide("domain", options.domain, found, `${key} is ${array.dtype}: ${found}`);
  }
  if (declared !== undefined) {
    return decisions.decide(
      "domain",
      options.domain,
      declared,
      `the metadata declare the domain ${declared}`,
    );
  }
  const values = realNumbers(array);
  if (
    options.domain === undefined &&
    values !== undefined &&
    values.some((value) => value > 1) &&
    allWhole(values)
  ) {
    warnings.push(
      `${file} : ${key}: every value is a whole number; if they are counts and not amplitudes, say --domain counts`,
    );
  }
  return decisions.decide(
    "domain",
    options.domain,
    "amplitude",
    `${key} is ${array.dtype} without a declared domain: amplitude`,
  );
}

/** DATA-001 has the zero frequency in the centre; a pattern that says otherwise is warned about. */
function decideDc(
  diffraction: FoundArray | undefined,
  {
    options,
    file,
    decisions,
    warnings,
  }: { options: FormatOptions; file: string; decisions: Decisions; warnings: string[] },
): "center" | "corner" {
  const dc = decisions.decide("dc", options.dc, "center", "DATA-001 has the zero frequency in the centre");
  const values = diffraction === undefined ? undefined : realNumbers(diffraction.array);
  const shape = diffraction?.array.shape;
  if (options.dc !== undefined || values === undefined || shape?.length !== 3 || shape[1] !== shape[2])
    return dc;
  const { centre, corner } = dcShares(values, shape[1]!);
  // A flat pattern has equal shares; three times as much in the corner is no accident.
  if (corner > 3 * centre) {
    warnings.push(
      `${file} : ${diffraction!.key}: the mean pattern has ${percent(corner)} at [0, 0] and ${percent(centre)} in the middle; if the zero frequency is at [0, 0], say --dc corner`,
    );
  }
  return dc;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** (M, N, N, 1) as (M, N, N). A single patch for many frames is dropped: it stands for none of them (F-14). */
function usablePatches(
  patches: FoundArray | undefined,
  diffraction: FoundArray | undefined,
  { file, warnings }: { file: string; warnings: string[] },
): FoundArray | undefined {
  if (patches === undefined) return undefined;
  const array = withoutLastOne(patches.array);
  const count = diffraction?.array.shape[0] ?? 1;
  if (array.shape.length === 3 && array.shape[0] === 1 && count > 1) {
    warnings.push(`${file} : Y: is one patch for ${count} frames, so it is dropped [F-14]`);
    return undefined;
  }
  return { key: patches.key, array };
}
