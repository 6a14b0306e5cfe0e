// Designs from presets and files: merging, places of faults, content hashes, freezing.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sha256Hex } from "./canonical.ts";
import { designHash } from "./hash.ts";
import { loadDesign, sourceFile } from "./load.ts";
import { presetNames, presets } from "./presets.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "doselap-load-"));
  await mkdir(join(cwd, "studies"));
  await writeFile(join(cwd, "studies", "probe.npy"), "probe bytes");
  await writeFile(join(cwd, "scan.npz"), "scan bytes");
});
afterAll(() => rm(cwd, { recursive: true }));

async function study(name: string, text: string): Promise<string> {
  await writeFile(join(cwd, name), text);
  return name;
}

describe("a run folder's study.json", () => {
  test("is a study file: the same design, with the same hash", async () => {
    const design = await loadDesign("quick", { cwd });
    const kept = { schemaVersion: 1, doselapVersion: "0.1.0", designHash: designHash(design), design };
    const again = await loadDesign(await study("study.json", JSON.stringify(kept, null, 2)), { cwd });
    expect(again).toEqual(design);
    expect(designHash(again)).toBe(kept.designHash);
  });

  test("a fault in it is placed like that of any study file", async () => {
    const design = { ...(await loadDesign("quick", { cwd })), doses: [-5] };
    const file = await study("bad.json", JSON.stringify({ designHash: "x", design }, null, 2));
    await expect(loadDesign(file, { cwd })).rejects.toThrow(/bad\.json:\d+:\d+.*doses/su);
  });
});

describe("presets", () => {
  test.each(presetNames)("%s loads by name, frozen to its leaves", async (name) => {
    const design = await loadDesign(name, { cwd });
    expect(design.name).toBe(name);
    expect(Object.isFrozen(design) && Object.isFrozen(design.views) && Object.isFrozen(design.seeds)).toBe(
      true,
    );
    expect(() => Object.assign(design.seeds, { grouping: 1 })).toThrow(TypeError);
    expect(Object.isFrozen(presets.quick.seeds)).toBe(false);
  });

  test("fly64 is the reference study", async () => {
    expect(await loadDesign("fly64", { cwd })).toMatchObject({
      doses: [1e3, 1e4, 1e5],
      views: {
        baseline: { gridsize: 1, overlap: 0.7 },
        dense: { gridsize: 2, overlap: 0.7 },
        sparse: { gridsize: 2, overlap: 0.2 },
      },
      neighborCount: 7,
      sizePx: 64,
      split: { axis: "y", fraction: 0.5, guardPx: "auto" },
      seeds: { simulation: 42, grouping: 123, subsampling: 456 },
      replicates: 3,
      metrics: { msSsimSigmaPx: 1 },
    });
  });

  test("an unknown one is a usage error with the nearest name", async () => {
    await expect(loadDesign("quik", { cwd })).rejects.toMatchObject({
      _tag: "Usage",
      message: expect.stringMatching(/unknown preset "quik".*Did you mean "quick"\?/u),
    });
  });

  test("input names the scan of a measured study, and only of one", async () => {
    const design = await loadDesign("measured", { cwd, input: "scan.npz" });
    expect(design).toMatchObject({ input: { kind: "file", sha256: sha256Hex("scan bytes") } });
    await expect(loadDesign("quick", { cwd, input: "scan.npz" })).rejects.toMatchObject({ _tag: "Usage" });
    await expect(loadDesign("measured", { cwd, input: "no.npz" })).rejects.toMatchObject({ _tag: "File" });
  });

  test("overrides are merged last and checked with the rest", async () => {
    expect(await loadDesign("quick", { cwd, overrides: { doses: [7] } })).toMatchObject({ doses: [7] });
    await expect(loadDesign("quick", { cwd, overrides: { dosses: [7] } })).rejects.toThrow(
      'Did you mean "doses"?',
    );
  });
});

describe("study files", () => {
  test("lay changes over a preset, key by key, and take the file's name", async () => {
    const file = await study(
      "faint.yaml",
      "preset: quick\ndoses: [1e2, 500]\nviews:\n  sparse: { overlap: 0.3 }\n  dense: null\nengines:\n  rpie: { epochs: 3 }\n",
    );
    const design = await loadDesign(file, { cwd });
    const base = await loadDesign("quick", { cwd });
    expect(design).toEqual({
      ...base,
      name: "faint",
      doses: [100, 500],
      views: { baseline: { gridsize: 1, overlap: 0.7 }, sparse: { gridsize: 2, overlap: 0.3 } },
      engines: { ...base.engines, rpie: { ...base.engines["rpie"], epochs: 3 } },
    });
  });

  test("a mapping of another kind replaces the preset's", async () => {
    const file = await study(
      "round.yaml",
      "preset: quick\nprobe: { kind: gaussian, fwhmPx: 20, curvatureRad: 1 }\n",
    );
    expect((await loadDesign(file, { cwd })) as object).toMatchObject({
      probe: { kind: "gaussian", fwhmPx: 20, curvatureRad: 1 },
    });
  });

  test("a whole design without a preset is the preset it spells out", async () => {
    const file = await study("whole.yaml", JSON.stringify(presets["iso-dose"]));
    expect(designHash(await loadDesign(file, { cwd }))).toBe(
      designHash(await loadDesign("iso-dose", { cwd })),
    );
  });

  test("without a preset every field has to be there", async () => {
    const file = await study("bare.yaml", "kind: simulated\nname: bare\n");
    await expect(loadDesign(file, { cwd })).rejects.toThrow(/sizePx: is missing[\s\S]*doses: is missing/u);
  });

  test("faults carry line and column", async () => {
    const file = await study("wrong.yaml", "preset: quick\nviews:\n  sparse:\n    overlap: 1.2\n");
    await expect(loadDesign(file, { cwd })).rejects.toThrow(
      "wrong.yaml:4:5 : views.sparse.overlap: must lie in [0, 1)",
    );
    const two = await study("two.yaml", "preset: quick\nneighborCount: 3\ndoses: [1, 0]\n");
    await expect(loadDesign(two, { cwd })).rejects.toThrow(
      /two\.yaml: 2 rules.*\n {2}3:12 doses\.1: .*\n {2}2:1 neighborCount: /u,
    );
    const typo = await study("typo.yaml", "preset: quick\nsplit:\n  guardpx: 3\n");
    await expect(loadDesign(typo, { cwd })).rejects.toThrow(
      /typo\.yaml:3:3 : split\.guardpx: no such key\. Did you mean "guardPx"/u,
    );
    const tile = await study("tile.yaml", "preset: quick\nmethods:\n  pinn-scan:\n    tilePx: 84\n");
    await expect(loadDesign(tile, { cwd })).rejects.toThrow(
      /tile\.yaml:4:5 : methods\.pinn-scan\.tilePx: must be a multiple of 8.*got 84\. Take 80 or 88/u,
    );
  });

  test.each([
    ["a list for a name", "preset: quick\n? [a]\n: 1\n", /a-list-for-a-name\.yaml:2:3: .*no plain word/u],
    [
      "a hundred thousand brackets",
      "[".repeat(131_073),
      /too long for a study file; expected at most 131072/u,
    ],
    ["broken brackets", "preset: quick\ndoses: [1, 2\n", /broken-brackets\.yaml:\d+:\d+: not valid YAML/u],
    [
      "duplicate keys",
      "preset: quick\ndoses: [1]\ndoses: [2]\n",
      /duplicate-keys\.yaml:3:1: not valid YAML/u,
    ],
    ["a list", "- quick\n", /mapping of field names.*got a list/u],
    ["an empty file", "", /mapping of field names.*got an empty file/u],
    [
      "an unknown preset",
      "doses: [1]\npreset: fly46\n",
      /an-unknown-preset\.yaml:2:1.*preset.*Did you mean "fly64"\?/u,
    ],
    ["infinity", "preset: quick\ndoses: [.inf]\n", /doses\.0/u],
    ["not a number", "preset: quick\ndoses: [.nan]\n", /doses\.0/u],
  ])("%s is refused", async (name, text, words) => {
    const file = await study(`${name.replaceAll(" ", "-")}.yaml`, text);
    await expect(loadDesign(file, { cwd })).rejects.toMatchObject({
      _tag: "Design",
      message: expect.stringMatching(words),
    });
  });

  test("one that is not there is a file error", async () => {
    await expect(loadDesign("studies/none.yaml", { cwd })).rejects.toMatchObject({ _tag: "File" });
  });

  test("paths start from the file's folder, and the file's content stands in the hash", async () => {
    const probe = (extra = ""): string =>
      `preset: quick\nname: same\nprobe: { kind: file, path: probe.npy${extra} }\n`;
    const design = await loadDesign(await study("studies/a.yaml", probe()), { cwd });
    if (design.kind !== "simulated" || design.probe.kind !== "file") throw new Error("not from a file");
    expect(design.probe.sha256).toBe(sha256Hex("probe bytes"));
    expect(sourceFile(design.probe)).toBe(resolve(cwd, "studies/probe.npy"));

    await writeFile(join(cwd, "studies", "copy.npy"), "probe bytes");
    const moved = await loadDesign(await study("studies/b.yaml", probe().replace("probe.npy", "copy.npy")), {
      cwd,
    });
    expect(designHash(moved)).toBe(designHash(design));
    await writeFile(join(cwd, "studies", "copy.npy"), "other bytes");
    const other = await loadDesign("studies/b.yaml", { cwd });
    expect(designHash(other)).not.toBe(designHash(design));
  });

  test("a key of an NPZ file may be named", async () => {
    const file = await study(
      "keyed.yaml",
      "preset: quick\nprobe: { kind: file, path: 'scan.npz:probeGuess' }\n",
    );
    expect(await loadDesign(file, { cwd })).toMatchObject({ probe: { sha256: sha256Hex("scan bytes") } });
  });

  test("a stated sha256 has to be the file's", async () => {
    const file = await study(
      "stated.yaml",
      "preset: quick\nprobe: { kind: file, path: scan.npz, sha256: abc }\n",
    );
    await expect(loadDesign(file, { cwd })).rejects.toThrow(/probe\.sha256: is not the file.*expected abc/u);
  });
});

describe("how a measured scan is prepared", () => {
  const text = (section: string): string =>
    `preset: measured\nname: raw\ninput: { kind: file, path: ../scan.npz }\nprepare: ${section}\n`;

  test("is stated by the names of the flags; files count by their content, from the study file's folder", async () => {
    const section = "{ energy: 8000, frames: [0, 9], orientation: find, mask: probe.npy, size: 64 }";
    const design = await loadDesign(await study("studies/raw.yaml", text(section)), { cwd });
    expect(design).toMatchObject({
      prepare: {
        energy: 8000,
        frames: [0, 9],
        orientation: "find",
        mask: { kind: "file", sha256: sha256Hex("probe bytes") },
      },
    });
    const moved = await loadDesign(
      await study("studies/raw2.yaml", text(section.replace("probe.npy", "../studies/probe.npy"))),
      { cwd },
    );
    expect(designHash(moved)).toBe(designHash(design));
  });

  test("flags win, and another mask is not held against the old one's hash", async () => {
    const section = "{ energy: 8000, gain: 2, mask: probe.npy }";
    const file = await study("studies/raw3.yaml", text(section));
    const overrides = { prepare: { gain: 3, mask: { kind: "file", path: "scan.npz" } } };
    expect(await loadDesign(file, { cwd, overrides })).toMatchObject({
      prepare: { energy: 8000, gain: 3, mask: { sha256: sha256Hex("scan bytes") } },
    });
  });

  test("an empty section is the same design as none", async () => {
    const empty = await loadDesign(await study("studies/raw4.yaml", text("{}")), { cwd });
    const none = await loadDesign("measured", { cwd, input: "scan.npz", overrides: { name: "raw" } });
    expect(empty).toEqual(none);
  });

  test.each([
    ["{ enrgy: 8000 }", /prepare\.enrgy: no such key\. Did you mean "energy"/u],
    ["{ orientation: 8 }", /prepare\.orientation/u],
    ["{ frames: [5, 5] }", /prepare\.frames: the end is above the first/u],
    ["{ distance: -1 }", /prepare\.distance/u],
    ["{ mask: none.npy }", /none\.npy.*prepare\.mask\.path: cannot be read/u],
  ])("%s is refused", async (section, words) => {
    const file = await study("studies/bad.yaml", text(section));
    await expect(loadDesign(file, { cwd })).rejects.toThrow(words);
  });

  test("in a simulated study there is no such section", async () => {
    const file = await study("studies/sim.yaml", "preset: quick\nprepare: { energy: 1 }\n");
    await expect(loadDesign(file, { cwd })).rejects.toThrow(/prepare: no such key/u);
  });
});
