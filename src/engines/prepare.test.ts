// Options reach the links of a chain that they are meant for, and none is lost in silence.

import { expect, test } from "vitest";
import { isDoselapError } from "../errors.ts";
import { optionNames, prepareEngine } from "./prepare.ts";

const priors = (spec: string, given: { [key: string]: unknown }): unknown[] =>
  prepareEngine(spec, given).links.map(({ options: { prior } }) => prior);

test("an option goes to every link that knows it", () => {
  expect(priors("ml:4+rpie:3", { prior: "l2" })).toEqual(["l2", "l2"]);
});

test("an option with an engine's name goes to its links alone, and wins", () => {
  expect(priors("ml:4+rpie:3", { "rpie.prior": "tv" })).toEqual(["smoothness", "tv"]);
  expect(priors("ml:4+rpie:3+ml:2", { prior: "none", "ml.prior": "tv" })).toEqual(["tv", "none", "tv"]);
});

test.each([
  ["an engine that the chain has not", "ml:4+rpie:3", { "epie.prior": "tv" }],
  ["an option that this engine has not", "ml:4+rpie:3", { "ml.alpha": 0.5 }],
  ["a single engine's own name", "rpie", { "rpie.prior": "tv" }],
  ["epochs that the chain states already", "ml:4+rpie", { "ml.epochs": 5 }],
])("an option for %s is an error", (_, spec, given) => {
  expect(() => prepareEngine(spec, given)).toThrow(
    expect.toSatisfy((error: unknown) => isDoselapError(error, "Design")),
  );
});

test("epochs may be named for the link that states none", () => {
  expect(prepareEngine("ml:4+rpie", { "rpie.epochs": 5 }).epochs).toBe(9);
});

test("the names of a chain's options are those of its engines, plain and with the engine", () => {
  expect(optionNames("rpie")).toContain("alpha");
  expect(optionNames("rpie").some((name) => name.includes("."))).toBe(false);
  expect(optionNames("ml:4+rpie:3")).toEqual(expect.arrayContaining(["alpha", "rpie.alpha", "ml.prior"]));
  expect(optionNames("ml:4+rpie:3")).not.toContain("ml.alpha");
});
