// The named arrays of a file, whatever holds them: HDF5, NPZ, Zarr, MATLAB 5 … What a measured file's format looks at.

import type { AnyArray, DType } from "../array/ndarray.ts";

type AttributeItem = number | string | boolean;
export type AttributeValue = AttributeItem | readonly AttributeItem[] | null;
export type Attributes = { readonly [name: string]: AttributeValue };

export interface ArrayNode {
  /** As it is reached: "/entry_1/data_1/data". */
  readonly path: string;
  readonly shape: readonly number[];
  /** Undefined for a type that is not read. */
  readonly dtype: DType | undefined;
  /** As numpy prints the type in the file. */
  readonly typeName: string;
  /** How it is stored, in words: "gzip, chunks of (25, 13, 25)"; empty for as it is. */
  readonly storage: string;
  /** Shape of the blocks that are read whole, where there are any. */
  readonly chunks?: readonly number[] | null | undefined;
  /** What is to be ended when the file is closed; absent where nothing hears of that. */
  readonly whenClosed?: ((release: () => Promise<void>) => void) | undefined;
  attributes(): Attributes;
  /** All of it. @throws Format, Range. */
  read(): Promise<AnyArray>;
  /** `count` entries of the first axis from `first` on; no more than these are in memory. @throws Format, Range. */
  readRows(first: number, count: number): Promise<AnyArray>;
}

export interface ArrayTree {
  /** As the user named it. */
  readonly file: string;
  readonly container: "HDF5" | "NPZ" | "MATLAB 5" | "Zarr" | "TIFF" | "NPY";
  /** Every array, sorted by depth, then by name. */
  readonly arrays: readonly ArrayNode[];
  /** What could not be reached, in words: links that lead nowhere, or outside. */
  readonly problems: readonly string[];
  /** An array by its path. @throws Format for a link that must not be followed. */
  find(path: string): ArrayNode | undefined;
  /** Attributes of a group or an array; empty when there is nothing at the path. */
  attributesOf(path: string): Attributes;
  /** Absolute paths of the other files that links of this one have led to so far; absent where there are no links. */
  linked?(): readonly string[];
  close(): Promise<void>;
}

/** The group that holds what is at a path. */
export function parentPath(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** The last name of a path. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The array of a flat list at a path, with or without its first slash. */
export function nodeAt(arrays: readonly ArrayNode[], wanted: string): ArrayNode | undefined {
  const path = `/${wanted.replace(/^\/+/u, "")}`;
  return arrays.find((node) => node.path === path);
}
