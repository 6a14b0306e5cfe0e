// DATA-001: the canonical dataset file, and the older forms of it that are read too: `diff3d`, frames last (H, W, M),
// a trailing axis of 1, counts or intensities in place of amplitudes, pickled metadata.

import type { FrameReader } from "../../array/frame-reader.ts";
import { shapeText, type AnyArray } from "../../array/ndarray.ts";
import type { NpzFile } from "../../io/npz.ts";
import { isKept, type Candidate, type FoundArray, type SeenArray } from "../candidate.ts";
import { anyNumbers, complexNumbers, isInteger, realNumbers } from "../../array/cast.ts";
import { withProvenance, type Metadata, type Scan } from "../dataset.ts";
import type { FrameOpener, FramesInFile, FrameStack } from "../frame-stack.ts";
import { metadataKey, readMetadata } from "../metadata.ts";
import type { Domain, Layout } from "../../io/scan/raw-scan.ts";
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
const smallKeys = ["xcoords", "ycoords", "probeGuess", "objectGuess", "scan_index", "mask"] as const;
const knownKeys = new Set<string>([...frameKeys, ...smallKeys, "Y", metadataKey]);

export const data001: DatasetFormat = {
  name: "DATA-001",
  detect(names) {
    const frames = frameKeys.find((key) => names.includes(key));
    // SLAC's own: a measured file, whose start positions may be metres.
    if (names.includes("xcoords_start") && !names.includes("xcoords")) return undefined;
    if (frames !== undefined) return `frames are named ${frames}: DATA-001`;
    const columns = names.includes("xcoords") && names.includes("ycoords");
    return columns ? "xcoords and ycoords are there, as in DATA-001" : undefined;
  },
  load,
};

async function load<Frames extends Float32Array | FrameReader>(
  npz: NpzFile,
  options: FormatOptions,
  open: FrameOpener<Frames>,
): Promise<LoadedFile<Frames>> {
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
  const probeGuess = await get("probeGuess");
  const objectGuess = await get("objectGuess");

  const shape = frameKey === undefined ? undefined : withoutLastOne((await npz.header(frameKey)).shape);
  const inFile = frameKey === undefined || shape === undefined ? undefined : { key: frameKey, shape };
  const { layout, ambiguous } = decideLayout(inFile, count, {
    options,
    declared: about.layout,
    file,
    decisions,
  });
  if (ambiguous !== undefined) violations.push(ambiguous);
  const [height, width, third] = objectGuess?.array.shape ?? [];
  const stack =
    inFile &&
    (await open.frames({
      ...inFile,
      npz,
      layout,
      others: smallKeys.filter((key) => names.includes(key)),
      object:
        height === undefined || width === undefined || third !== undefined ? undefined : [height, width],
      madeBytes: 0,
    }));
  const domain = decideDomain(stack, { options, declared: about.domain, file, decisions, warnings });
  const dc = decideDc(stack, { options, file, decisions, warnings });
  for (const found of [probeGuess, objectGuess]) {
    if (found?.array.dtype === "complex128")
      decisions.detected.push(`${found.key} is complex128, narrowed to complex64`);
  }
  const diffraction = stack?.found;
  const candidate: Candidate = {
    file,
    metadata: about.metadata,
    domain,
    arrays: {
      diffraction,
      xcoords,
      ycoords,
      probeGuess,
      objectGuess,
      Y: names.includes("Y")
        ? usablePatches(await open.patches(npz, "Y"), diffraction, { file, warnings })
        : undefined,
      scan_index: await get("scan_index"),
      mask: await get("mask"),
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
    build: () => build(candidate, stack!.amplitudes({ domain, dc }), changed),
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

function build<Frames extends Float32Array | FrameReader>(
  { arrays, metadata }: Candidate,
  diffraction: Frames,
  changed: { [key: string]: string },
): Scan<Frames> {
  const { shape } = arrays.diffraction!.array;
  const [frames, size] = [shape[0]!, shape[1]!];
  const probe = arrays.probeGuess!.array;
  const [height, width] = arrays.objectGuess!.array.shape;
  const patches = arrays.Y === undefined || !isKept(arrays.Y) ? undefined : complexNumbers(arrays.Y.array)!;
  return {
    frames,
    size,
    diffraction,
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
    ...(arrays.mask === undefined ? {} : { mask: maskOf(arrays.mask.array) }),
    metadata: noted(metadata, changed),
  };
}

function maskOf(array: AnyArray): Uint8Array {
  return Uint8Array.from(anyNumbers(array)!, (value) => (value === 0 ? 0 : 1));
}

function noted(metadata: Metadata, changed: { [key: string]: string }): Metadata {
  if (Object.keys(changed).length === 0) return metadata;
  return withProvenance(metadata, { operation: "import", parameters: { format: data001.name, ...changed } });
}

/** (M, N, N, 1) as (M, N, N). */
function withoutLastOne(shape: readonly number[]): readonly number[] {
  return shape.length === 4 && shape[3] === 1 ? shape.slice(0, 3) : shape;
}

/** Axis order of the frames: as told, else as the number of positions tells. */
function decideLayout(
  frames: Pick<FramesInFile, "key" | "shape"> | undefined,
  count: number | undefined,
  {
    options,
    declared,
    file,
    decisions,
  }: { options: FormatOptions; declared: Layout | undefined; file: string; decisions: Decisions },
): { layout: Layout; ambiguous?: Violation } {
  if (frames?.shape.length !== 3) return { layout: options.layout ?? declared ?? "MHW" };
  const { shape } = frames;
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
  stack: FrameStack<unknown> | undefined,
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
  if (stack === undefined) return options.domain ?? declared ?? "amplitude";
  const {
    dtype,
    facts,
    found: { key },
  } = stack;
  if (isInteger(dtype)) {
    if (declared === "amplitude")
      warnings.push(`${file} : ${key}: declared as amplitude but ${dtype}, so read as counts`);
    const found = declared === "intensity" ? declared : "counts";
    return decisions.decide("domain", options.domain, found, `${key} is ${dtype}: ${found}`);
  }
  if (declared !== undefined) {
    return decisions.decide(
      "domain",
      options.domain,
      declared,
      `the metadata declare the domain ${declared}`,
    );
  }
  if (options.domain === undefined && facts?.exceedsOne === true && facts.isWhole) {
    warnings.push(
      `${file} : ${key}: every value is a whole number; if they are counts and not amplitudes, say --domain counts`,
    );
  }
  return decisions.decide(
    "domain",
    options.domain,
    "amplitude",
    `${key} is ${dtype} without a declared domain: amplitude`,
  );
}

/** DATA-001 has the zero frequency in the centre; a pattern that says otherwise is warned about. */
function decideDc(
  stack: FrameStack<unknown> | undefined,
  {
    options,
    file,
    decisions,
    warnings,
  }: { options: FormatOptions; file: string; decisions: Decisions; warnings: string[] },
): "center" | "corner" {
  const dc = decisions.decide("dc", options.dc, "center", "DATA-001 has the zero frequency in the centre");
  if (options.dc !== undefined || stack?.facts === undefined) return dc;
  const { centre, corner } = stack.facts;
  // A flat pattern has equal shares; three times as much in the corner is no accident.
  if (corner > 3 * centre) {
    warnings.push(
      `${file} : ${stack.found.key}: the mean pattern has ${percent(corner)} at [0, 0] and ${percent(centre)} in the middle; if the zero frequency is at [0, 0], say --dc corner`,
    );
  }
  return dc;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** (M, N, N, 1) as (M, N, N). A single patch for many frames is dropped: it stands for none of them (F-14). */
function usablePatches(
  patches: FoundArray | SeenArray,
  diffraction: FoundArray | SeenArray | undefined,
  { file, warnings }: { file: string; warnings: string[] },
): FoundArray | SeenArray | undefined {
  const shape = withoutLastOne(patches.array.shape);
  const count = diffraction?.array.shape[0] ?? 1;
  if (shape.length === 3 && shape[0] === 1 && count > 1) {
    warnings.push(`${file} : Y: is one patch for ${count} frames, so it is dropped [F-14]`);
    return undefined;
  }
  return isKept(patches)
    ? { ...patches, array: { ...patches.array, shape } }
    : { ...patches, array: { ...patches.array, shape } };
}
