// The real Siemens star from NPZ through CXI and a ptychodus product to NPZ, by the command: it reconstructs to the same bytes.
// The geometry is no measurement's: the file has none, and it only has to go through.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readDataset } from "../../src/data/read.ts";
import { readArrayArgument } from "../../src/data/array-argument.ts";
import { cli } from "../support/cli.ts";

const scan = resolve(import.meta.dirname, "../../../shared/data/siemens-star-small.npz.bz2");

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-convert-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function doselap(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await cli(args, { cwd: folder });
  expect(code, stderr).toBe(0);
  return stdout;
}

test("NPZ → CXI → product → NPZ: the same scan and the same reconstruction", async () => {
  const geometry = ["--energy", "8000", "--distance", "2", "--detector-pixel", "75e-6"];
  await doselap("convert", scan, "star.npz");
  await doselap("convert", "star.npz", "star.cxi", ...geometry);
  const told = JSON.parse(await doselap("convert", "star.cxi", "star.h5", "--json")) as object;
  expect(told).toMatchObject({ to: "ptychodus", notKept: [] });
  await doselap("convert", "star.h5", "back.npz");
  const [before, after] = [
    await readDataset(join(folder, "star.npz")),
    await readDataset(join(folder, "back.npz")),
  ];
  const { metadata: _before, ...expected } = before.dataset;
  const { metadata: _after, ...got } = after.dataset;
  expect(got).toEqual(expected);
  for (const name of ["star", "back"]) {
    await doselap(
      "reconstruct",
      `${name}.npz`,
      "--engine",
      "rpie",
      "--epochs",
      "1",
      "--out",
      `${name}-r.npz`,
    );
  }
  for (const key of ["objectGuess", "probeGuess"]) {
    const read = (name: string) => readArrayArgument(`${join(folder, name)}-r.npz:${key}`);
    expect(await read("back")).toEqual(await read("star"));
  }
});
