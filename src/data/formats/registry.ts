// The dataset layouts that are read, in the order they are tried.

import { data001 } from "./data001.ts";
import type { DatasetFormat } from "./format.ts";
import { tike } from "./tike.ts";

const formats: readonly DatasetFormat[] = [data001, tike];

/** The layout these array names belong to; undefined when they are no dataset. */
export function detectFormat(names: readonly string[]): DatasetFormat | undefined {
  return formats.find((format) => format.detect(names) !== undefined);
}
