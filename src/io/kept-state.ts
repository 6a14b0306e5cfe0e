// The state of a long work as bytes: facts as JSON and named arrays of numbers, which come back exactly, NaN and −0 too.

import { DoselapError } from "../errors.ts";

/** Keeps the state of a long work, whatever it is, so that the same work can go on from it after a kill. */
export interface StateKeeper {
  /** What an earlier process left; undefined when there is nothing that can be used. */
  load(): Promise<Uint8Array | undefined>;
  /** True once the interval since the start, or since the last one, is over. */
  isDue(): boolean;
  save(state: Uint8Array): Promise<void>;
}

export interface KeptState {
  readonly facts: unknown;
  readonly arrays: { readonly [name: string]: Float32Array | Float64Array };
}

interface Header {
  readonly facts: unknown;
  /** Name, bytes of a number, and numbers of each array. */
  readonly table: readonly (readonly [string, number, number])[];
}

/** The order of bytes is the machine's: a state is read where it was made, or on its like. */
export function packState({ facts, arrays }: KeptState): Uint8Array {
  const table = Object.entries(arrays).map(([name, array]) => [name, array.BYTES_PER_ELEMENT, array.length]);
  const header = new TextEncoder().encode(JSON.stringify({ facts, table }));
  const parts = Object.values(arrays);
  const size = parts.reduce((sum, { byteLength }) => sum + byteLength, 4 + header.length);
  const packed = new Uint8Array(size);
  new DataView(packed.buffer).setUint32(0, header.length, true);
  packed.set(header, 4);
  let at = 4 + header.length;
  for (const { buffer, byteOffset, byteLength } of parts) {
    packed.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return packed;
}

/** The reverse; arrays are copies. @throws Format for what packState has not made. */
export function unpackState(packed: Uint8Array): KeptState {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  try {
    const end = 4 + view.getUint32(0, true);
    const header = JSON.parse(new TextDecoder().decode(packed.subarray(4, end))) as Header;
    const arrays: Record<string, Float32Array | Float64Array> = {};
    let at = end;
    for (const [name, width, length] of header.table) {
      const own = packed.slice(at, at + width * length).buffer;
      arrays[name] = width === 4 ? new Float32Array(own, 0, length) : new Float64Array(own, 0, length);
      at += width * length;
    }
    return { facts: header.facts, arrays };
  } catch (cause) {
    throw new DoselapError("Format", "is no kept state", { cause });
  }
}
