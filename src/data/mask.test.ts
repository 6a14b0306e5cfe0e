// Masks as users write them: any number but 0 masks, and NaN is no answer.

import { expect, test } from "vitest";
import { isDoselapError } from "../errors.ts";
import { maskOf } from "./mask.ts";

const where = { file: "mask.npy", key: "mask" };

test("every number but 0 masks its pixel, also one below 0, and infinity", () => {
  expect([...maskOf([0, 1, -0, 255, -1, 0.5, Infinity], where)]).toEqual([0, 1, 0, 1, 1, 1, 1]);
});

test.each([
  [[NaN, NaN, NaN, NaN], "NaN in 4 of 4 pixels"],
  [[0, 1, NaN, 0], "NaN in 1 of 4 pixels"],
])("NaN is refused, and called so: %j", (values, got) => {
  expect(() => maskOf(values, where)).toThrow(
    expect.toSatisfy(
      (error: unknown) =>
        isDoselapError(error, "Contract") &&
        error.message.startsWith("mask.npy") &&
        error.context.got === got &&
        !error.message.includes("inverted"),
    ),
  );
});
