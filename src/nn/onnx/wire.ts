// Writes the wire format of Protocol Buffers (protobuf.dev/programming-guides/encoding), as much of it as ONNX needs.
// A message is the list of its fields; nothing is written until the whole is known, so lengths need no second pass over
// the data. Repeated numbers are not packed: the schema of ONNX is proto2, whose default that is.

import { DoselapError } from "../../errors.ts";

/** One field of a message: its key and its value, in pieces, those of a message inside of it being fields themselves. */
export interface Field {
  readonly pieces: readonly (Uint8Array | Field)[];
  /** Bytes. */
  readonly length: number;
}

const wireType = { varint: 0, delimited: 2, fixed32: 5 } as const;
const utf8 = new TextEncoder();

/** An int32, int64 or enumeration. @throws Range when it is not a safe integer. */
export function integerField(number: number, value: number): Field {
  return joined([key(number, wireType.varint), varint(value)]);
}

/** A float: 32 bits, little-endian. */
export function floatField(number: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return joined([key(number, wireType.fixed32), bytes]);
}

export function textField(number: number, value: string): Field {
  return bytesField(number, utf8.encode(value));
}

/** Bytes as they are; they are not copied before {@link encodeMessage}. */
export function bytesField(number: number, value: Uint8Array): Field {
  return joined([key(number, wireType.delimited), varint(value.length), value]);
}

/** A message inside a message. */
export function messageField(number: number, fields: readonly Field[]): Field {
  return joined([key(number, wireType.delimited), varint(lengthOf(fields)), ...fields]);
}

/** The bytes of a message. */
export function encodeMessage(fields: readonly Field[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(lengthOf(fields));
  write(fields, bytes, 0);
  return bytes;
}

/** Writes the pieces one after the other and gives where they end. */
function write(pieces: Field["pieces"], bytes: Uint8Array, start: number): number {
  let at = start;
  for (const piece of pieces) {
    if (piece instanceof Uint8Array) {
      bytes.set(piece, at);
      at += piece.length;
    } else at = write(piece.pieces, bytes, at);
  }
  return at;
}

function key(number: number, type: number): Uint8Array {
  return varint(number * 8 + type);
}

/** Seven bits a byte, lowest first; negative numbers as 64-bit two's complement. */
function varint(value: number): Uint8Array {
  if (!Number.isSafeInteger(value)) {
    throw new DoselapError("Range", "protobuf: not an integer that can be written exactly", {
      expected: "a safe integer",
      got: String(value),
    });
  }
  // Most are keys and lengths of one byte.
  if (value >= 0 && value < 128) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}

function joined(pieces: Field["pieces"]): Field {
  return { pieces, length: lengthOf(pieces) };
}

function lengthOf(pieces: Field["pieces"]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0);
}
