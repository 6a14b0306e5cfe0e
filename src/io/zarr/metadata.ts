// What a Zarr array says of itself, of either version, as one description.
// https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html and …/v3/core/index.html

import { z } from "zod";
import { sizeOf } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
import { parseJson } from "../json.ts";
import { parseDescr, type NpyDType } from "../npy-dtype.ts";
import type { Attributes, AttributeValue } from "../tree.ts";

export interface Codec {
  readonly name: string;
  readonly configuration: Readonly<Record<string, unknown>>;
}

export interface ZarrArray {
  readonly shape: readonly number[];
  /** What is compressed as one; edges of the array are filled up. */
  readonly chunk: readonly number[];
  /** Undefined for a type that is not read. */
  readonly type: NpyDType | undefined;
  readonly typeName: string;
  /** Axis k of a chunk's bytes is axis order[k] of the array. */
  readonly order: readonly number[];
  readonly fill: unknown;
  /** From bytes to bytes, as they were applied. */
  readonly codecs: readonly Codec[];
  /** Chunks that lie together in one object with an index. */
  readonly shards?: Shards | undefined;
  /** Of a chunk, or of a shard, below the array's folder. */
  keyOf(place: readonly number[]): string;
  readonly attributes: Attributes;
}

export interface Shards {
  readonly shape: readonly number[];
  readonly indexAt: "start" | "end";
  readonly indexCodecs: readonly Codec[];
}

const maxRank = 16;
const lengths = z.array(z.int().nonnegative()).max(maxRank);
const chunkLengths = z.array(z.int().positive()).max(maxRank);
const codec = z.union([
  z.string().transform((name) => ({ name })),
  z.object({ name: z.string(), configuration: z.record(z.string(), z.unknown()).optional() }),
]);
const named = z.record(z.string(), z.unknown());

const two = z.object({
  zarr_format: z.literal(2),
  shape: lengths,
  chunks: chunkLengths,
  dtype: z.unknown(),
  compressor: z.object({ id: z.string() }).loose().nullish(),
  fill_value: z.unknown(),
  order: z.enum(["C", "F"]),
  filters: z.array(z.object({ id: z.string() }).loose()).nullish(),
  dimension_separator: z.enum([".", "/"]).default("."),
});

const three = z.object({
  zarr_format: z.literal(3),
  node_type: z.literal("array"),
  shape: lengths,
  data_type: z.unknown(),
  chunk_grid: z.object({
    name: z.literal("regular"),
    configuration: z.object({ chunk_shape: chunkLengths }),
  }),
  chunk_key_encoding: z.object({
    name: z.enum(["default", "v2"]),
    configuration: z.object({ separator: z.enum([".", "/"]).optional() }).optional(),
  }),
  fill_value: z.unknown(),
  codecs: z.array(codec).min(1).max(16),
  attributes: named.optional(),
});

const sharding = z.object({
  chunk_shape: chunkLengths,
  codecs: z.array(codec).min(1).max(16),
  index_codecs: z.array(codec).max(16),
  index_location: z.enum(["start", "end"]).default("end"),
});
const transposing = z.object({ order: z.array(z.int().nonnegative()).max(maxRank) });

interface Where {
  readonly file: string;
  readonly key: string;
}

/** Of `.zarray` and `.zattrs`. @throws Format. */
export function arrayOfVersion2(text: string, attributes: Attributes, where: Where): ZarrArray {
  const about = checked(two, text, where);
  const { shape, chunks: chunk, order, compressor, filters, dimension_separator: separator } = about;
  sameRank(shape, chunk, where);
  const axes = shape.map((_, axis) => axis);
  const type = typeof about.dtype === "string" ? parseDescr(about.dtype) : undefined;
  const steps = [
    ...(filters ?? []),
    ...(compressor === null || compressor === undefined ? [] : [compressor]),
  ];
  return {
    shape,
    chunk,
    type: type?.dtype === undefined || type.dtype === "string" ? undefined : type,
    typeName: type?.name ?? JSON.stringify(about.dtype).slice(0, 80),
    order: order === "C" ? axes : axes.toReversed(),
    fill: about.fill_value,
    codecs: steps.map(({ id: name, ...configuration }) => ({ name, configuration })),
    keyOf: (place) => (place.length === 0 ? "0" : place.join(separator)),
    attributes,
  };
}

/** Of `zarr.json`. @throws Format for what this reader does not know, by its name. */
export function arrayOfVersion3(text: string, where: Where): ZarrArray {
  const about = checked(three, text, where);
  const { shape, chunk_key_encoding: encoding, attributes = {} } = about;
  const grid = about.chunk_grid.configuration.chunk_shape;
  sameRank(shape, grid, where);
  const shard = about.codecs.find(({ name }) => name === "sharding_indexed");
  const inner = shard === undefined ? undefined : within(sharding, shard, where);
  if (inner !== undefined) {
    sameRank(grid, inner.chunk_shape, where);
    const isOdd = inner.chunk_shape.some((length, axis) => grid[axis]! % length !== 0);
    if (isOdd || about.codecs.length > 1)
      throw unsound(where, "sharding alone, in whole chunks", "something else");
  }
  const { order, codecs, littleEndian } = pipeline(inner?.codecs ?? about.codecs, shape.length, where);
  const separator = encoding.configuration?.separator ?? (encoding.name === "v2" ? "." : "/");
  const type = typeOf(about.data_type, littleEndian);
  return {
    shape,
    chunk: inner?.chunk_shape ?? grid,
    type,
    typeName:
      typeof about.data_type === "string" ? about.data_type : JSON.stringify(about.data_type).slice(0, 80),
    order,
    fill: about.fill_value,
    codecs,
    shards: inner && {
      shape: grid,
      indexAt: inner.index_location,
      indexCodecs: inner.index_codecs.map(full),
    },
    keyOf(place) {
      const numbers = place.map(String);
      if (encoding.name === "v2") return numbers.length === 0 ? "0" : numbers.join(separator);
      return ["c", ...numbers].join(separator);
    },
    attributes: attributesOf(attributes),
  };
}

/** Attributes that are numbers, texts and lists of them, as other containers have them. */
export function attributesOf(value: unknown): Attributes {
  const parsed = named.safeParse(value);
  const entries = Object.entries(parsed.success ? parsed.data : {});
  return Object.fromEntries(entries.map(([name, item]) => [name, attribute(item)]));
}

function attribute(value: unknown): AttributeValue {
  const isItem = (item: unknown): item is number | string | boolean =>
    typeof item === "number" || typeof item === "string" || typeof item === "boolean";
  if (isItem(value)) return value;
  return Array.isArray(value) && value.every(isItem) ? value : null;
}

function full({
  name,
  configuration = {},
}: {
  name: string;
  configuration?: Record<string, unknown> | undefined;
}): Codec {
  return { name, configuration };
}

/** transpose* bytes (bytes → bytes)*. */
function pipeline(
  steps: readonly z.infer<typeof codec>[],
  rank: number,
  where: Where,
): { order: readonly number[]; codecs: readonly Codec[]; littleEndian: boolean } {
  const all = steps.map(full);
  const at = all.findIndex(({ name }) => name === "bytes");
  if (at < 0) throw unsound(where, "a codec `bytes`", all.map(({ name }) => name).join(", "));
  let order = Array.from({ length: rank }, (_, axis) => axis);
  for (const step of all.slice(0, at)) {
    if (step.name !== "transpose") throw unsound(where, "transpose alone before bytes", step.name);
    const turned = within(transposing, step, where).order;
    if (turned.toSorted((a, b) => a - b).join() !== [...order.keys()].join())
      throw unsound(where, `an order of ${rank} axes`, turned.join(", "));
    order = turned.map((axis) => order[axis]!);
  }
  const littleEndian = all[at]!.configuration["endian"] !== "big";
  return { order, codecs: all.slice(at + 1), littleEndian };
}

const codes: { readonly [name: string]: string } = {
  bool: "b1",
  int8: "i1",
  int16: "i2",
  int32: "i4",
  int64: "i8",
  uint8: "u1",
  uint16: "u2",
  uint32: "u4",
  uint64: "u8",
  float16: "f2",
  float32: "f4",
  float64: "f8",
  complex64: "c8",
  complex128: "c16",
};

function typeOf(name: unknown, littleEndian: boolean): NpyDType | undefined {
  const code = typeof name === "string" ? codes[name] : undefined;
  return code === undefined ? undefined : parseDescr(`${littleEndian ? "<" : ">"}${code}`);
}

function checked<T>(schema: z.ZodType<T>, text: string, where: Where): T {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw unsound(where, "JSON", cause.message, cause);
  }
  return valid(schema, json, where);
}

function within<T>(
  schema: z.ZodType<T>,
  { name, configuration }: z.infer<typeof codec> & { configuration?: unknown },
  where: Where,
): T {
  return valid(schema, configuration ?? {}, { ...where, key: `${where.key} ${name}` });
}

function valid<T>(schema: z.ZodType<T>, json: unknown, where: Where): T {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw unsound(
    where,
    "an array as Zarr describes it",
    `${issue.path.join(".") || "the document"}: ${issue.message}`,
  );
}

function sameRank(shape: readonly number[], chunk: readonly number[], where: Where): void {
  if (shape.length !== chunk.length)
    throw unsound(where, `chunks of ${shape.length} axes`, `${chunk.length}`);
  if (!Number.isSafeInteger(16 * sizeOf(shape)) || !Number.isSafeInteger(16 * sizeOf(chunk)))
    throw unsound(where, "a possible size", `(${shape.join(", ")}) in chunks of (${chunk.join(", ")})`);
}

function unsound(where: Where, expected: string, got: string, cause?: unknown): DoselapError {
  return new DoselapError("Format", "is no sound Zarr array", { ...where, expected, got, cause });
}
