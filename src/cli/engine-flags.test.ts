// What is said of an option that an engine has not: a name only when it is near, and the engines that have it.

import { describe, expect, test } from "vitest";
import { isDoselapError } from "../errors.ts";
import { engineOptions } from "./engine-flags.ts";

function said(engine: string, key: string): string {
  try {
    engineOptions({ engine, fixProbe: false, set: [{ key, value: 1 }] }, undefined);
  } catch (error) {
    if (isDoselapError(error, "Usage")) return error.message;
    throw error;
  }
  throw new Error("was accepted");
}

describe("--set of an option that the engine has not", () => {
  test.each([
    ["dm", "alpha", "rpie and mpie have it."],
    ["raar+dm", "alpha", "rpie and mpie have it."],
    ["dm", "floatIntensities", "epie, rpie, mpie, lsqml and ml have it."],
    ["dm:30+ml", "dm.floatIntensities", "epie, rpie, mpie, lsqml and ml have it."],
  ])("%s, %s: names the engines that have it, and nothing else", (engine, key, hint) => {
    expect(said(engine, key)).toContain(hint);
    expect(said(engine, key)).not.toContain("Did you mean");
  });

  test.each([
    ["rpie", "memory"],
    ["rpie", "stepRule"],
    ["ml", "q"],
  ])("%s, %s: a name that is near none has no suggestion, unless an engine has it", (engine, key) => {
    expect(said(engine, key)).not.toContain("Did you mean");
    expect(said(engine, key)).toContain("`doselap engines NAME` lists them.");
  });

  test.each([
    ["rpie", "aplha", "alpha"],
    ["ml", "damp", "damping"],
    ["rpie", "positionStart", "positionStartEpoch"],
    ["ml", "prior_weight", "priorWeight"],
  ])("%s, %s: a near name is suggested", (engine, key, name) => {
    expect(said(engine, key)).toContain(`Did you mean "${name}"?`);
  });
});
