// What is read from a data file before training.

import { join } from "node:path";
import { expect, test } from "vitest";
import { ndarray } from "../../array/ndarray.ts";
import { writeNpz } from "../../io/npz.ts";
import { rejection, temporaryFolder, tiny, writeDataFile } from "../../../test/support/training-job.ts";
import { readDatasetFacts } from "./dataset-facts.ts";

async function file(): Promise<string> {
  return join(await temporaryFolder(), "scan.npz");
}

test("N, M and the object frame are those of the arrays", async () => {
  const path = await file();
  await writeDataFile(path);
  expect(await readDatasetFacts(path)).toEqual(tiny);
});

test("diff3d wins over diffraction", async () => {
  const path = await file();
  await writeDataFile(path, { diff3d: ndarray("uint16", [3, 4, 4], new Uint16Array(48)) });
  expect(await readDatasetFacts(path)).toMatchObject({ sizePx: 4, frames: 3 });
});

test("an object is not needed", async () => {
  const path = await file();
  await writeNpz(path, { diffraction: ndarray("float32", [2, 4, 4], new Float32Array(32)) });
  expect((await readDatasetFacts(path)).objectShape).toBeUndefined();
});

test("a file without frames is refused", async () => {
  const path = await file();
  await writeNpz(path, { other: ndarray("float32", [1], new Float32Array(1)) });
  expect(await rejection(readDatasetFacts(path))).toMatchObject({
    _tag: "Contract",
    context: { file: path, got: "other" },
  });
});

test.each([[[2, 4, 5]], [[4, 4]], [[4, 4, 1, 1]]])("frames of shape %j are refused", async (shape) => {
  const path = await file();
  const size = shape.reduce((product, n) => product * n, 1);
  await writeNpz(path, { diffraction: ndarray("float32", shape, new Float32Array(size)) });
  expect(await rejection(readDatasetFacts(path))).toMatchObject({
    _tag: "Contract",
    context: { finding: "DATA-001" },
  });
});
