// The plain twin computes in float64, each tensor once, and says which input it lacks.

import { expect, test } from "vitest";
import { isDoselapError } from "../../errors.ts";
import { evaluate } from "./evaluate.ts";
import { apply, constant, filled, input, type Operation } from "./tensor.ts";
import { add } from "../ops/add.ts";

const x = input("x", [2]);

test("outputs come in the order they are asked for, in float64", () => {
  const y = add(x, constant([2], [1, 2]));
  const tiny = 2 ** -40;
  expect(evaluate([y, x], { x: [tiny, 1] })).toEqual([
    Float64Array.of(1 + tiny, 3),
    Float64Array.of(tiny, 1),
  ]);
});

test("a tensor that is used twice is computed once", () => {
  let runs = 0;
  const counted: Operation<undefined> = {
    name: "counted",
    shape: ([shape]) => shape!,
    emit: (_, { names }) => names[0]!,
    adjoint: ({ gradient }) => [gradient],
    reference([values]) {
      runs++;
      return values!.slice();
    },
  };
  const once = apply(counted, [filled([2], 3)], undefined);
  expect(evaluate([add(once, once), once], {})).toEqual([Float64Array.of(6, 6), Float64Array.of(3, 3)]);
  expect(runs).toBe(1);
});

test.each([
  { feeds: {}, says: "input x is not fed what it takes; expected 2 values of shape [2], got nothing" },
  {
    feeds: { x: [1] },
    says: "input x is not fed what it takes; expected 2 values of shape [2], got 1 values",
  },
])("an input that is fed wrongly is named: $says", ({ feeds, says }) => {
  expect(() => evaluate([x], feeds)).toThrow(says);
  expect(() => evaluate([x], feeds)).toThrow(expect.toSatisfy((error) => isDoselapError(error, "Shape")));
});
