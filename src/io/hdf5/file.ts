// An HDF5 file opened for reading: what is in it, and each object by its path. Links are resolved here, one name at a
// time, so that none is followed unseen: see links.ts. Files that links lead to are opened once and closed with the first.

import { existsSync } from "node:fs";
import { dirname, resolve, sep } from "node:path";
import { open } from "node:fs/promises";
import { DoselapError, isDoselapError } from "../../errors.ts";
import { fileError } from "../file-error.ts";
import { defaultMaxArrayBytes } from "../source.ts";
import type { Attributes } from "../tree.ts";
import { readAttributes } from "./attributes.ts";
import { openDataset, type Hdf5Dataset } from "./dataset.ts";
import { hdf5Error, hdf5Library, type Hdf5Library } from "./library.ts";
import { linkedFile } from "../linked-file.ts";
import { maxLinks, namesOf } from "./links.ts";
import type { OtherFiles } from "./streams.ts";

export interface Hdf5Options {
  /** Largest array that is read at once, bytes; default 4 GiB. */
  readonly maxArrayBytes?: number | undefined;
  /** Follow links to files outside of the file's folder. */
  readonly allowOutsideLinks?: boolean | undefined;
}

export interface Hdf5Group {
  readonly kind: "group";
  readonly path: string;
  readonly file: string;
  attributes(): Attributes;
  /** Names of what is in it, sorted. */
  names(): readonly string[];
}

export type Hdf5Object = Hdf5Group | Hdf5Dataset;

/** One line of the listing. */
export interface Hdf5Entry {
  /** As it is reached from the root; links not resolved. */
  readonly path: string;
  readonly object: Hdf5Object | undefined;
  /** Why the object is not there: a link that leads nowhere, leaves the folder, or is a cycle. */
  readonly problem: string | undefined;
}

export interface Hdf5File {
  readonly file: string;
  /** The object at a path, or undefined when there is none. @throws Format for links that lead nowhere or outside. */
  find(path: string): Hdf5Object | undefined;
  /** Everything that can be reached, each object once, links included. @throws Range for more than `limit`. */
  entries(limit?: number): readonly Hdf5Entry[];
  /** Absolute paths of the other files that links and virtual datasets have led to so far. */
  linked(): readonly string[];
  close(): Promise<void>;
}

/** HDF5's signature: at 0, or at 512, 1024, 2048, … after a user block (MATLAB writes one). */
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const lastUserBlock = 2 ** 20;
const defaultEntryLimit = 100_000;

/** Whether the bytes are an HDF5 file. @throws File when it cannot be read. */
export async function isHdf5(path: string): Promise<boolean> {
  const handle = await open(path, "r").catch((cause: unknown) => {
    throw fileError("cannot be opened", path, cause);
  });
  try {
    const head = new Uint8Array(8);
    for (let at = 0; at <= lastUserBlock; at = at === 0 ? 512 : 2 * at) {
      const { bytesRead } = await handle.read(head, 0, 8, at);
      if (bytesRead < 8) return false;
      if (signature.every((byte, i) => head[i] === byte)) return true;
    }
    return false;
  } catch (cause) {
    throw fileError("cannot be read", path, cause);
  } finally {
    await handle.close();
  }
}

/** Opens a file; close it. @throws File when it is not there, Format when it is no HDF5 or damaged. */
export async function openHdf5(path: string, options: Hdf5Options = {}): Promise<Hdf5File> {
  if (!(await isHdf5(path))) {
    throw new DoselapError("Format", "is no HDF5 file", {
      file: path,
      expected: "HDF5's signature",
      got: "other bytes",
    });
  }
  const library = await hdf5Library();
  const files = new OpenFiles(library);
  files.open(resolve(path), path);
  const reader = new Reader(library, files, path, options);
  return {
    file: path,
    find: (wanted) => reader.find(wanted),
    entries: (limit = defaultEntryLimit) => reader.entries(limit),
    linked: () => reader.linked(),
    // A promise that fails, not a throw.
    close: async () => files.close(),
  };
}

/** Handles by absolute path. */
class OpenFiles {
  readonly #library: Hdf5Library;
  readonly #open = new Map<string, { readonly id: bigint; readonly release: () => void }>();

  constructor(library: Hdf5Library) {
    this.#library = library;
  }

  open(absolute: string, shown: string): bigint {
    const known = this.#open.get(absolute);
    if (known !== undefined) return known.id;
    const { calls, streams } = this.#library;
    try {
      const [oldest, newest] = [calls.H5F_LIBVER_EARLIEST, calls.H5F_LIBVER_LATEST];
      const { result: id, release } = streams.opening(absolute, () =>
        calls.open(absolute, calls.H5F_ACC_RDONLY, false, oldest, newest),
      );
      this.#open.set(absolute, { id, release });
      return id;
    } catch (cause) {
      throw hdf5Error("cannot be opened", cause, { file: shown });
    }
  }

  /** @throws Format when the library cannot end what it began; the descriptors are free nevertheless. */
  close(): void {
    const failures: unknown[] = [];
    for (const [absolute, { id, release }] of this.#open) {
      try {
        this.#library.calls.close_file(id);
      } catch (cause) {
        failures.push(hdf5Error("cannot be closed", cause, { file: absolute }));
      } finally {
        release();
      }
    }
    this.#open.clear();
    if (failures.length > 0) throw failures[0];
  }
}

/** An object's place: its file, and a path without links. */
interface Place {
  readonly absolute: string;
  readonly id: bigint;
  readonly names: readonly string[];
}

class Reader {
  readonly #library: Hdf5Library;
  readonly #files: OpenFiles;
  readonly #shown: string;
  readonly #base: string;
  readonly #maxBytes: number;
  readonly #allowOutside: boolean;
  readonly #linked = new Set<string>();
  /** Names by group: a group of thousands is asked once, not once for each. */
  readonly #names = new Map<string, ReadonlySet<string>>();

  constructor(
    library: Hdf5Library,
    files: OpenFiles,
    shown: string,
    { maxArrayBytes = defaultMaxArrayBytes, allowOutsideLinks = false }: Hdf5Options,
  ) {
    this.#library = library;
    this.#files = files;
    this.#shown = shown;
    this.#base = dirname(resolve(shown));
    this.#maxBytes = maxArrayBytes;
    this.#allowOutside = allowOutsideLinks;
  }

  linked(): readonly string[] {
    return [...this.#linked];
  }

  find(path: string): Hdf5Object | undefined {
    const place = this.#resolve(this.#root(), namesOf(path), 0);
    return place === undefined ? undefined : this.#objectAt(place);
  }

  entries(limit: number): Hdf5Entry[] {
    const entries: Hdf5Entry[] = [];
    const root = this.#root();
    const groups = new Map([[this.#identity(root), "/"]]);
    // Breadth first: the shortest path to an object is the one that is listed.
    const queue: { readonly path: string; readonly place: Place }[] = [{ path: "", place: root }];
    for (const { path: parent, place } of queue) {
      for (const name of this.#namesIn(place)) {
        if (entries.length >= limit) throw this.#tooMany(limit);
        const path = `${parent}/${name}`;
        try {
          const found = this.#step(place, name, 0);
          if (found === undefined)
            throw this.#linkError(
              { ...place, names: [...place.names, name] },
              "is a link that leads nowhere",
            );
          const object = this.#objectAt(found);
          if (object.kind === "group") {
            const identity = this.#identity(found);
            const known = groups.get(identity);
            if (known !== undefined) {
              entries.push({ path, object: undefined, problem: `leads back to ${known}` });
              continue;
            }
            groups.set(identity, path);
            queue.push({ path, place: found });
          }
          entries.push({ path, object, problem: undefined });
        } catch (error) {
          if (!isDoselapError(error)) throw error;
          entries.push({ path, object: undefined, problem: error.message });
        }
      }
    }
    return entries;
  }

  #tooMany(limit: number): DoselapError {
    return new DoselapError("Range", "holds more objects than this reader lists", {
      file: this.#shown,
      expected: `at most ${limit}`,
      got: "more",
    });
  }

  #root(): Place {
    const absolute = resolve(this.#shown);
    return { absolute, id: this.#files.open(absolute, this.#shown), names: [] };
  }

  /** Follows names from a place; undefined when one is missing. */
  #resolve(from: Place, names: readonly string[], depth: number): Place | undefined {
    let place = from;
    for (const [index, name] of names.entries()) {
      if (name === "..") throw this.#linkError(place, "has a name `..`, which HDF5 does not know");
      if (!this.#namesIn(place).has(name)) return undefined;
      const next = this.#step(place, name, depth);
      if (next === undefined) {
        if (index === names.length - 1 && depth === 0)
          throw this.#linkError({ ...place, names: [...place.names, name] }, "is a link that leads nowhere");
        return undefined;
      }
      place = next;
    }
    return place;
  }

  #step(place: Place, name: string, depth: number): Place | undefined {
    const { id, absolute } = place;
    const here = { ...place, names: [...place.names, name] };
    const path = pathOf(here);
    const { calls } = this.#library;
    const [soft, external] = this.#call(
      () =>
        [
          calls.get_symbolic_link(id, path) as string | null,
          calls.get_external_link(id, path) as { filename?: string; obj_path?: string },
        ] as const,
      path,
    );
    const isLink = typeof soft === "string" || external.filename !== undefined;
    if (!isLink) return here;
    if (depth >= maxLinks) throw this.#linkError(here, "is a chain of links without end");
    if (external.filename !== undefined) {
      const target = linkedFile(external.filename, {
        from: absolute,
        base: this.#base,
        key: path,
        allowOutside: this.#allowOutside,
      });
      this.#linked.add(target);
      const other = { absolute: target, id: this.#files.open(target, target), names: [] };
      return this.#resolve(other, namesOf(external.obj_path ?? "/"), depth + 1);
    }
    const start = soft!.startsWith("/") ? { ...place, names: [] } : place;
    return this.#resolve(start, namesOf(soft!), depth + 1);
  }

  #objectAt(place: Place): Hdf5Object {
    const { id, absolute } = place;
    const path = pathOf(place);
    const file = absolute === resolve(this.#shown) ? this.#shown : absolute;
    if (this.#typeOf(place) === "dataset") {
      this.#checkSources(place);
      const others = this.#othersOf(place);
      return openDataset(this.#library, id, { path, file, maxBytes: this.#maxBytes, others });
    }
    return {
      kind: "group",
      path,
      file,
      attributes: () => readAttributes(this.#library, id, { path, file }),
      names: () => [...this.#namesIn(place)],
    };
  }

  /** Files that the library opens by itself for a dataset: sources of virtual ones, and raw data outside of the file. */
  #othersOf({ absolute, names }: Place): OtherFiles {
    return {
      folder: dirname(absolute),
      admit: (path) => {
        // One that is not there is one of several places in which the library looks.
        if (path.startsWith(this.#library.filters + sep) || !existsSync(path)) return;
        const target = linkedFile(path, {
          from: absolute,
          base: this.#base,
          key: pathOf({ names }),
          allowOutside: this.#allowOutside,
        });
        if (target !== resolve(this.#shown)) this.#linked.add(target);
      },
    };
  }

  /** Before the library looks for the sources of a virtual dataset: what is not there, it would take for the fill value. */
  #checkSources(place: Place): void {
    const { id, absolute } = place;
    const key = pathOf(place);
    const sources = this.#call(
      () =>
        this.#library.streams.admitting(this.#othersOf(place), () =>
          this.#library.calls.get_dataset_metadata(id, key),
        ),
      key,
    ).virtual_sources;
    for (const { file_name: linked } of sources ?? []) {
      const source = linkedFile(linked, {
        from: absolute,
        base: this.#base,
        key,
        allowOutside: this.#allowOutside,
      });
      if (source !== resolve(this.#shown)) this.#linked.add(source);
    }
  }

  #typeOf(place: Place): "group" | "dataset" | "other" {
    const { calls } = this.#library;
    const path = pathOf(place);
    const type = this.#call(() => calls.get_type(place.id, path), path);
    return type === calls.H5G_GROUP ? "group" : type === calls.H5G_DATASET ? "dataset" : "other";
  }

  /** In order; none for what is no group. */
  #namesIn(place: Place): ReadonlySet<string> {
    const path = pathOf(place);
    const key = `${place.absolute}\n${path}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const isGroup = this.#typeOf(place) === "group";
    const names = isGroup
      ? this.#call(() => this.#library.calls.get_names(place.id, path, false), path).toSorted()
      : [];
    const set = new Set(names);
    if (isGroup) this.#names.set(key, set);
    return set;
  }

  /** The same object has the same reference, by whatever name it is reached. */
  #identity(place: Place): string {
    const path = pathOf(place);
    const reference = this.#call(
      () => this.#library.calls.create_object_reference(place.id, path) as Uint8Array,
      path,
    );
    return `${place.absolute}\n${Buffer.from(reference).toString("hex")}`;
  }

  #call<Result>(call: () => Result, key: string): Result {
    try {
      return call();
    } catch (cause) {
      throw isDoselapError(cause) ? cause : hdf5Error("cannot be read", cause, { file: this.#shown, key });
    }
  }

  #linkError(place: Place, message: string): DoselapError {
    return new DoselapError("Format", message, { file: this.#shown, key: pathOf(place) });
  }
}

function pathOf({ names }: Pick<Place, "names">): string {
  return `/${names.join("/")}`;
}
