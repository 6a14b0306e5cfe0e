// The layout of tike's test data (Argonne, github.com/AdvancedPhotonSource/tike): `data` (1, M, N, N) intensities with the
// zero frequency at [0, 0], `probe` (1, 1, 1, modes, N, N) in arbitrary units, `scan` (1, M, 2) as [y, x] corners.
// Read with a flat object, positions as frame centres, and a probe scaled to the measured mean counts.

import type { FrameReader } from "../../array/frame-reader.ts";
import { flatImage, shapeText, type AnyArray } from "../../array/ndarray.ts";
import type { NpzFile } from "../../io/npz.ts";
import type { Candidate } from "../candidate.ts";
import { DoselapError } from "../../errors.ts";
import { validateCandidate } from "../validate.ts";
import { complexNumbers, isInteger, realNumbers } from "../../array/cast.ts";
import { withProvenance, type Metadata, type Scan } from "../dataset.ts";
import type { FrameFacts } from "../frame-facts.ts";
import type { FrameOpener, FrameStack } from "../frame-stack.ts";
import { readMetadata } from "../metadata.ts";
import type { Domain, Layout } from "../../io/scan/raw-scan.ts";
import type { Violation } from "../violation.ts";
import { createDecisions, type DatasetFormat, type FormatOptions, type LoadedFile } from "./format.ts";

/** Free object pixels around the outermost frames: room for position errors. */
const marginPx = 8;
/** A larger object frame than any scan in object pixels needs: 16384². */
const maxObjectPixels = 2 ** 28;
const keys = ["data", "probe", "scan"] as const;

export const tike: DatasetFormat = {
  name: "tike",
  detect(names) {
    return keys.every((key) => names.includes(key))
      ? "data, probe and scan are there: tike's test layout"
      : undefined;
  },
  load,
};

async function load<Frames extends Float32Array | FrameReader>(
  npz: NpzFile,
  options: FormatOptions,
  open: FrameOpener<Frames>,
): Promise<LoadedFile<Frames>> {
  const { file, names } = npz;
  const decisions = createDecisions("data, probe and scan are there: tike's test layout");
  const about = await readMetadata(npz);
  const warnings = [...about.warnings];
  const violations = [...about.violations];
  const unused = names.filter((key) => key !== "_metadata" && !keys.some((known) => known === key));
  if (unused.length > 0) warnings.push(`${file}: not read: ${unused.join(", ")}`);

  const probe = squeezed(await npz.read("probe"), 2);
  const scan = squeezed(await npz.read("scan"), 2);
  const shape = squeezedShape((await npz.header("data")).shape, 3);
  const layout = decideLayout(shape, scan.shape[0], options, about.layout, decisions);
  const size = (layout === "HWM" ? shape[0] : shape[1]) ?? 0;
  const positionOrder = options.positionOrder ?? "yx";
  const columns = scanColumns(scan, positionOrder);
  const placed = columns === undefined ? undefined : place(columns, size);
  const sound = placed !== undefined && placed.width * placed.height <= maxObjectPixels ? placed : undefined;
  const stack = await open.frames({
    npz,
    key: "data",
    shape,
    layout,
    others: ["probe", "scan"],
    object: sound && [sound.height, sound.width],
    // A flat object for the validator and one for the dataset.
    madeBytes: sound === undefined ? 0 : 16 * sound.height * sound.width,
  });
  const { facts } = stack;

  const domain = decideDomain({ stack, options, declared: about.domain, decisions, warnings, file });
  const shares = facts ?? { centre: 0, corner: 1 };
  const foundDc = shares.corner >= shares.centre ? "corner" : "center";
  const percents = `${(100 * shares.corner).toFixed(1)} % of the mean pattern is at [0, 0], ${(100 * shares.centre).toFixed(1)} % in the middle`;
  const dc = decisions.decide(
    "dc",
    options.dc,
    foundDc,
    `${percents}: zero frequency ${foundDc === "corner" ? "at [0, 0]" : "in the centre"}`,
  );
  decisions.decide("positions", options.positionOrder, "yx", "tike's scan is [y, x]");
  if (columns === undefined) {
    violations.push(broken(file, "scan", "is not a list of positions", "(1, M, 2) real numbers", scan));
  }
  const power = powerOf(complexNumbers(probe));
  if (power === 0) {
    violations.push(broken(file, "probe", "has no power", "a probe that is not zero everywhere", probe));
  }
  if (placed !== undefined && sound === undefined) {
    const span = `an object of ${placed.height} × ${placed.width} px`;
    violations.push({
      ...broken(
        file,
        "scan",
        "spans too far for positions in object pixels",
        `at most ${maxObjectPixels} object pixels`,
        scan,
      ),
      got: span,
    });
  }
  const loaded = {
    format: {
      name: tike.name,
      detected: decisions.detected,
      overridden: decisions.overridden,
      layout,
      domain,
      dc,
      positionOrder,
    },
    warnings,
  };
  const arrays = { diffraction: stack.found, probeGuess: { key: "probe", array: probe } };
  if (placed === undefined || violations.length > 0) {
    // Without usable positions there is nothing to hold against the other rules.
    return {
      ...loaded,
      candidate: { file, metadata: about.metadata, arrays },
      violations,
      build: unbuildable,
    };
  }
  const { height, width } = placed;
  const object: AnyArray = {
    dtype: "complex64",
    shape: [height, width],
    data: flatImage(height, width).data,
  };
  const candidate: Candidate = {
    file,
    metadata: about.metadata,
    domain,
    arrays: {
      ...arrays,
      xcoords: { key: "scan", array: columnOf(placed.x) },
      ycoords: { key: "scan", array: columnOf(placed.y) },
      objectGuess: { key: "object", array: object },
    },
  };
  return {
    ...loaded,
    candidate,
    violations: validateCandidate(candidate),
    build: () =>
      build(
        { diffraction: stack.amplitudes({ domain, dc }), facts: facts!, probe, placed, size, power },
        { layout, domain, dc, positionOrder },
        about.metadata,
      ),
  };
}

function columnOf(data: Float64Array): AnyArray {
  return { dtype: "float64", shape: [data.length], data };
}

function unbuildable(): never {
  throw new DoselapError("Contract", "a dataset with violations cannot be built", { finding: "DATA-001" });
}

function build<Frames extends Float32Array | FrameReader>(
  {
    diffraction,
    facts,
    probe,
    placed,
    size,
    power,
  }: {
    diffraction: Frames;
    facts: FrameFacts;
    probe: AnyArray;
    placed: Placed;
    size: number;
    power: number;
  },
  {
    layout,
    domain,
    dc,
    positionOrder,
  }: { layout: Layout; domain: Domain; dc: "center" | "corner"; positionOrder: "xy" | "yx" },
  metadata: Metadata,
): Scan<Frames> {
  const frames = placed.x.length;
  // Counts are summed as they are: their rounded square roots would give a slightly different dose.
  const dose = domain === "amplitude" ? facts.meanPower : facts.meanSum;
  // On a flat object every exit wave has the probe's power, so that is the dose.
  const scale = Math.sqrt(dose / power);
  const parameters = {
    format: tike.name,
    layout,
    domain,
    dc,
    positionOrder,
    positionShiftPx: { x: placed.shiftX, y: placed.shiftY },
    probeScale: scale,
    object: "flat",
  };
  return {
    frames,
    size,
    diffraction,
    positions: { x: placed.x, y: placed.y },
    probe: {
      modes: probe.shape.length === 3 ? probe.shape[0]! : 1,
      size,
      data: complexNumbers(probe)!.map((value) => value * scale),
    },
    object: flatImage(placed.height, placed.width),
    scanIndex: new Int32Array(frames),
    metadata: withProvenance(
      { ...metadata, nphotons: dose, measuredMeanCounts: dose },
      { operation: "import", parameters },
    ),
  };
}

/** Σ|P|², over all modes; NaN without a complex probe, which the validator reports. */
function powerOf(probe: Float32Array | undefined): number {
  return probe === undefined ? NaN : probe.reduce((sum, value) => sum + value * value, 0);
}

interface Placed {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly width: number;
  readonly height: number;
  readonly shiftX: number;
  readonly shiftY: number;
}

/** Moves the scan by whole pixels so that every frame lies in an object frame made to fit. */
function place({ x, y }: { x: Float64Array; y: Float64Array }, size: number): Placed {
  const shiftOf = (values: Float64Array): number =>
    size / 2 + marginPx - Math.floor(values.reduce((least, value) => Math.min(least, value), Infinity));
  const extentOf = (values: Float64Array): number =>
    Math.ceil(values.reduce((most, value) => Math.max(most, value), -Infinity)) + size / 2 + marginPx;
  // NaN and an empty scan are the validator's to report; here they only must not become an array length.
  if (x.length === 0 || ![...x, ...y].every((value) => Math.abs(value) < 1e6)) {
    return { x, y, width: size, height: size, shiftX: 0, shiftY: 0 };
  }
  const [shiftX, shiftY] = [shiftOf(x), shiftOf(y)];
  const [placedX, placedY] = [x.map((value) => value + shiftX), y.map((value) => value + shiftY)];
  return { x: placedX, y: placedY, width: extentOf(placedX), height: extentOf(placedY), shiftX, shiftY };
}

function scanColumns(scan: AnyArray, order: "xy" | "yx"): { x: Float64Array; y: Float64Array } | undefined {
  const values = realNumbers(scan);
  const [count, width] = scan.shape;
  if (values === undefined || scan.shape.length !== 2 || count === undefined || width !== 2) return undefined;
  const first = Float64Array.from({ length: count }, (_, i) => values[2 * i]!);
  const second = Float64Array.from({ length: count }, (_, i) => values[2 * i + 1]!);
  return order === "yx" ? { y: first, x: second } : { x: first, y: second };
}

function decideLayout(
  shape: readonly number[],
  count: number | undefined,
  options: FormatOptions,
  declared: Layout | undefined,
  decisions: ReturnType<typeof createDecisions>,
): Layout {
  const found = declared ?? (shape[0] !== count && shape[2] === count ? "HWM" : "MHW");
  const why =
    declared === undefined
      ? `data is ${shapeText(shape)} with ${count} positions: ${found}`
      : `the metadata declare the layout ${found}`;
  return decisions.decide("layout", options.layout, found, why);
}

function decideDomain({
  stack: { dtype, facts },
  options,
  declared,
  decisions,
  warnings,
  file,
}: {
  stack: FrameStack<unknown>;
  options: FormatOptions;
  declared: Domain | undefined;
  decisions: ReturnType<typeof createDecisions>;
  warnings: string[];
  file: string;
}): Domain {
  const whole = isInteger(dtype) || facts?.isWhole === true;
  const found = declared ?? (whole ? "counts" : "intensity");
  const why =
    declared === undefined
      ? whole
        ? "tike's data are intensities, and every value is a whole number: counts"
        : "tike's data are intensities, and not all whole numbers"
      : `the metadata declare the domain ${declared}`;
  const domain = decisions.decide("domain", options.domain, found, why);
  if (!whole && domain !== "amplitude") {
    warnings.push(
      `${file} : data: has values that are no whole numbers, so they are not photon counts as detected; dose is in their unit`,
    );
  }
  return domain;
}

function squeezed(array: AnyArray, least: number): AnyArray {
  return { ...array, shape: squeezedShape(array.shape, least) };
}

/** Leading axes of length 1 removed, down to `least` axes. */
function squeezedShape(shape: readonly number[], least: number): readonly number[] {
  let skip = 0;
  while (shape.length - skip > least && shape[skip] === 1) skip++;
  return shape.slice(skip);
}

function broken(file: string, key: string, message: string, expected: string, array: AnyArray): Violation {
  return {
    file,
    key,
    message,
    expected,
    got: `${array.dtype} ${shapeText(array.shape)}`,
    finding: "DATA-001",
  };
}
