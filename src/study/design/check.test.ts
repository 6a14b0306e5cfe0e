// Each rule of a design broken once, and many at a time.

import { describe, expect, test } from "vitest";
import { armNames } from "../arms.ts";
import { checkDesign } from "./check.ts";
import { mergeDesign, type Tree } from "./merge.ts";
import { presets } from "./presets.ts";

const quick: Tree = presets.quick;
const measured: Tree = presets.measured;

function messageFor(changes: Tree, base: Tree = quick): string {
  try {
    checkDesign(mergeDesign(base, changes));
  } catch (error) {
    expect(error).toMatchObject({ _tag: "Design" });
    return error instanceof Error ? error.message : "";
  }
  return "accepted";
}

test.each(Object.entries(presets))("preset %s meets every rule, under its own name", (name, preset) => {
  expect(checkDesign(preset)).toMatchObject({ ...preset, views: preset.views });
  expect(preset.name).toBe(name);
});

describe("each rule names field, rule and value", () => {
  const rules: [field: string, changes: Tree, words: RegExp, base?: Tree][] = [
    [
      "neighborCount",
      { neighborCount: 3 },
      /K must be at least C = gridsize² = 4; got 3 \[OVERSAMPLING-001\]/u,
    ],
    ["doses", { doses: [] }, /at least one number; got \[\]/u],
    ["doses.1", { doses: [1000, 0] }, /greater than 0 photons; got 0/u],
    ["doses.0", { doses: [-5] }, /greater than 0 photons; got -5/u],
    ["doses.1", { doses: [1000, 1000.2] }, /must differ from doses\.0.*got 1000\.2/u],
    ["doses", { doses: null }, /exactly one of doses.*fluences.*got \{"doses":null,"fluences":null\}/u],
    ["doses", { fluences: [1] }, /exactly one of doses/u],
    ["fluences.0", { doses: null, fluences: [0] }, /greater than 0 photons; got 0/u],
    ["views.dense.overlap", { views: { dense: { overlap: 1 } } }, /must lie in \[0, 1\); got 1/u],
    ["views.dense.overlap", { views: { dense: { overlap: -0.1 } } }, /must lie in \[0, 1\); got -0\.1/u],
    [
      "views.baseline.gridsize",
      { views: { baseline: { gridsize: 2 } } },
      /baseline view has gridsize 1; got 2 \[OVERSAMPLING-001\]/u,
    ],
    [
      "views.dense.gridsize",
      { views: { dense: { gridsize: 1 } } },
      /overlap view has gridsize 2.*got 1 \[OVERSAMPLING-001\]/u,
    ],
    ["views", { views: { baseline: null, dense: null, sparse: null } }, /at least one view/u],
    ["sizePx", { sizePx: 100 }, /N must be a multiple of 8 up to 1024.*; got 100/u],
    ["sizePx", { sizePx: 56 }, /N must be a multiple of 8 .*factors above 5.*; got 56/u],
    [
      "sizePx",
      { sizePx: 2048, object: { heightPx: 8192, widthPx: 8192 } },
      /N must be a multiple of 8 up to 1024.*; got 2048/u,
    ],
    [
      "sizePx",
      { sizePx: 96, arms: ["pinn", "pinn-reference", null] },
      /pinn-reference needs N = 64, 128, 256; got 96\. Leave that arm out/u,
    ],
    [
      "subPixel",
      { subPixel: "fourier", arms: ["lsqml", "pinn", "steps", "hybrid", null] },
      /networks of pinn, hybrid sample bilinearly between pixels; got "fourier"\. Take bilinear, or leave these arms out/u,
    ],
    [
      "object.heightPx",
      { object: { heightPx: 128 } },
      /greater than N = 64 plus the guard band of 64 px; got 128/u,
    ],
    ["object.widthPx", { object: { widthPx: 64 } }, /greater than N = 64; got 64/u],
    ["object.heightPx", { split: { guardPx: 300 } }, /guard band of 300 px; got 320/u],
    ["probe.defocusRadiusPx", { probe: { defocusRadiusPx: 32 } }, /below N\/2 = 32.*got 32/u],
    [
      "probe.fwhmPx",
      { probe: { kind: "gaussian", fwhmPx: 33, curvatureRad: 0 } },
      /at most N\/2 = 32; got 33/u,
    ],
    ["doseFractions.1", { doseFractions: [1, 0] }, /must lie in \(0, 1\]; got 0/u, measured],
    ["doseFractions.0", { doseFractions: [1.5] }, /must lie in \(0, 1\]; got 1\.5/u, measured],
    ["doseFractions.2", { doseFractions: [1, 0.5, 0.5] }, /must differ from doseFractions\.1/u, measured],
    [
      "arms.0",
      { arms: ["rpei", "null"] },
      new RegExp(`one of ${armNames.join(", ")}; got "rpei"\\. Did you mean "rpie"\\?`, "u"),
    ],
    ["arms.1", { arms: ["rpie", "rpie"] }, /not be named twice; got "rpie"/u],
    ["arms", { arms: ["pinn", "null"] }, /measured study needs an engine arm/u, measured],
    ["engines.rpi", { engines: { rpi: {} } }, /no such engine.*Did you mean "rpie"\?/u],
    ["engines.rpie.aplha", { engines: { rpie: { aplha: 1 } } }, /no such key\. Did you mean "alpha"\?/u],
    ["engines.rpie.alpha", { engines: { rpie: { alpha: 2 } } }, /got 2/u],
    ["methods.rpie", { methods: { rpie: {} } }, /has no options here; known: pinn.*below engines\.rpie\./u],
    ["methods.chain", { methods: { chain: {} } }, /has no options here.*follows engine.*methods\.pinn-scan/u],
    ["methods.pin", { methods: { pin: {} } }, /has no options here.*Did you mean "pinn"\?/u],
    ["methods.pinn.widht", { methods: { pinn: { widht: [8] } } }, /no such key\. Did you mean "widths"\?/u],
    ["methods.pinn.widths", { methods: { pinn: { widths: [] } } }, /got \[\]/u],
    ["methods.pinn.tilePx", { methods: { pinn: { tilePx: 96 } } }, /no such key/u],
    ...["pinn-scan", "supervised-scan"].flatMap((arm): typeof rules => [
      [
        `methods.${arm}.tilePx`,
        { methods: { [arm]: { widths: [4, 8], tilePx: 63 } } },
        /a multiple of 4: each of the 2 levels of widths halves.*; got 63\. Take 60 or 64, or other widths\./u,
      ],
      // No side below is one: tiles have 16 px at least, and 512 at most.
      [
        `methods.${arm}.tilePx`,
        { methods: { [arm]: { widths: [4, 4, 4, 4, 4], tilePx: 18 } } },
        /a multiple of 32: .*; got 18\. Take 32, or/u,
      ],
      [`methods.${arm}.tilePx`, { methods: { [arm]: { tilePx: 513 } } }, /<=512; got 513/u],
    ]),
    ...["pinn", "supervised", "pinn-reference"].map((arm): (typeof rules)[number] => [
      "training.groupCount",
      { arms: [arm, "rpie"], training: { groupCount: 1 } },
      new RegExp(`${arm} needs at least 2 groups: some train, others choose.*; got 1\\. Raise it`, "u"),
    ]),
    [
      "training.groupCount",
      { arms: ["hybrid"], methods: { hybrid: { network: "pinn" } }, training: { groupCount: 1 } },
      /pinn needs at least 2 groups/u,
    ],
    ["methods.steps.steps", { methods: { steps: { steps: 0 } } }, /got 0/u],
    [
      "methods.hybrid.network",
      { methods: { hybrid: { network: "pin" } } },
      /one of "pinn".*Did you mean "pinn"\?/u,
    ],
    ["methods.hybrid.engine", { methods: { hybrid: { engine: "mll" } } }, /unknown engine "mll".*got "mll"/u],
    [
      "methods.pinn-scan.engineOptions",
      { methods: { "pinn-scan": { engine: "ml", engineOptions: { aplha: 1 } } } },
      /engine ml does not take the option aplha/u,
    ],
    ["neighbourCount", { neighbourCount: 7 }, /no such key\. Did you mean "neighborCount"\?/u],
    [
      "probe.defocusRadiusPX",
      { probe: { defocusRadiusPX: 3 } },
      /no such key\. Did you mean "defocusRadiusPx"\?/u,
    ],
    ["views.dense.overlp", { views: { dense: { overlp: 0.5 } } }, /no such key\. Did you mean "overlap"\?/u],
    [
      "scan.kind",
      { scan: { kind: "rasterr", jitterFraction: 0 } },
      /one of "raster".*got "rasterr"\. Did you mean "raster"\?/u,
    ],
    [
      "probe.kind",
      { probe: { kind: "gausian" } },
      /one of .*"gaussian".*got "gausian"\. Did you mean "gaussian"\?/u,
    ],
    ["kind", { kind: "simulate" }, /one of "simulated", "measured"; got "simulate"/u],
    ["split.guardPx", { split: { guardPx: "wide" } }, /got "wide"/u],
    ["views.Dense", { views: { Dense: { gridsize: 2, overlap: 0.5 } } }, /lower case letters/u],
    ["training.epochs", { training: { epochs: 0 } }, /got 0/u],
    ["doses", { doses: "1e3" }, /expected array.*got "1e3"/u],
    ["schemaVersion", { schemaVersion: 2 }, /must be 1; got 2/u],
  ];

  test.each(rules)("%s: %j", (field, changes, words, base = quick) => {
    const message = messageFor(changes, base);
    expect(message).toContain(`${field}: `);
    expect(message).toMatch(words);
  });
});

test("everything that is wrong is said at once, fields of a wrong type included", () => {
  const message = messageFor({
    neighborCount: 2,
    doses: [0],
    sizePx: 63,
    replicates: "many",
    colour: "blue",
    views: { dense: { overlap: 1.2 } },
    arms: ["pin"],
  });
  expect(message).toMatch(/^7 rules are not met:/u);
  for (const field of [
    "neighborCount",
    "doses.0",
    "sizePx",
    "replicates",
    "colour",
    "views.dense.overlap",
    "arms.0",
  ]) {
    expect(message).toContain(`\n  ${field}: `);
  }
  expect(message).toContain("OVERSAMPLING-001");
});

test.each([null, 3, "quick", [], {}])("%j is no design", (value) => {
  expect(() => checkDesign(value)).toThrow(expect.objectContaining({ _tag: "Design" }));
});

test("a missing field is named as missing", () => {
  const { doses: _, ...rest } = presets.quick;
  expect(() => checkDesign(rest)).toThrow(/doses: is missing/u);
});

test("engine options are resolved: whatever was left to a default is written out", () => {
  const { engines } = checkDesign({ ...quick, engines: { rpie: { epochs: 3 } } });
  expect(engines["rpie"]).toMatchObject({
    epochs: 3,
    alpha: expect.any(Number),
    fixProbe: expect.any(Boolean),
  });
  expect(checkDesign({ ...quick, engines: {} }).engines["rpie"]).toHaveProperty("epochs");
});

test("options of networks are resolved too, for the arms and for the network that a hybrid arm starts from", () => {
  const { methods } = checkDesign({ ...quick, arms: ["hybrid", "rpie"], methods: {} });
  expect(Object.keys(methods)).toEqual(["pinn-scan", "hybrid"]);
  expect(methods["hybrid"]).toMatchObject({ network: "pinn-scan", engine: expect.any(String) });
  expect(methods["pinn-scan"]).toMatchObject({ tilePx: expect.any(Number), epochs: null });
  const named = checkDesign({ ...quick, arms: ["rpie"], methods: { pinn: { stages: 2 } } });
  expect(Object.keys(named.methods)).toEqual(["pinn"]);
  expect(named.methods["pinn"]).toMatchObject({ stages: 2, widths: expect.any(Array) });
  expect(checkDesign({ ...quick, arms: ["rpie"], methods: {} }).methods).toEqual({});
});

test("engines stand in the registry's order, those of the arms and those that are named, and no others", () => {
  const changes = { arms: ["ml", "null", "epie"], engines: { raar: { epochs: 3 } } };
  const design = checkDesign({ ...quick, ...changes });
  expect(Object.keys(design.engines)).toEqual(["epie", "raar", "ml"]);
  for (const options of Object.values(design.engines)) expect(options).toHaveProperty("likelihood");
});

test("views stand by gridsize, then falling overlap, then name, however they were written", () => {
  const views = {
    z: { gridsize: 2, overlap: 0.5 },
    sparse: { gridsize: 2, overlap: 0.2 },
    a: { gridsize: 2, overlap: 0.5 },
    baseline: { gridsize: 1, overlap: 0.1 },
  };
  expect(Object.keys(checkDesign({ ...quick, views }).views)).toEqual(["baseline", "a", "z", "sparse"]);
  expect(Object.keys(checkDesign(measured).views)).toEqual(["full", "o-70", "o-50", "o-30"]);
});

test("Fourier shifts are for every arm that is no network and starts from none", () => {
  const arms = ["rpie", "chain", "steps", "mean-pattern", "null"];
  expect(checkDesign({ ...quick, subPixel: "fourier", arms })).toMatchObject({ subPixel: "fourier" });
});

test("a single group is a study where none of its networks chooses the epoch by groups", () => {
  const training = { groupCount: 1 };
  for (const arms of [["rpie"], ["supervised-scan", "rpie"], ["hybrid", "rpie"]])
    expect(checkDesign(mergeDesign(quick, { arms, training }))).toMatchObject({ training });
  // Nothing teaches supervised there: it is skipped.
  const arms = ["supervised", "rpie"];
  expect(checkDesign(mergeDesign(measured, { arms, training }))).toMatchObject({ training });
});

test.each([40, 96, 160, 320])("frames of %i px are a study, as the kernels transform them", (sizePx) => {
  const object = { heightPx: 4 * sizePx, widthPx: 3 * sizePx };
  expect(checkDesign(mergeDesign(quick, { sizePx, object }))).toMatchObject({ sizePx });
});
