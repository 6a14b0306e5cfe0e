// No command replaces what it reads by what it writes: refused before any work, with both flags and the way out.

import { copyFile, cp, link, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli, fingerprints } from "../support/cli.ts";
import { commandsIn } from "../support/cli-checks.ts";
import { cliInside } from "../support/cli-inside.ts";

let folder: string;
const { ok, fails } = commandsIn(() => folder, cliInside);
const place = (name: string): string => join(folder, name);

const simulated = "simulate --object cells --size 16 --object-size 48x48 --dose 1e3 --overlap 0.5".split(" ");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-overwrite-"));
  await ok(...simulated, "--out", "scan.npz");
  await ok("reconstruct", "scan.npz", "--epochs", "1", "--out", "object.npz");
  await copyFile(place("scan.npz"), place("extra.npz"));
  await symlink("scan.npz", place("soft.npz"));
  await link(place("scan.npz"), place("hard.npz"));
  // Looked at by their names alone: what they hold is never reached.
  await mkdir(place("model"));
  await writeFile(place("model/weights.npz"), "weights");
  await mkdir(place("run/compare"), { recursive: true });
  await writeFile(place("run/study.json"), "{}");
  await writeFile(place("run/compare/metrics.json"), "{}");
  await mkdir(place("scores"));
  await copyFile(place("object.npz"), place("scores/aligned.npz"));
  await writeFile(place("positions.csv"), "x,y\n");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("refused, and everything is as it was", () => {
  test.each<[string, string, string]>([
    ["reconstruct scan.npz --out scan.npz", "--out", "IN"],
    ["reconstruct scan.npz --out ./scan.npz", "--out", "IN"],
    ["reconstruct scan.npz --out soft.npz", "--out", "IN"],
    ["reconstruct scan.npz --out hard.npz", "--out", "IN"],
    ["reconstruct soft.npz --out scan.npz", "--out", "IN"],
    ["reconstruct scan.npz --probe extra.npz --out extra.npz", "--out", "--probe"],
    ["reconstruct scan.npz --probe extra.npz:probeGuess --out extra.npz", "--out", "--probe"],
    ["reconstruct scan.npz --mask extra.npz:mask --out extra.npz", "--out", "--mask"],
    ["reconstruct scan.npz --out new.npz --checkpoint new.npz", "--checkpoint", "--out"],
    ["reconstruct scan.npz --out object.npz --checkpoint ./object.npz", "--checkpoint", "--out"],
    ["reconstruct scan.npz --out new.npz --checkpoint hard.npz", "--checkpoint", "IN"],
    [
      "reconstruct scan.npz --probe extra.npz --out new.npz --checkpoint extra.npz",
      "--checkpoint",
      "--probe",
    ],
    ["infer model scan.npz --out soft.npz", "--out", "DATA"],
    ["infer model scan.npz --out model/weights.npz", "--out", "MODEL"],
    ["thin scan.npz --fraction 0.5 --out scan.npz", "--out", "IN"],
    ["convert scan.npz hard.npz", "OUT", "IN"],
    ["convert scan.npz soft.npz --to cxi", "OUT", "IN"],
    ["convert scan.npz positions.csv --to cxi --positions positions.csv", "OUT", "--positions"],
    ["prepare scan.npz --out scan.npz", "--out", "IN"],
    ["prepare scan.npz --out new.npz --mask extra.npz:mask --dark new.npz", "--out", "--dark"],
    ["prepare scan.npz --flat extra.npz --out extra.npz", "--out", "--flat"],
    ["prepare scan.npz --positions extra.npz --out extra.npz", "--out", "--positions"],
    ["simulate --object extra.npz --dose 9 --overlap 0.5 --out extra.npz", "--out", "--object"],
    ["simulate --object cells --probe scan.npz --dose 9 --overlap 0.5 --out soft.npz", "--out", "--probe"],
    ["simulate --object cells --positions scan.npz --dose 9 --out scan.npz", "--out", "--positions"],
    ["compare scores/aligned.npz --truth scan.npz --out scores", "--out", "RECON"],
    ["compare object.npz --truth scores/aligned.npz:objectGuess --out scores", "--out", "--truth"],
    ["compare run run --out run/study.json", "--out", "RUN"],
    ["report run --out run/compare/metrics.json --format json", "--out", "DIR"],
  ])("doselap %s", async (line, output, other) => {
    const before = await fingerprints(folder);
    const message = await fails(2, ...line.split(" "));
    expect(message).toMatch(
      new RegExp(` : ${output}: is .*that ${other} (?:reads|writes).*Give ${output} another name`, "u"),
    );
    expect(await fingerprints(folder)).toEqual(before);
  });

  test.each(["reconstruct soft.npz --out scan.npz", "convert scan.npz hard.npz"])(
    "in a process of its own: doselap %s",
    async (line) => {
      const before = await fingerprints(folder);
      const args = line.split(" ");
      const refused = await cli(args, { cwd: folder });
      expect(refused).toEqual(await cliInside(args, { cwd: folder }));
      expect(refused.code).toBe(2);
      expect(await fingerprints(folder)).toEqual(before);
    },
  );

  test("and the files are named as they were typed", async () => {
    const message = await fails(2, "reconstruct", "scan.npz", "--out", "soft.npz");
    expect(message).toContain("soft.npz : --out: is the file that IN reads (scan.npz)");
  });
});

test("a file that IN links to is read as well", async () => {
  const fixtures = join(import.meta.dirname, "../../fixtures/hdf5");
  await cp(join(fixtures, "linked"), place("linked"), { recursive: true });
  await copyFile(join(fixtures, "links.h5"), place("links.h5"));
  await writeFile(place("line.txt"), "0 0\n1e-6 0\n2e-6 0\n3e-6 0\n");
  const stated = "--positions line.txt --position-unit m --energy 8000 --distance 2 --detector-pixel 75e-6";
  const said = ["--domain", "counts", ...stated.split(" ")];
  for (const path of ["/below", "/virtual"]) {
    const line = ["links.h5", "linked/data.h5", "--to", "cxi", "--map", `diffraction=${path}`, ...said];
    expect(await fails(2, "convert", ...line)).toMatch(
      /data\.h5 : OUT: is the file that a link of IN reads/u,
    );
  }
  expect(await readFile(place("linked/data.h5"))).toEqual(await readFile(join(fixtures, "linked/data.h5")));
});

test("an older result is replaced, and a phantom is not the file of its name", async () => {
  await writeFile(place("cells"), "a file called like a phantom");
  for (let times = 0; times < 2; times++) await ok(...simulated, "--out", "cells.npz");
  expect(await readFile(place("cells.npz"))).toEqual(await readFile(place("scan.npz")));
});
