import { expect, test } from "vitest";
import { engines } from "../engines/registry.ts";
import { armDefinition, armKind, armNames, armOf, arms } from "./arms.ts";

test("every engine arm names an engine that exists", () => {
  for (const arm of Object.values(arms)) if (arm.kind === "engine") expect(engines).toHaveProperty(arm.engine);
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
