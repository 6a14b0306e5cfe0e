// What a trained job must leave: reconstruction.npz with a complex, finite `objectGuess` on the test data's object frame.

import { isComplex, shapeText, type AnyArray } from "../../../array/ndarray.ts";
import { DoselapError } from "../../../errors.ts";
import { openNpz, type NpzFile } from "../../../io/npz.ts";
import { readDatasetFacts } from "../dataset-facts.ts";
import { isFile } from "../job.ts";

/** Its name in the job's folder. */
export const reconstructionFile = "reconstruction.npz";
const key = "objectGuess";

/** Checks a reconstruction and returns its shape, [height, width].
 * @throws Runner when it is missing, unreadable, of the wrong kind or shape, or not finite; Contract when the test data have no
 * object frame. */
export async function checkReconstruction(file: string, testDataPath: string): Promise<readonly number[]> {
  const { objectShape } = await readDatasetFacts(testDataPath);
  if (objectShape === undefined) {
    throw new DoselapError("Contract", "has no object frame that a reconstruction could lie on", {
      file: testDataPath,
      key,
      finding: "DATA-001",
    });
  }
  if (!isFile(file)) {
    throw new DoselapError("Runner", "the trainer ended without leaving its reconstruction", {
      file,
      expected: `an NPZ file with complex ${key} ${shapeText(objectShape)}`,
      got: "no such file",
      hint: "Write it into the working directory ($DOSELAP_JOB_DIR).",
    });
  }
  const npz = await readable(openNpz(file), file);
  try {
    await checkHeader(npz, objectShape);
    checkFinite(await readable(npz.read(key), file), file);
  } finally {
    await npz.close();
  }
  return objectShape;
}

async function readable<Value>(read: Promise<Value>, file: string): Promise<Value> {
  return read.catch((cause: unknown) => {
    throw new DoselapError("Runner", "the trainer's reconstruction cannot be read", { file, cause });
  });
}

/** Kind and shape are known before any element is read. */
async function checkHeader(npz: NpzFile, objectShape: readonly number[]): Promise<void> {
  const { file, names } = npz;
  if (!names.includes(key)) {
    throw new DoselapError("Runner", "the trainer's reconstruction has no object", {
      file,
      key,
      expected: `an array named ${key}`,
      got: names.join(", ") || "no array",
    });
  }
  const { dtype, name, shape } = await readable(npz.header(key), file);
  if (dtype === undefined || !isComplex(dtype)) {
    throw new DoselapError("Runner", "the trainer's object is not complex", {
      file,
      key,
      expected: "complex64 or complex128",
      got: dtype ?? name,
    });
  }
  if (shapeText(shape) !== shapeText(objectShape)) {
    throw new DoselapError("Runner", "the trainer's object is not on the test data's object frame", {
      file,
      key,
      expected: shapeText(objectShape),
      got: shapeText(shape),
    });
  }
}

function checkFinite({ data }: AnyArray, file: string): void {
  for (let i = 0; i < data.length; i++) {
    if (Number.isFinite(data[i])) continue;
    throw new DoselapError("Runner", "the trainer's object holds a value that is not finite", {
      file,
      key,
      expected: "finite numbers",
      got: `${data[i]} at element ${Math.floor(i / 2)}`,
    });
  }
}
