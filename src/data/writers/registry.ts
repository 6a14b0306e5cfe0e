// The formats that are written. The first with an ending is taken for it.

import { DoselapError } from "../../errors.ts";
import { cxiWriter } from "./cxi.ts";
import { data001Writer } from "./data001.ts";
import { pngWriter, tiffWriter } from "./pictures.ts";
import { ptychodusNpzWriter, ptychodusWriter } from "./ptychodus.ts";
import { ptypyWriter } from "./ptypy.ts";
import type { ScanWriter } from "./writer.ts";

export const scanWriters: readonly ScanWriter[] = [
  data001Writer,
  cxiWriter,
  ptychodusWriter,
  ptychodusNpzWriter,
  ptypyWriter,
  pngWriter,
  tiffWriter,
];

/** By `--to`, else by the ending of the file's name. @throws Usage. */
export function scanWriter(path: string, name?: string): ScanWriter {
  const lower = path.toLowerCase();
  const found = scanWriters.find((writer) =>
    name === undefined ? writer.endings.some((ending) => lower.endsWith(ending)) : writer.name === name,
  );
  if (found !== undefined) return found;
  throw new DoselapError("Usage", "cannot write this kind of file", {
    file: path,
    ...(name === undefined ? {} : { key: "--to" }),
    expected:
      name === undefined
        ? `a name ending in ${scanWriters.flatMap(({ endings }) => endings).join(", ")}; or --to NAME`
        : scanWriters.map((writer) => writer.name).join(", "),
    got: name ?? path,
  });
}
