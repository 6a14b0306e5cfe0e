// The arm registry: every engine and every network is an arm of its own name, every wrong name has its nearest.

import { expect, test } from "vitest";
import { engines } from "../engines/registry.ts";
import { networkArms } from "../nn/arms/registry.ts";
import { armDefinition, armKind, armNames, armOf, arms } from "./arms.ts";

test("every engine is an arm of its own name, with the engine's title", () => {
  const engineArms = Object.entries(arms).filter(([, { kind }]) => kind === "engine");
  expect(engineArms.map(([name]) => name)).toEqual(Object.keys(engines));
  for (const [name, arm] of engineArms) {
    const { title, summary } = Object.entries(engines).find(([engine]) => engine === name)![1];
    expect(arm).toEqual({ kind: "engine", engine: name, title, summary });
  }
});

test("every network is an arm of its own name, with the network's title", () => {
  const found = Object.entries(arms).filter(([, { kind }]) => kind === "network");
  expect(found.map(([name]) => name)).toEqual(Object.keys(networkArms));
  for (const [name, arm] of found) {
    const { title, summary } = Object.entries(networkArms).find(([network]) => network === name)![1];
    expect(arm).toEqual({ kind: "network", network: name, title, summary });
  }
});

test("an arm is known by its name, and one that is not is refused with the nearest", () => {
  const some = [
    "pinn",
    "pinn-scan",
    "supervised",
    "rpie",
    "chain",
    "hybrid",
    "steps",
    "mean-pattern",
    "null",
  ];
  const others = ["chain", "hybrid", "baseline", "baseline", "null"];
  expect(some.map(armKind)).toEqual(["network", "network", "network", "engine", ...others]);
  expect(armNames.at(-1)).toBe("null");
  expect(armDefinition("rpie").title).toBe("rPIE");
  expect(() => armDefinition("pin")).toThrow(/unknown arm "pin".*Did you mean "pinn"\?/u);
});

test("names that every object has are no arms", () => {
  expect(armOf("toString")).toBeUndefined();
  expect(armKind("constructor")).toBeUndefined();
});
