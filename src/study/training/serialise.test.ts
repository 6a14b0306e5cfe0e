// What is kept of a result, and where a number that is not finite lies.

import { expect, test } from "vitest";
import { nonFinitePath, toPlainJson } from "./serialise.ts";

test("plain values stay as they are", () => {
  const value = { loss: 0.25, name: "a", ok: true, none: null, list: [1, { deep: "x" }] };
  expect(toPlainJson(value)).toEqual(value);
});

test("models, tensors and functions are dropped", () => {
  class Model {
    readonly weights = [1];
  }
  const result = {
    loss: 1,
    model: new Model(),
    weights: new Float32Array(3),
    close: () => undefined,
    list: [1, new Model()],
  };
  expect(toPlainJson(result)).toEqual({ loss: 1, list: [1] });
});

test("a long history is told by its length and its ends", () => {
  const history = Array.from({ length: 50 }, (_, i) => 50 - i);
  expect(toPlainJson({ history })).toEqual({ history: { count: 50, first: 50, last: 1 } });
});

test("a value that holds itself ends", () => {
  const value: { [key: string]: unknown } = { loss: 1 };
  value["self"] = value;
  expect(toPlainJson(value)).toEqual({ loss: 1 });
  expect(nonFinitePath(value)).toBeUndefined();
});

test.each([
  [{ metrics: { loss: Number.NaN } }, "metrics.loss"],
  [{ history: [1, Infinity] }, "history.1"],
  [{ loss: 1, nested: [{ a: null }] }, undefined],
  [undefined, undefined],
])("the first number that is not finite in %j is %s", (value, path) => {
  expect(nonFinitePath(value)).toBe(path);
});
