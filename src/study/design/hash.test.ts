// Every field of a design is changed once; exactly the stages of an explicit table may notice.

import { describe, expect, test } from "vitest";
import { networkArmNames } from "../../nn/arms/registry.ts";
import { armNames } from "../arms.ts";
import { checkDesign } from "./check.ts";
import { designHash, stageHash, stageInputs, type DesignStage } from "./hash.ts";
import { presets } from "./presets.ts";
import type { SimulatedDesign, StudyDesign } from "./schema.ts";

const stages: readonly DesignStage[] = [
  "plan",
  "generate",
  "views",
  "train",
  "reconstruct",
  "compare",
  "report",
];

const everything = stages;
const viewsAndTrain: readonly DesignStage[] = ["plan", "views", "train", "compare", "report"];
const trainOnly: readonly DesignStage[] = ["plan", "train", "compare", "report"];
const reconstructOnly: readonly DesignStage[] = ["plan", "reconstruct", "compare", "report"];
const compareOnly: readonly DesignStage[] = ["plan", "compare", "report"];
const gridsize: readonly DesignStage[] = ["plan", "views", "train", "reconstruct", "compare", "report"];

/** Which stages' hashes change with a field. The longest matching prefix counts; every leaf must match one. */
const dependents: { readonly [prefix: string]: readonly DesignStage[] } = {
  schemaVersion: everything,
  kind: everything,
  sizePx: everything,
  object: everything,
  probe: everything,
  probeDiameter: everything,
  doses: everything,
  fluences: everything,
  scan: everything,
  split: everything,
  subPixel: everything,
  backgroundPhotonsPerPx: everything,
  replicates: everything,
  input: everything,
  read: everything,
  prepare: everything,
  doseFractions: everything,
  "seeds.simulation": everything,
  "views.baseline.overlap": everything,
  "views.dense.overlap": everything,
  "views.sparse.overlap": everything,
  "views.full.overlap": everything,
  "views.o-70.overlap": everything,
  "views.o-50.overlap": everything,
  "views.o-30.overlap": everything,
  "views.baseline.gridsize": gridsize,
  "views.dense.gridsize": gridsize,
  "views.sparse.gridsize": gridsize,
  "views.full.gridsize": gridsize,
  "views.o-70.gridsize": gridsize,
  "views.o-50.gridsize": gridsize,
  "views.o-30.gridsize": gridsize,
  neighborCount: viewsAndTrain,
  enableOversampling: viewsAndTrain,
  "seeds.grouping": viewsAndTrain,
  "seeds.subsampling": viewsAndTrain,
  "training.groupCount": viewsAndTrain,
  "training.subsampleCount": viewsAndTrain,
  "training.epochs": trainOnly,
  "training.batchSize": trainOnly,
  "training.learningRate": trainOnly,
  "engines.epie": reconstructOnly,
  "engines.rpie": reconstructOnly,
  "engines.mpie": reconstructOnly,
  "engines.dm": reconstructOnly,
  "engines.raar": reconstructOnly,
  "engines.lsqml": reconstructOnly,
  "engines.ml": reconstructOnly,
  ...Object.fromEntries(networkArmNames.map((name) => [`methods.${name}`, trainOnly])),
  "methods.steps": reconstructOnly,
  // Gradient steps alone follow pinn's.
  "methods.pinn.steps": ["plan", "train", "reconstruct", "compare", "report"],
  "methods.pinn.damping": ["plan", "train", "reconstruct", "compare", "report"],
  // The chain is the engine that pinn-scan corrects.
  "methods.pinn-scan.engine": ["plan", "train", "reconstruct", "compare", "report"],
  "methods.pinn-scan.engineOptions": ["plan", "train", "reconstruct", "compare", "report"],
  // Here every network is trained anyway; see below for one that is not.
  "methods.hybrid": reconstructOnly,
  metrics: compareOnly,
  name: compareOnly,
  question: compareOnly,
};

const file = { kind: "file", path: "a/scan.npz", sha256: "ab".repeat(32) } as const;
/** Resolved: every arm, with every option, those at their defaults too. */
const simulated = ofKind("simulated", { ...presets.quick, arms: armNames });
const measured = ofKind("measured", {
  ...presets.measured,
  input: file,
  read: { layout: "MHW", domain: "counts", dc: "center", positionOrder: "xy" },
  prepare: {
    map: { diffraction: "/eiger", x: "/sx", y: "/sy" },
    frames: [0, 100],
    positionUnit: "um",
    scanStep: 1e-7,
    energy: 8000,
    distance: 2,
    detectorPixel: 75e-6,
    pixelSize: 2e-8,
    allowOutsideLinks: true,
    size: 64,
    bin: 2,
    centre: [100, 90],
    gain: 37.3,
    mask: file,
    dark: file,
    flat: file,
    saturation: 60_000,
    keepBadPixels: true,
    nearField: true,
    focusToSample: 1e-3,
    defocus: 1e-4,
    zonePlateDiameter: 2e-4,
    outermostZone: 5e-8,
    centralStop: 4e-5,
    probeModes: 3,
    orientation: "find",
  },
});
const withFiles: SimulatedDesign = { ...simulated, object: { ...file }, probe: { ...file } };

function ofKind<Kind extends StudyDesign["kind"]>(
  kind: Kind,
  value: unknown,
): Extract<StudyDesign, { readonly kind: Kind }> {
  const design = checkDesign(structuredClone(value));
  const isIt = (each: StudyDesign): each is Extract<StudyDesign, { readonly kind: Kind }> =>
    each.kind === kind;
  if (!isIt(design)) throw new Error(`not ${kind}`);
  return design;
}

type Leaf = readonly [path: readonly string[], value: unknown];

function leavesOf(value: unknown, path: readonly string[] = []): Leaf[] {
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(item, [...path, key]));
}

function perturbed(value: unknown): unknown {
  if (typeof value === "number") return value + 1;
  if (typeof value === "boolean") return !value;
  return value === null ? 3 : `${JSON.stringify(value)}x`;
}

/** The design with one leaf replaced, valid or not: a hash asks only what the stages read. */
function withLeaf<Design extends StudyDesign>(
  design: Design,
  path: readonly string[],
  value: unknown,
): Design {
  const copy = structuredClone(design);
  let at: { [key: string]: unknown } = copy as { [key: string]: unknown };
  for (const step of path.slice(0, -1)) at = at[step] as { [key: string]: unknown };
  at[path[path.length - 1]!] = value;
  return copy;
}

function changed(before: StudyDesign, after: StudyDesign): DesignStage[] {
  return stages.filter((stage) => stageHash(before, stage) !== stageHash(after, stage));
}

describe.each([
  ["simulated", simulated],
  ["simulated from files", withFiles],
  ["measured", measured],
])("every field of a %s design", (_name, design: StudyDesign) => {
  const leaves = leavesOf(design).filter(([[field]]) => field !== "arms");

  test.each(leaves.map(([path, value]) => [path.join("."), path, value] as const))(
    "%s changes exactly the stages that depend on it",
    (name, path, value) => {
      // Which network is trained follows from this one, so it must name one.
      const other = name === "methods.hybrid.network" ? "supervised" : perturbed(value);
      const after = withLeaf(design, path, other);
      if (name.endsWith(".path")) {
        expect(changed(design, after)).toEqual([]);
        expect(designHash(after)).toBe(designHash(design));
        return;
      }
      const prefix = Object.keys(dependents)
        .filter((field) => name === field || name.startsWith(`${field}.`))
        .sort((a, b) => b.length - a.length)[0];
      expect(prefix, `${name} stands in the table`).toBeDefined();
      expect(changed(design, after)).toEqual(dependents[prefix!]);
      expect(designHash(after)).not.toBe(designHash(design));
    },
  );
});

describe("arms", () => {
  const withArms = (...arms: string[]): StudyDesign => ({ ...simulated, arms });
  const all = withArms("pinn", "supervised", "rpie", "null");

  test("a network arm changes train, an engine arm reconstruct, order only what is reported", () => {
    expect(changed(all, withArms("pinn", "rpie", "null"))).toEqual(trainOnly);
    expect(changed(all, withArms("pinn", "supervised", "null"))).toEqual(reconstructOnly);
    expect(changed(all, withArms("null", "rpie", "supervised", "pinn"))).toEqual(compareOnly);
  });

  test("a hybrid arm has its network trained, and another network trains another", () => {
    const before = withArms("hybrid", "null");
    const network = ["methods", "hybrid", "network"];
    expect(changed(before, withLeaf(before, network, "supervised"))).toEqual([
      "plan",
      "train",
      "reconstruct",
      "compare",
      "report",
    ]);
    expect(changed(before, withLeaf(before, ["methods", "pinn-scan", "splits"], 7))).toEqual(trainOnly);
    expect(changed(before, withLeaf(before, ["methods", "pinn", "steps"], 7))).toEqual(compareOnly);
    expect(changed(before, withArms("pinn-scan", "null"))).toEqual(reconstructOnly);
  });

  test("the chain arm follows the engine of pinn-scan, and nothing else of it", () => {
    const before = withArms("chain", "null");
    const scan = (key: string, value: unknown) => withLeaf(before, ["methods", "pinn-scan", key], value);
    expect(changed(before, scan("engine", "ml:5"))).toEqual(reconstructOnly);
    expect(changed(before, scan("engineOptions", { fixProbe: true }))).toEqual(reconstructOnly);
    expect(changed(before, scan("epochs", 7))).toEqual(compareOnly);
  });

  test("options of an engine that no arm uses change no reconstruction", () => {
    const before = withArms("pinn", "null");
    expect(changed(before, withLeaf(before, ["engines", "rpie", "epochs"], 7))).toEqual(compareOnly);
    const others = withArms("rpie", "null");
    expect(changed(others, withLeaf(others, ["engines", "lsqml", "damping"], 0.5))).toEqual(compareOnly);
    expect(changed(others, withLeaf(others, ["engines", "rpie", "alpha"], 0.5))).toEqual(reconstructOnly);
  });
});

function reversed<Value>(record: { [name: string]: Value }): { [name: string]: Value } {
  return Object.fromEntries(Object.entries(record).reverse());
}

test("the order of keys, of engines and views too, is no part of a hash", () => {
  const { views, engines, ...rest } = simulated;
  const turned = { engines: reversed(engines), views: reversed(views), ...rest };
  expect(designHash(turned)).toBe(designHash(simulated));
  for (const stage of stages) expect(stageHash(turned, stage)).toBe(stageHash(simulated, stage));
});

test("a file without its sha256 has no hash, and the error says which field", () => {
  const open: SimulatedDesign = { ...simulated, probe: { kind: "file", path: "p.npy" } };
  expect(() => designHash(open)).toThrow("probe.sha256");
  expect(() => stageInputs(open, "generate")).toThrow("probe.sha256");
});

test("a stage's inputs hold those of the stages above it", () => {
  const train = JSON.stringify(stageInputs(simulated, "train"));
  expect(train).toContain('"doses":[1000,10000,100000]');
  expect(train).toContain('"neighborCount":7');
  expect(train).not.toContain("msSsim");
  expect(train).not.toContain("alpha");
});
