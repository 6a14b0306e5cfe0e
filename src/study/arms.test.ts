// The arm registry: every engine arm has its engine, every wrong name its nearest.

import { expect, test } from "vitest";
import { engines } from "../engines/registry.ts";
import { armDefinition, armKind, armNames, armOf, arms } from "./arms.ts";

test("every engine is an arm of its own name, with the engine's title", () => {
  const engineArms = Object.entries(arms).filter(([, { kind }]) => kind === "engine");
  expect(engineArms.map(([name]) => name)).toEqual(Object.keys(engines));
  for (const [name, arm] of engineArms) {
    const { title, summary } = Object.entries(engines).find(([engine]) => engine === name)![1];
    expect(arm).toEqual({ kind: "engine", engine: name, title, summary });
  }
});

test("an arm is known by its name, and one that is not is refused with the nearest", () => {
  const seven = ["epie", "rpie", "mpie", "dm", "raar", "lsqml", "ml"];
  expect(armNames).toEqual(["pinn", "supervised", ...seven, "null"]);
  expect(armNames.map(armKind)).toEqual(["network", "network", ...seven.map(() => "engine"), "null"]);
  expect(armDefinition("rpie").title).toBe("rPIE");
  expect(() => armDefinition("pin")).toThrow(/unknown arm "pin".*Did you mean "pinn"\?/u);
});

test("names that every object has are no arms", () => {
  expect(armOf("toString")).toBeUndefined();
  expect(armKind("constructor")).toBeUndefined();
});
