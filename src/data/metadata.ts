// `_metadata`: JSON in a plain text array. Two keys describe the file rather than the dataset: `layout` (axis order of
// the frames) and `domain` (what they hold). Readers take them out, the writer puts them in.

import type { AnyArray } from "../array/ndarray.ts";
import type { NpzFile } from "../io/npz.ts";
import { DoselapError, messageOf } from "../errors.ts";
import { parseJson } from "../io/json.ts";
import type { Domain, Layout } from "../io/scan/raw-scan.ts";
import type { Metadata, ProvenanceEntry } from "./dataset.ts";
import type { Violation } from "./violation.ts";

export const metadataKey = "_metadata";

export interface FoundMetadata {
  /** Everything but the declarations. */
  readonly metadata: Metadata;
  readonly layout?: Layout | undefined;
  readonly domain?: Domain | undefined;
  readonly warnings: readonly string[];
  readonly violations: readonly Violation[];
}

/** Names other programs use for what the frames hold. */
const domains: { readonly [name: string]: Domain } = {
  amplitude: "amplitude",
  normalized_amplitude: "amplitude",
  intensity: "intensity",
  counts: "counts",
  count_intensity: "counts",
};

/** Reads `_metadata`. A pickled one is skipped with a warning: it is never executed. */
export async function readMetadata(npz: NpzFile): Promise<FoundMetadata> {
  const { file } = npz;
  if (!npz.names.includes(metadataKey)) return { metadata: {}, warnings: [], violations: [] };
  const { kind } = await npz.header(metadataKey);
  if (kind === "O") {
    const warning = `${file} : ${metadataKey}: is a pickled Python object, which is never executed; its content (dose, provenance) is not known [DATA-002]`;
    return { metadata: {}, warnings: [warning], violations: [] };
  }
  const text = textOf(await npz.read(metadataKey), kind);
  const broken = (got: string, more: Partial<Violation> = {}): FoundMetadata => ({
    metadata: {},
    warnings: [],
    violations: [
      {
        file,
        key: metadataKey,
        message: "is not readable",
        expected: "one text holding a JSON object",
        got,
        finding: "DATA-001",
        ...more,
      },
    ],
  });
  if (text === undefined) return broken("an array that is not one text");
  let value: unknown;
  try {
    value = parseJson(text);
  } catch (cause) {
    // Python writes numbers that JSON does not have.
    const [, key, number] = /"([^"]*)"\s*:\s*(NaN|-?Infinity)/u.exec(text) ?? [];
    if (key === undefined || number === undefined) return broken(messageOf(cause));
    return broken(number, {
      key: `${metadataKey} … ${key}`,
      message: "is not a finite number",
      expected: "a number that JSON can hold",
      hint: "Write null, or leave the key out.",
    });
  }
  if (!isRecord(value)) return broken("JSON of another kind");
  return split(value, file);
}

/** Takes the declarations out. */
function split(value: { [key: string]: unknown }, file: string): FoundMetadata {
  const { layout, domain, measurement_domain: measured, provenance, ...rest } = value;
  const warnings: string[] = [];
  const violations: Violation[] = [];
  const declared = domain ?? measured;
  const known = typeof declared === "string" ? domains[declared] : undefined;
  if (declared !== undefined && known === undefined) {
    violations.push({
      file,
      key: `${metadataKey}.domain`,
      message: "is unknown",
      expected: Object.keys(domains).join(", "),
      got: JSON.stringify(declared),
      finding: "DATA-001",
      hint: "Override it with --domain amplitude|intensity|counts.",
    });
  }
  if (layout !== undefined && layout !== "MHW" && layout !== "HWM") {
    violations.push({
      file,
      key: `${metadataKey}.layout`,
      message: "is unknown",
      expected: "MHW, HWM",
      got: JSON.stringify(layout),
      finding: "DATA-001",
      hint: "Override it with --layout MHW|HWM.",
    });
  }
  const entries = provenanceOf(provenance);
  if (provenance !== undefined && entries === undefined) {
    warnings.push(
      `${file} : ${metadataKey}.provenance: is not a list of operations; it is kept as foreignProvenance`,
    );
  }
  return {
    metadata: {
      ...rest,
      ...(provenance === undefined
        ? {}
        : entries === undefined
          ? { foreignProvenance: provenance }
          : { provenance: entries }),
    },
    layout: layout === "MHW" || layout === "HWM" ? layout : undefined,
    domain: known,
    warnings,
    violations,
  };
}

function provenanceOf(value: unknown): ProvenanceEntry[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const entries: ProvenanceEntry[] = [];
  for (const entry of value as unknown[]) {
    if (!isRecord(entry)) return undefined;
    const { operation, parameters } = entry;
    if (typeof operation !== "string" || !isRecord(parameters)) return undefined;
    entries.push({ ...entry, operation, parameters });
  }
  return entries;
}

/** A number the metadata states at the top, or where the reference study wrote it; null when it states none. */
export function statedNumber(metadata: Metadata, ...keys: string[]): number | null {
  const nested = metadata["physics_parameters"];
  for (const place of [metadata, isRecord(nested) ? nested : {}]) {
    for (const key of keys) {
      const value = place[key];
      if (typeof value === "number") return value;
    }
  }
  return null;
}

/** What stands under a key in either place; null states nothing. */
export function statedAt(
  metadata: Metadata,
  key: string,
): { readonly place: string; readonly value: unknown }[] {
  const nested = metadata["physics_parameters"];
  return [
    { place: key, value: metadata[key] },
    { place: `physics_parameters.${key}`, value: isRecord(nested) ? nested[key] : undefined },
  ].filter(({ value }) => value !== undefined && value !== null);
}

/** The array that carries the metadata: one text, so that numpy reads it without pickle.
 * @throws Contract for numbers that JSON does not have. */
export function metadataArray(metadata: Metadata, file: string): AnyArray {
  const declared = { ...metadata, layout: "MHW", domain: "amplitude" };
  const text = JSON.stringify(declared, (key, value: unknown) => {
    if (typeof value !== "number" || Number.isFinite(value)) return value;
    throw new DoselapError("Contract", "is not a finite number", {
      file,
      key: `${metadataKey} … ${key}`,
      expected: "a number that JSON can hold",
      got: String(value),
      finding: "DATA-001",
    });
  });
  return { dtype: "string", shape: [], data: [text] };
}

/** The one text of an array of shape () or (1,). JSON in bytes, S or uint8, is UTF-8. */
function textOf(array: AnyArray, kind: string): string | undefined {
  if (array.dtype === "uint8" && array.shape.length === 1) return new TextDecoder().decode(array.data);
  const [text, ...others] = array.dtype === "string" ? array.data : [];
  if (text === undefined || others.length > 0) return undefined;
  return kind === "S" ? Buffer.from(text, "latin1").toString("utf8") : text;
}

function isRecord(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
