// The protobuf writer gives the bytes of the examples in the encoding guide of Protocol Buffers.

import { describe, expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { bytesField, encodeMessage, floatField, integerField, messageField, textField } from "./wire.ts";

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");

describe("protobuf wire format", () => {
  // protobuf.dev/programming-guides/encoding: "A Simple Message", "Strings", "Submessages".
  test("150 in field 1 is 08 96 01", () => {
    expect(hex(encodeMessage([integerField(1, 150)]))).toBe("089601");
  });
  test('"testing" in field 2 is 12 07 and its letters', () => {
    expect(hex(encodeMessage([textField(2, "testing")]))).toBe("120774657374696e67");
  });
  test("a message with 150 in field 3 is 1a 03 08 96 01", () => {
    expect(hex(encodeMessage([messageField(3, [integerField(1, 150)])]))).toBe("1a03089601");
  });
  test("-2 takes ten bytes of two's complement", () => {
    expect(hex(encodeMessage([integerField(1, -2)]))).toBe("08feffffffffffffffff01");
  });
  test("integers beyond 32 bits keep every bit", () => {
    // 2^53 - 1 is 53 ones: seven bytes of seven ones, and one of four.
    expect(hex(encodeMessage([integerField(1, Number.MAX_SAFE_INTEGER)]))).toBe("08ffffffffffffff0f");
  });
  test("a float is four little-endian bytes of IEEE 754", () => {
    expect(hex(encodeMessage([floatField(2, 1)]))).toBe("150000803f");
  });
  test("field 16 needs a key of two bytes", () => {
    expect(hex(encodeMessage([integerField(16, 0)]))).toBe("800100");
  });
  test("lengths beyond 127 take two bytes, at every depth", () => {
    const inner = bytesField(1, new Uint8Array(200).fill(7));
    const bytes = encodeMessage([messageField(2, [inner, textField(3, "µm")])]);
    // 1 + 2 + 200 bytes of field 1 and 1 + 1 + 3 of field 3 are 208 = 0xd0 0x01.
    expect(hex(bytes)).toBe(`12d001${"0ac801"}${"07".repeat(200)}${"1a03c2b56d"}`);
  });
  test.each([0.5, NaN, 2 ** 53])("%d is refused, not rounded", (value) => {
    expect(() => integerField(1, value)).toThrow(expect.toSatisfy((error) => isDoselapError(error, "Range")));
  });
});
