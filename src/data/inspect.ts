// What a file is and whether it keeps the contract. Never throws for a bad file: that is what it reports.

import type { AnyArray } from "../array/ndarray.ts";
import { isDoselapError, type DoselapError } from "../errors.ts";
import { openArrayFile } from "../io/array-file.ts";
import { npzTree } from "../io/npz-tree.ts";
import type { NpzFile } from "../io/npz.ts";
import type { ArrayTree } from "../io/tree.ts";
import type { Dataset } from "./dataset.ts";
import { doseDoubts } from "./dose-doubts.ts";
import { metadataKey, readMetadata, statedNumber } from "./metadata.ts";
import type { Domain, Layout } from "../io/scan/raw-scan.ts";
import { detectFormat } from "./formats/registry.ts";
import { inMemory } from "./frame-stack.ts";
import { frameCounts } from "./frames.ts";
import type { ReadOptions } from "./read.ts";
import { isReconstruction } from "./reconstruction.ts";
import { medianStep } from "./scan-step.ts";
import { likeliestMap } from "../io/scan/candidates.ts";
import { containerOf, type Container } from "../io/formats/containers.ts";
import { scanIn, type OpenMeasuredOptions } from "../io/formats/open.ts";
import { measuredFactsOf, type MeasuredFacts } from "../io/formats/facts.ts";
import { findingOf, type Violation } from "./violation.ts";

/** - `DATA-001`, `tike`: a dataset in that layout.
 * - `reconstruction`: an object or a probe without frames, as `reconstruct` writes.
 * - `measured`: a scan or a reconstruction in a layout of others, which `prepare` makes a dataset of.
 * - `arrays`: a file with other arrays. `npy`: one array. `unreadable`: neither. */
export type InspectionKind =
  | "DATA-001"
  | "tike"
  | "reconstruction"
  | "measured"
  | "arrays"
  | "npy"
  | "unreadable";

export interface ArraySummary {
  readonly name: string;
  /** How it is stored, in words, when not as it is. */
  readonly storage?: string | undefined;
  /** As numpy prints it. */
  readonly dtype: string;
  readonly shape: readonly number[];
}

export interface Inspection {
  readonly file: string;
  readonly kind: InspectionKind;
  /** How the kind, layout, domain … were told, a sentence each; flags that overrode come last. */
  readonly detected: readonly string[];
  readonly arrays: readonly ArraySummary[];
  /** What the frames of the file hold. */
  readonly domain: Domain | null;
  readonly layout: Layout | null;
  /** Where the file has the zero frequency. */
  readonly dc: "center" | "corner" | null;
  /** M. */
  readonly frames: number | null;
  /** N. */
  readonly size: number | null;
  /** Photons per frame that the metadata state; null when they do not. */
  readonly dose: number | null;
  /** Mean over all frames of Σ amplitude². */
  readonly measuredMeanCounts: number | null;
  /** Counts of the weakest and the strongest frame. */
  readonly frameCounts: { readonly min: number; readonly max: number } | null;
  /** Largest single count. */
  readonly maxPixelCount: number | null;
  readonly probeModes: number | null;
  /** [height, width] of the object frame. */
  readonly objectShape: readonly [number, number] | null;
  /** Median distance to the nearest other position, object pixels. */
  readonly medianStepPx: number | null;
  /** What a measured file states, in metres; null for other kinds. */
  readonly measured: MeasuredFacts | null;
  /** Operations of the provenance, oldest first. */
  readonly provenance: readonly string[];
  readonly violations: readonly Violation[];
  readonly warnings: readonly string[];
}

export interface ScanFindings {
  /** Every fault for which a reconstruction would refuse the scan; none when it would begin. */
  readonly faults: readonly DoselapError[];
  /** What it would say of the probe's light in a scan without faults. */
  readonly doubts: readonly string[];
}

export interface InspectOptions extends ReadOptions {
  /** For files in the layouts of others. */
  readonly measured?: OpenMeasuredOptions | undefined;
  /** What else would be refused of a dataset that keeps the contract, and said of one without faults: those who use it know
   * (study/check-scan.ts). */
  readonly findingsOf?: ((dataset: Dataset, file: string) => ScanFindings) | undefined;
}

/** Looks into a file, over all frames. `violations` and `warnings` are there for every input, a broken one included. */
export async function inspectFile(path: string, options: InspectOptions = {}): Promise<Inspection> {
  const blank = blankInspection(path);
  try {
    const { container, why } = await containerOf(path);
    const { map, positionsFile } = options.measured ?? {};
    if (container.name !== "NPZ" || map !== undefined || positionsFile !== undefined)
      return await inspectMeasured(path, options, { ...blank, detected: [why] }, container);
    const opened = await openArrayFile(path, options.limits);
    if (opened.kind === "npy") {
      return { ...blank, kind: "npy", detected: [why], arrays: [summaryOf(opened.array)] };
    }
    try {
      return await inspectNpz(opened.npz, options, blank);
    } finally {
      await opened.npz.close();
    }
  } catch (cause) {
    return { ...blank, violations: [violationOf(cause, path)] };
  }
}

async function inspectNpz(npz: NpzFile, options: InspectOptions, blank: Inspection): Promise<Inspection> {
  const arrays: ArraySummary[] = [];
  const broken: Violation[] = [];
  for (const name of npz.names) {
    try {
      const { name: dtype, shape } = await npz.header(name);
      arrays.push({ name, dtype, shape });
    } catch (cause) {
      broken.push(violationOf(cause, npz.file, name));
    }
  }
  const warnings = npz.otherMembers.map((name) => `${npz.file}: the member ${name} is no array`);
  const listed = { ...blank, arrays, warnings };
  const wrapped = npz.wrapping === undefined ? [] : [`begins with BZh: ${npz.wrapping}-compressed`];
  const format = (await isReconstruction(npz)) ? undefined : detectFormat(npz.names);
  if (format === undefined) {
    const facts = await measuredFacts(await npzTree(npz), {}, listed);
    if (facts.kind === "measured") return { ...listed, ...facts };
    const holdsOne = npz.names.includes("objectGuess") || npz.names.includes("probeGuess");
    const detected = [
      ...wrapped,
      holdsOne ? "has an object or a probe and no frames" : "no dataset layout has these arrays",
    ];
    // Nothing else reads these arrays, so their bytes are checked here.
    const about = npz.names.includes(metadataKey) ? await readMetadata(npz) : undefined;
    const damaged = await readEach(
      npz,
      arrays.filter(({ name }) => name !== metadataKey),
    );
    return {
      ...listed,
      kind: holdsOne ? "reconstruction" : "arrays",
      detected,
      violations: [...broken, ...damaged, ...(about?.violations ?? [])],
      warnings: [...warnings, ...(about?.warnings ?? [])],
    };
  }
  const kind = format.name === "tike" ? "tike" : "DATA-001";
  try {
    const loaded = await format.load(npz, options, inMemory);
    const { detected, overridden, domain, layout, dc } = loaded.format;
    const violations = [...broken, ...loaded.violations];
    const shape = loaded.candidate.arrays.diffraction?.array.shape;
    const known = {
      ...listed,
      kind,
      detected: [...wrapped, ...detected, ...overridden],
      ...(shape === undefined ? {} : { domain, layout, dc }),
      ...(shape?.length === 3 ? { frames: shape[0]!, size: shape[1]! } : {}),
      dose: statedNumber(loaded.candidate.metadata, "nphotons"),
      provenance: (loaded.candidate.metadata.provenance ?? []).map(({ operation }) => operation),
    } as const;
    const allWarnings = [...warnings, ...loaded.warnings];
    if (violations.length > 0) return { ...known, warnings: allWarnings, violations };
    const dataset = loaded.build();
    const facts = factsOf(dataset);
    const found = options.findingsOf?.(dataset, npz.file) ?? { faults: [], doubts: [] };
    const doubts = [
      ...doseDoubts(npz.file, dataset, facts.measuredMeanCounts),
      ...found.doubts.map((text) => `${npz.file}: ${text}`),
    ];
    return {
      ...known,
      ...facts,
      warnings: [...allWarnings, ...doubts],
      violations: found.faults.map((fault) => violationOf(fault, npz.file)),
    };
  } catch (cause) {
    return {
      ...listed,
      kind,
      detected: [...wrapped, `has the arrays of ${format.name}`],
      violations: [violationOf(cause, npz.file)],
    };
  }
}

async function inspectMeasured(
  path: string,
  options: InspectOptions,
  blank: Inspection,
  container: Container,
): Promise<Inspection> {
  const limits = { maxArrayBytes: options.limits?.maxArrayBytes, ...options.measured };
  const tree = await container.open(path, limits);
  try {
    const arrays = tree.arrays.map(({ path: name, typeName, shape, storage }) => ({
      name,
      dtype: typeName,
      shape,
      ...(storage === "" ? {} : { storage }),
    }));
    const kind = container.name === "NPY" ? "npy" : "arrays";
    const listed = { ...blank, kind, arrays, warnings: tree.problems } as const;
    try {
      return { ...listed, ...(await measuredFacts(tree, limits, listed)) };
    } catch (cause) {
      return { ...listed, violations: [violationOf(cause, path)] };
    }
  } finally {
    await tree.close();
  }
}

async function measuredFacts(
  tree: ArrayTree,
  options: OpenMeasuredOptions,
  { detected, warnings }: Inspection,
): Promise<Partial<Inspection>> {
  const scan = await scanIn(tree, options);
  if (scan === undefined) {
    const likely = likeliestMap(tree);
    const way = likely === undefined ? "" : `; likeliest ${likely}`;
    return { detected: [...detected, `no layout that is known has these arrays${way}`] };
  }
  const { probe, object } = scan;
  return {
    kind: "measured",
    detected: [...detected, ...scan.told],
    warnings: [...new Set([...warnings, ...scan.warnings])],
    probeModes: probe?.modes ?? null,
    objectShape: object === undefined ? null : [object.height, object.width],
    measured: measuredFactsOf(scan),
  };
}

async function readEach(npz: NpzFile, arrays: readonly ArraySummary[]): Promise<Violation[]> {
  const violations: Violation[] = [];
  for (const { name } of arrays) {
    try {
      await npz.read(name);
    } catch (cause) {
      violations.push(violationOf(cause, npz.file, name));
    }
  }
  return violations;
}

function factsOf(dataset: Dataset) {
  const { frames, size, diffraction, probe, object, positions } = dataset;
  const counts = frameCounts(diffraction, size);
  const largest = diffraction.reduce((most, value) => Math.max(most, value), 0);
  return {
    frames,
    size,
    measuredMeanCounts: counts.reduce((sum, value) => sum + value, 0) / frames,
    frameCounts: {
      min: counts.reduce((least, value) => Math.min(least, value), Infinity),
      max: counts.reduce((most, value) => Math.max(most, value), 0),
    },
    maxPixelCount: largest * largest,
    probeModes: probe.modes,
    objectShape: [object.height, object.width] as const,
    medianStepPx: medianStep(positions),
  };
}

function blankInspection(file: string): Inspection {
  return {
    file,
    kind: "unreadable",
    detected: [],
    arrays: [],
    domain: null,
    layout: null,
    dc: null,
    frames: null,
    size: null,
    dose: null,
    measuredMeanCounts: null,
    frameCounts: null,
    maxPixelCount: null,
    probeModes: null,
    objectShape: null,
    medianStepPx: null,
    measured: null,
    provenance: [],
    violations: [],
    warnings: [],
  };
}

function summaryOf({ dtype, shape }: AnyArray): ArraySummary {
  return { name: "array", dtype, shape };
}

/** A reader's error as a violation. Anything that is no error of ours is a defect and goes on. */
function violationOf(cause: unknown, file: string, name?: string): Violation {
  if (!isDoselapError(cause)) throw cause;
  const { key, expected, got, finding, hint } = cause.context;
  return {
    file: cause.context.file ?? file,
    key: key ?? name ?? "file",
    message: cause.headline,
    expected: expected ?? "a readable file",
    got: got ?? "a damaged one",
    finding: findingOf(finding),
    hint,
  };
}
