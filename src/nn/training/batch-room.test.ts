// A batch that does not fit is a tagged error that names the option, not the language's own.

import { expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { roomFor } from "./batch-room.ts";

test("room is zeros, as many as were asked for", () => {
  expect(roomFor(6, 2)).toEqual(new Float32Array(6));
});

test("a batch of more numbers than an array may have is an error that names batchSize, its size and the way out", () => {
  // 2^53 numbers: no engine has them.
  expect(() => roomFor(2 ** 53 - 1, 2_000_000)).toThrow(
    expect.toSatisfy(
      (error) =>
        isDoselapError(error, "Compute") &&
        error.context.key === "batchSize" &&
        /out of memory.*2000000 items.*MB.*smaller batchSize/u.test(error.message),
    ),
  );
});
