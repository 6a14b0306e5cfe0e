// Any scan or reconstruction that is read, written in any format that is written. What the target cannot hold is listed.

import { DoselapError } from "../errors.ts";
import { openNpz, type NpzFile } from "../io/npz.ts";
import { npzTree } from "../io/npz-tree.ts";
import { readOwnHdf5 } from "./any-dataset.ts";
import { withProvenance } from "./dataset.ts";
import type { FormatInfo } from "./formats/format.ts";
import { detectFormat } from "./formats/registry.ts";
import { meanCounts } from "./frames.ts";
import { containerOf, openTree } from "../io/formats/containers.ts";
import { contentOfDataset, contentOfScan, knownGeometry, type ScanContent } from "./writers/content.ts";
import { LookUp } from "../io/scan/look-up.ts";
import { givenGeometry, noScan, scanIn, type OpenMeasuredOptions } from "../io/formats/open.ts";
import { writtenPixelSize } from "./writers/cxi.ts";
import { scanWriter } from "./writers/registry.ts";
import { watched } from "./watched-tree.ts";
import { partsOf, type Part, type ScanWriter } from "./writers/writer.ts";
import { inMemory } from "./frame-stack.ts";
import { readMetadata } from "./metadata.ts";
import { loadScan, type ReadOptions } from "./read.ts";
import { convertedReconstruction, isReconstruction } from "./reconstruction.ts";

export interface ConvertOptions {
  /** doselap's, for the provenance. */
  readonly version: string;
  /** Name of the target's format; absent: by the ending of its name. */
  readonly to?: string | undefined;
  /** Called with the files that links of the input led to, before the output is written; what it throws ends the conversion. */
  readonly beforeWriting?: ((linked: readonly string[]) => Promise<void>) | undefined;
  /** For datasets. */
  readonly read?: ReadOptions | undefined;
  /** For measured files, and the geometry of both. */
  readonly measured?: OpenMeasuredOptions | undefined;
}

export interface Conversion {
  readonly content: ScanContent;
  readonly format: Pick<FormatInfo, "name" | "detected" | "overridden">;
  readonly writer: ScanWriter;
  readonly written: readonly string[];
  /** Parts of the source that are not in the target. */
  readonly lost: readonly Part[];
  /** Arrays and attributes of the source that no part of a scan was made of. */
  readonly unused: readonly string[];
  /** Parts that are in the target where doselap alone looks. */
  readonly forUs: readonly Part[];
  readonly warnings: readonly string[];
}

type Source = Pick<Conversion, "content" | "format" | "warnings"> & {
  unused?(): readonly string[];
  linked?(): readonly string[];
  close(): Promise<void>;
};

/** Reads `input`, writes `output`. A dataset's metadata get `measuredMeanCounts` when they lack it, and one more entry of
 * provenance. @throws Usage for geometry that the target needs and nobody states; else as readers and writers do. */
export async function convertScan(
  input: string,
  output: string,
  options: ConvertOptions,
): Promise<Conversion> {
  const writer = scanWriter(output, options.to);
  const source = await openSource(input, options);
  try {
    const { format, warnings } = source;
    const content = recorded(source.content, format.name, writer, options.version);
    const needs = writer.needs(content);
    if (needs.length > 0) {
      throw new DoselapError("Usage", `lacks what ${writer.title} needs`, {
        file: input,
        expected: needs.join(", "),
        got: "nothing that states it",
        hint: `State it: doselap convert IN OUT ${needs.join(" ")}.`,
      });
    }
    const doubts = writer.doubts?.(content) ?? [];
    const there = partsOf(content);
    const forUs = there.filter((part) => writer.holdsForUs.includes(part) && content.dataset !== undefined);
    const lost = there.filter((part) => !writer.holds.includes(part) && !forUs.includes(part));
    await options.beforeWriting?.(source.linked?.() ?? []);
    const written = await writer.write(output, content);
    const unused = source.unused?.() ?? [];
    return { content, format, writer, written, lost, unused, forUs, warnings: [...warnings, ...doubts] };
  } finally {
    await source.close();
  }
}

/** With the conversion in the provenance. */
function recorded(content: ScanContent, from: string, writer: ScanWriter, version: string): ScanContent {
  const { dataset, frames, object } = content;
  if (dataset === undefined && (frames !== undefined || object === undefined)) return content;
  const parameters = { from, to: writer.name, doselapVersion: version };
  if (dataset === undefined) {
    const entry = { operation: "convert", parameters: { ...parameters, content: convertedReconstruction } };
    return { ...content, metadata: withProvenance(content.metadata ?? {}, entry) };
  }
  const counts = dataset.metadata["measuredMeanCounts"] ?? meanCounts(dataset.diffraction, dataset.size);
  const metadata = withProvenance(
    { ...dataset.metadata, measuredMeanCounts: counts },
    { operation: "convert", parameters },
  );
  return { ...content, dataset: { ...dataset, metadata } };
}

async function openSource(input: string, options: ConvertOptions): Promise<Source> {
  const { measured = {} } = options;
  const { container } = await containerOf(input);
  if (container.name === "HDF5") return (await ownHdf5(input, measured)) ?? measuredSource(input, measured);
  if (container.name !== "NPZ") return measuredSource(input, measured);
  const npz = await openNpz(input, options.read?.limits);
  try {
    if (await isReconstruction(npz)) return await reconstruction(npz, measured);
    if (detectFormat(npz.names) !== undefined) {
      refuseSelection(input, measured);
      const { dataset, format, warnings } = await loadScan(npz, options.read ?? {}, inMemory);
      return closed(contentOfDataset(dataset, input, givenGeometry(input, measured)), format, warnings);
    }
    return await measuredSource(input, measured);
  } finally {
    await npz.close();
  }
}

function closed(content: ScanContent, format: Source["format"], warnings: readonly string[]): Source {
  return { content, format, warnings, close: () => Promise.resolve() };
}

/** An HDF5 file in which a whole dataset lies. */
async function ownHdf5(input: string, measured: OpenMeasuredOptions): Promise<Source | undefined> {
  if (measured.map !== undefined || measured.frames !== undefined) return undefined;
  const own = await readOwnHdf5(input, measured);
  return (
    own &&
    closed(contentOfDataset(own.dataset, input, givenGeometry(input, measured)), own.format, own.warnings)
  );
}

async function measuredSource(input: string, measured: OpenMeasuredOptions): Promise<Source> {
  const { tree, unused } = watched(await openTree(input, measured));
  try {
    const scan = await scanIn(tree, measured);
    if (scan === undefined) throw noScan(tree);
    const format = { name: scan.format, detected: [...scan.told, ...scan.conversions], overridden: [] };
    const content = contentOfScan(scan);
    const { frames, geometry } = content;
    const pixelSizeM =
      geometry.pixelSizeM ?? (frames === undefined ? await writtenPixelSize(tree) : undefined);
    const known = { ...content, geometry: { ...geometry, pixelSizeM } };
    return {
      content: known,
      format,
      warnings: scan.warnings,
      unused,
      linked: () => tree.linked?.() ?? [],
      close: () => tree.close(),
    };
  } catch (cause) {
    await tree.close();
    throw cause;
  }
}

/** An object and a probe, with the positions and the geometry that are known. */
async function reconstruction(npz: NpzFile, measured: OpenMeasuredOptions): Promise<Source> {
  const tree = await npzTree(npz);
  const look = new LookUp(tree, "an object and a probe are there, without frames: a reconstruction");
  const object = await look.object(look.required("object", ["/objectGuess"]));
  const probe = await look.probe(look.required("probe", ["/probeGuess"]));
  const [x, y] = ["/xcoords", "/ycoords"].map((path) => tree.find(path));
  const positions =
    x === undefined || y === undefined
      ? undefined
      : { x: await look.vector(x), y: await look.vector(y), unit: "px" as const };
  const fitted = tree.find("/scales");
  const scales = fitted && (await look.vector(fitted));
  const { metadata, warnings } = await readMetadata(npz);
  const geometry = knownGeometry(metadata, givenGeometry(npz.file, measured));
  const content = { file: npz.file, geometry, positions, object, probe, scales, metadata };
  return closed(content, { name: "reconstruction", detected: look.told, overridden: [] }, warnings);
}

/** Flags that choose parts of measured files mean nothing to a dataset. @throws Usage. */
function refuseSelection(
  file: string,
  { map, frames, scanStepM, positionUnit, positionsFile }: OpenMeasuredOptions,
): void {
  const given = Object.entries({
    "--positions FILE": positionsFile,
    "--map": map,
    "--frames": frames,
    "--scan-step": scanStepM,
    "--position-unit": positionUnit,
  }).flatMap(([flag, value]) => (value === undefined ? [] : [flag]));
  if (given.length === 0) return;
  throw new DoselapError("Usage", "is a dataset, which needs no such flag", { file, got: given.join(", ") });
}
