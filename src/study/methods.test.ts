// Options of the arms that are no engines: one strict schema per arm, whose defaults are written out.

import { expect, test } from "vitest";
import { prepareEngine } from "../engines/prepare.ts";
import { networkArms } from "../nn/arms/registry.ts";
import { armNames } from "./arms.ts";
import { chainOptions, hybridOptions, isMethodName, methodNames, methods, stepsOptions } from "./methods.ts";

test("every network has options, and so have the gradient steps and the hybrid; engines have theirs elsewhere", () => {
  expect(methodNames).toEqual([...Object.keys(networkArms), "steps", "hybrid"]);
  expect(armNames).toEqual(expect.arrayContaining(methodNames));
  expect(["rpie", "null", "mean-pattern", "toString"].filter(isMethodName)).toEqual([]);
});

test.each(methodNames.filter(isMethodName))(
  "%s has a default for every option, and takes no other",
  (name) => {
    const schema = methods[name];
    const defaults = schema.parse({});
    expect(Object.values(defaults)).not.toContain(undefined);
    expect(schema.parse(defaults)).toEqual(defaults);
    expect(schema.safeParse({ ...defaults, nosuch: 1 }).success).toBe(false);
  },
);

test("a hybrid arm starts from a network of the registry", () => {
  for (const network of Object.keys(networkArms)) expect(hybridOptions({ network }).network).toBe(network);
  expect(() => hybridOptions({ network: "rpie" })).toThrow(/Invalid option/u);
});

test("an engine inside of a method takes the options that it is given by default", () => {
  const inner = [hybridOptions({}), methods["pinn-scan"].parse({})];
  for (const options of inner) {
    const { engine, engineOptions } = options as { engine: string; engineOptions: Record<string, unknown> };
    expect(prepareEngine(engine, engineOptions).epochs).toBeGreaterThan(0);
  }
});

test("another engine inside of a method is not given the options that are best for the default one", () => {
  for (const engine of ["rpie", "epie:5", "ml:2+rpie:2", "dm:3+ml:3"])
    for (const parsed of [hybridOptions({ engine }), methods["pinn-scan"].parse({ engine })]) {
      const { engineOptions } = parsed as { engineOptions: Record<string, unknown> };
      expect(engineOptions).toEqual({ fixProbe: true });
      expect(prepareEngine(engine, engineOptions).epochs).toBeGreaterThan(0);
    }
  // Options of a link hold wherever the link is.
  const { engineOptions } = chainOptions({ "pinn-scan": { engine: "epie:9+lsqml:40" } });
  expect(engineOptions).toEqual(chainOptions({}).engineOptions);
  expect(chainOptions({ "pinn-scan": { engine: "rpie" } }).engineOptions).toEqual({ fixProbe: true });
  // Named, the default engine is still the default engine; options that are given are all that is given.
  expect(hybridOptions({ engine: "lsqml" })).toEqual(hybridOptions({}));
  expect(hybridOptions({ engine: "rpie", engineOptions: {} }).engineOptions).toEqual({});
});

test("the chain is what the study's pinn-scan corrects, and has no options of its own", () => {
  expect(methods["pinn-scan"].parse({})).toMatchObject(chainOptions({}));
  expect(Object.keys(chainOptions({}))).toEqual(["engine", "engineOptions"]);
  const asked = { engine: "dm:3+ml:4", engineOptions: { fixProbe: true } };
  expect(chainOptions({ "pinn-scan": { ...asked, epochs: 9 }, pinn: {} })).toEqual(asked);
  expect(isMethodName("chain")).toBe(false);
});

test("gradient steps are a whole number, their damping a share", () => {
  expect(stepsOptions({ steps: { steps: 3, damping: 0.2 } }, 1e3)).toEqual({ steps: 3, damping: 0.2 });
  // More than three steps at 1e3 photons per frame fit noise; pinn's damping falls at 3e4.
  expect(stepsOptions({}, 1e3)).toEqual({ steps: 3, damping: 1 });
  expect(stepsOptions({}, 1e5)).toEqual({ steps: 8, damping: 0.3 });
  const pinn = { steps: 5, damping: 0.7, widths: [4] };
  expect(stepsOptions({ pinn }, 1e4)).toEqual({ steps: 5, damping: 0.7 });
  expect(stepsOptions({ pinn, steps: { damping: 1 } }, 1e4)).toEqual({ steps: 5, damping: 1 });
  // Without a step nothing would be left of this arm but a flat object, which another has.
  expect(stepsOptions({ pinn: { ...pinn, steps: 0 } }, 1e4)).toEqual({ steps: 1, damping: 0.7 });
  for (const wrong of [{ steps: 0 }, { steps: 1.5 }, { damping: 1.1 }, { damping: -0.1 }])
    expect(() => stepsOptions({ steps: wrong }, 1e4)).toThrow(/invalid|too_/iu);
});
