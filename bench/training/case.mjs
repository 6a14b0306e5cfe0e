// One problem's weights and data in a folder that any program can read: data.bin, float32 little-endian, one array after
// another, and case.json, their names, shapes and first elements.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { initialise } from "../../dist/nn/models/parameters.js";

export function writeCase(folder, problem) {
  const weights = initialise(problem.specs, 3);
  const parts = [
    ...problem.specs.map(({ name, shape }) => ({ name, shape, data: weights[name], kind: "weight" })),
    ...Object.entries(problem.data).map(([name, { shape, data }]) => ({ name, shape, data, kind: "data" })),
  ];
  let first = 0;
  const arrays = parts.map(({ name, shape, data, kind }) => {
    const entry = { name, kind, shape, first, count: data.length };
    first += data.length;
    return entry;
  });
  const bytes = parts.map(({ data }) => Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  writeFileSync(join(folder, "data.bin"), Buffer.concat(bytes));
  writeFileSync(
    join(folder, "case.json"),
    JSON.stringify({ name: problem.name, rate: problem.rate, arrays }),
  );
}

export function readCase(folder) {
  const { name, arrays } = JSON.parse(readFileSync(join(folder, "case.json"), "utf8"));
  const bytes = readFileSync(join(folder, "data.bin"));
  const numbers = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  const entries = arrays.map((each) => [
    each.name,
    { shape: each.shape, data: numbers.slice(each.first, each.first + each.count) },
  ]);
  return { name, arrays: Object.fromEntries(entries) };
}
