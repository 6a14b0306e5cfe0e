// The arm registry: every engine arm has its engine, every wrong name its nearest.

import { expect, test } from "vitest";
import { engines } from "../engines/registry.ts";
import { armDefinition, armKind, armNames, armOf, arms } from "./arms.ts";

test("every engine arm names an engine that exists", () => {
  const named = Object.values(arms).flatMap((arm) => (arm.kind === "engine" ? [arm.engine] : []));
  expect(Object.keys(engines)).toEqual(expect.arrayContaining(named));
});

test("an arm is known by its name, and one that is not is refused with the nearest", () => {
  expect(armNames).toEqual(["pinn", "supervised", "rpie", "null"]);
  expect(armNames.map(armKind)).toEqual(["network", "network", "engine", "null"]);
  expect(armDefinition("rpie").title).toBe("rPIE");
  expect(() => armDefinition("pin")).toThrow(/unknown arm "pin".*Did you mean "pinn"\?/u);
});

test("names that every object has are no arms", () => {
  expect(armOf("toString")).toBeUndefined();
  expect(armKind("constructor")).toBeUndefined();
});
