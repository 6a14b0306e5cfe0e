// What a fuzz target is: sound inputs, how they are spoilt, and the reader that must refuse what it cannot read.

import type { Random } from "./random.ts";

/** Spoils an input; `others` are the target's samples. */
export type Mutator = (input: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

export interface FuzzTarget {
  readonly name: string;
  /** Sound inputs, which the reader accepts. The folder is scratch and empty. */
  samples(folder: string): Promise<readonly Uint8Array[]>;
  readonly mutators: readonly Mutator[];
  /** Reads the input. May throw a DoselapError and nothing else. It may make files in the folder, which is its own and
   * starts as `setUp` left it, and must remove what `keeps` does not name. */
  read(input: Uint8Array, folder: string): Promise<unknown>;
  /** Files that the reader needs beside its input, made once. */
  setUp?(folder: string): Promise<void>;
  /** Files that may lie in the folder after a case. */
  readonly keeps?: readonly string[];
}
