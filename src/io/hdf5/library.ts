// The HDF5 library, compiled to WebAssembly (h5wasm), made safe: its default error handler lets a failed read return an
// array of zeros (HDF5-001), so every error is made to throw, and none is printed; its compression filters are found beside it;
// the files it has open are under our control (streams.ts).

import { fileURLToPath } from "node:url";
import type { Attribute, Dataset, ready } from "h5wasm/node";
import { DoselapError, messageOf } from "../../errors.ts";
import { takeStreams, type Streams } from "./streams.ts";

/** The library's low-level calls. */
export type H5Module = Awaited<typeof ready>;
/** What the library says of a dataset or attribute. */
export type Metadata = ReturnType<H5Module["get_dataset_metadata"]>;
export type WriteMetadata = Parameters<H5Module["create_dataset"]>[3];

export interface Hdf5Library {
  readonly calls: H5Module;
  /** For texts, whose bytes are pointers in the low-level calls. */
  readonly Dataset: typeof Dataset;
  readonly Attribute: typeof Attribute;
  readonly streams: Streams;
  /** Folder of the compression filters, which the library opens when it needs one. */
  readonly filters: string;
}

/** Loaded when the first HDF5 file is opened, not before: 0.3 s and 80 MB. @throws Compute when it does not run here. */
export async function hdf5Library(): Promise<Hdf5Library> {
  try {
    const { h5wasm, calls } = await quietly(async () => {
      const loaded = await import("h5wasm/node");
      return { h5wasm: loaded, calls: await loaded.ready };
    });
    calls.activate_throwing_error_handler();
    const filters = fileURLToPath(new URL("plugins", import.meta.resolve("h5wasm-plugins")));
    if (!calls.get_plugin_search_paths().includes(filters)) calls.insert_plugin_search_path(filters, 0);
    const { Dataset, Attribute } = h5wasm;
    return { calls, Dataset, Attribute, streams: streamsOf(calls), filters };
  } catch (cause) {
    throw new DoselapError("Compute", "the HDF5 library does not run here", {
      cause,
      hint: "Install the packages again: npm ci.",
    });
  }
}

const taken = Symbol("streams");

/** There is one instance of the library in a process, and what took its file system over stands on it. */
function streamsOf(calls: H5Module): Streams {
  const owner = calls as H5Module & { [taken]?: Streams };
  return (owner[taken] ??= takeStreams(calls.FS));
}

const forwarded = Symbol("forwarded");
type Say = Console["error"] & { [forwarded]?: Console["error"] };

/** The library keeps the console's method of the moment in which it is loaded, to say on stderr what it throws as well. It is
 * given one that falls silent once it is loaded; what others say meanwhile goes through. */
async function quietly<Result>(load: () => Promise<Result>): Promise<Result> {
  const { console: output } = globalThis;
  const current: Say = output.error;
  const error = current[forwarded] ?? current;
  let isLoading = true;
  const say: Say = Object.assign(
    (...words: unknown[]): void => {
      if (isLoading) error.apply(output, words);
    },
    { [forwarded]: error },
  );
  output.error = say;
  try {
    return await load();
  } finally {
    isLoading = false;
    if (output.error === say) output.error = error;
  }
}

/** An error of the library as one of ours. Its own text is a stack of C functions, innermost last: that line has the cause.
 * `file` and `key` say what was being read. */
export function hdf5Error(
  message: string,
  cause: unknown,
  { file, key }: { readonly file: string; readonly key?: string | undefined },
): DoselapError {
  // Where the library ends itself, its own text says no more than that.
  const got =
    cause instanceof WebAssembly.RuntimeError
      ? "bytes on which the HDF5 library gives up"
      : innermost(messageOf(cause));
  const isCut = got.startsWith("truncated file");
  const about = isCut ? { expected: "a whole HDF5 file", hint: "The file is truncated: copy it again." } : {};
  return new DoselapError("Format", message, { file, key, got, cause, ...about });
}

/** The same for a read, which may have failed for want of a filter. */
export function readError(
  cause: unknown,
  { filters, ...place }: { readonly file: string; readonly key: string; readonly filters: readonly string[] },
): DoselapError {
  const isFilter =
    filters.length > 0 &&
    (cause instanceof WebAssembly.RuntimeError || /filter returned failure/u.test(messageOf(cause)));
  if (isFilter) {
    return new DoselapError("Format", "cannot be decompressed", {
      ...place,
      expected: `bytes that ${filters.join(", ")} reads`,
      got: "a failure of the filter: a damaged file, or a codec inside the filter that is not there",
      cause,
      hint: "If other programs read it, write it again with another compression, for instance h5repack -f GZIP=1 IN OUT.",
    });
  }
  // H5PL is the part of the library that looks for filters.
  if (!/required filter|H5PL/u.test(messageOf(cause))) return hdf5Error("cannot be read", cause, place);
  return new DoselapError("Format", "is compressed with a filter that is not there", {
    ...place,
    expected:
      "gzip, shuffle, lzf, lz4, bitshuffle, blosc, blosc2, zstd, bzip2, zfp, jpeg, bitgroom or bitround",
    got: filters.join(", "),
    cause,
    hint: "Write the file again with one of these, for instance h5repack -f GZIP=1 IN OUT.",
  });
}

/** "… in H5F__super_read(): truncated file: eof = 96, …" → "truncated file: eof = 96, …". */
function innermost(text: string): string {
  const reasons = [...text.matchAll(/in H5\w+\(\): (.*)/gu)].map(([, reason]) => reason!.trim());
  return reasons.at(-1) ?? text.split("\n", 1)[0]!.slice(0, 200);
}
