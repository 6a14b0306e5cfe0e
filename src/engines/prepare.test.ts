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

test("an option of a wrong value is not said to be none: value and rule are", () => {
  const fault = faultOf("rpie", { probeSupportPx: 0 });
  expect(fault).toMatch(
    /^engines\.rpie\.probeSupportPx: engine rpie takes this option, but not this value: Too small/u,
  );
  expect(fault).toContain("got 0");
  expect(fault).not.toContain("these options");
});

test("several wrong values are listed, each by its option", () => {
  const fault = faultOf("ml:4+rpie:3", { "rpie.alpha": 2, "rpie.prior": "tw" });
  expect(fault).toMatch(/engine rpie takes these options, but not these values: prior: .*; alpha: /u);
  expect(fault).toContain('got prior "tw", alpha 2');
});

test("an option of other engines is said to be theirs", () => {
  expect(faultOf("dm", { alpha: 0.5 })).toContain("does not take the option alpha");
  expect(faultOf("dm", { alpha: 0.5 })).toContain("rpie and mpie have it.");
  expect(faultOf("ml:4+rpie:3", { "ml.alpha": 0.5 })).toContain("rpie and mpie have it.");
  expect(faultOf("dm", { alfa: 0.5 })).not.toContain("have it");
});

function faultOf(spec: string, given: { [key: string]: unknown }): string {
  try {
    prepareEngine(spec, given);
  } catch (error) {
    if (isDoselapError(error, "Design")) return error.message;
    throw error;
  }
  throw new Error("was accepted");
}
