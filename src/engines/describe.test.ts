// What help and docs say of engines is what their schemas do: every option has its sentence, range and default.

import { describe, expect, test } from "vitest";
import { capabilityColumns, constraintColumns, optionRows, optionSchema } from "./describe.ts";
import { prepareEngine } from "./prepare.ts";
import { engineNames, engines, isEngineName } from "./registry.ts";

const names = engineNames.filter(isEngineName);

describe.each(names)("options of %s", (name) => {
  const rows = optionRows(engines[name]);

  test("each has one sentence, a type and the default that parsing fills in", () => {
    const filled: { readonly [key: string]: unknown } = prepareEngine(name, {}).options;
    expect(rows.map((row) => row.name)).toEqual(Object.keys(filled));
    for (const row of rows) {
      expect(row.description, row.name).toMatch(/^\S.{10,140}\.$/u);
      expect(row.values, row.name).not.toBe("undefined");
      expect(row.default, row.name).toEqual(filled[row.name]);
    }
  });

  test("a number outside the range that is told is refused, one on its closed end is taken", () => {
    for (const { name: key, values } of rows) {
      const [, open, low, high, close] = /in ([[(])([\d.]+), ([\d.]+)([\])])/u.exec(values) ?? [];
      if (low === undefined || high === undefined) continue;
      const takes = (value: number) => engines[name].options.safeParse({ [key]: value }).success;
      expect(takes(Number(low) - 1), `${key} below ${low}`).toBe(false);
      expect(takes(Number(high) + 1), `${key} above ${high}`).toBe(false);
      expect(takes(Number(low)), `${key} at ${low}`).toBe(open === "[");
      expect(takes(Number(high)), `${key} at ${high}`).toBe(close === "]");
    }
  });

  test("the JSON schema refuses what is not listed, and needs nothing", () => {
    expect(optionSchema(engines[name])).toMatchObject({ type: "object", additionalProperties: false });
    expect(optionSchema(engines[name])).not.toHaveProperty("required");
  });
});

test("ranges are told as mathematics writes them", () => {
  const told = (name: (typeof names)[number]) =>
    Object.fromEntries(optionRows(engines[name]).map(({ name: key, values }) => [key, values]));
  expect(told("rpie")).toMatchObject({
    epochs: "integer in [1, 100000]",
    fixProbe: "true | false",
    probeStopEpoch: "integer ≥ 0 or null",
    probeSupportPx: "number > 0 or null",
    likelihood: "amplitude | poisson",
    priorWeight: 'number ≥ 0 or "auto" or "noise"',
    alpha: "number in (0, 1]",
  });
  expect(told("mpie")["friction"]).toBe("number in [0, 1)");
  expect(told("mpie")["visits"]).toBe("integer ≥ 1");
});

test("the capability table has a cell for every capability of every engine", () => {
  for (const name of names) {
    const { capabilities } = engines[name];
    expect(capabilityColumns).toHaveLength(Object.keys(capabilities).length);
    for (const [, cell] of capabilityColumns) expect(cell(capabilities)).not.toBe("");
  }
});

test("the table of constraints says yes where the engine takes the option, and every column is true of some engine", () => {
  const cells = (title: string) =>
    names.map((name) => constraintColumns.find(([found]) => found === title)![1](engines[name]));
  for (const [title] of constraintColumns) expect(cells(title)).toContain("yes");
  const centred = names.map((name) =>
    "centerProbe" in optionSchema(engines[name]).properties! ? "yes" : "no",
  );
  expect(cells("probe centred")).toEqual(centred);
  expect(centred).toContain("no");
});

test("an engine takes the options of what it can do, and no others", () => {
  for (const name of names) {
    const { capabilities } = engines[name];
    const keys = optionRows(engines[name]).map((row) => row.name);
    expect(keys.includes("positionStartEpoch"), name).toBe(capabilities.positionCorrection);
    expect(keys.includes("floatIntensities"), name).toBe(capabilities.floatIntensities);
    expect(keys.includes("prior"), name).toBe(capabilities.priors);
    expect(keys.includes("fixProbe"), name).toBe(capabilities.probeUpdate);
    expect(keys.includes("batchSize"), name).toBe(
      capabilities.parallel === "with a batch" || name === "lsqml",
    );
  }
});
