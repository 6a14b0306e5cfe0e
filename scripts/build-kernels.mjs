// Compiles the WebAssembly kernels: src/compute/wasm/assembly -> dist/compute/wasm/*.wasm. Skips what is up to date.
// Usage: node scripts/build-kernels.mjs [--force].
// AssemblyScript makes two binaries, with plain and with relaxed SIMD. The two for shared memory hold the same code:
// only the limits of the imported memory differ, so they are derived byte by byte instead of compiled again.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const source = join(root, "src/compute/wasm/assembly");
const target = join(root, "dist/compute/wasm");
const features = { simd: ["simd"], relaxed: ["simd", "relaxed-simd"] };
/** Pages a shared memory may grow to: it must say so, and 4 GiB is all there is. */
const mostPages = 65536;

const options = [
  "-O2",
  "--converge",
  "--noAssert",
  "--runtime",
  "stub",
  "--importMemory",
  "--initialMemory",
  "0",
];

/** One compilation, in a thread of its own. */
async function compile(name) {
  const { default: asc } = await import("assemblyscript/asc");
  const files = {};
  let complaints = "";
  const enable = features[name].flatMap((feature) => ["--enable", feature]);
  const { error } = await asc.main(["kernels.ts", ...options, ...enable, "-o", "out.wasm"], {
    readFile(file, base) {
      try {
        return readFileSync(join(base === "." ? source : join(source, base), file), "utf8");
      } catch {
        return null;
      }
    },
    writeFile: (file, contents) => void (files[file] = contents),
    listFiles: () => [],
    stderr: { write: (text) => void (complaints += text) },
  });
  if (error !== null || complaints !== "")
    throw new Error(`${name} kernels:\n${complaints}`, { cause: error });
  return files["out.wasm"];
}

/** The same binary for a shared memory: flags of the imported memory 0x00/0x01 -> 0x03 (maximum, shared). */
function shared(binary) {
  const importSection = 2;
  let at = 8;
  for (;;) {
    const id = binary[at];
    const [length, body] = leb(binary, at + 1);
    if (id === importSection) return withSharedMemory(binary, at, body, body + length);
    at = body + length;
  }
}

function withSharedMemory(binary, section, body, end) {
  const [imports, names] = leb(binary, body);
  let at = names;
  if (imports !== 1) throw new Error(`the kernels import ${imports} things, not their memory alone`);
  for (let name = 0; name < 2; name++) {
    const [length, text] = leb(binary, at);
    at = text + length;
  }
  const memoryKind = 2;
  if (binary[at] !== memoryKind) throw new Error("the kernels import something that is no memory");
  const [initial] = leb(binary, at + 2);
  const limits = [3, ...toLeb(initial), ...toLeb(mostPages)];
  const contents = [...binary.subarray(body, at + 1), ...limits];
  return Uint8Array.from([
    ...binary.subarray(0, section + 1),
    ...toLeb(contents.length),
    ...contents,
    ...binary.subarray(end),
  ]);
}

/** An unsigned LEB128 number, and the place behind it. */
function leb(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at];
  }
}

function toLeb(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

/** What the binaries are made of: sources, this script, the compiler. */
function stampOfInputs() {
  const hash = createHash("sha256");
  for (const file of readdirSync(source).sort()) hash.update(file).update(readFileSync(join(source, file)));
  hash.update(readFileSync(fileURLToPath(import.meta.url)));
  hash.update(readFileSync(join(root, "node_modules/assemblyscript/package.json")));
  return hash.digest("hex");
}

function compileInThread(name) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(fileURLToPath(import.meta.url), { workerData: name });
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

async function build() {
  const stampFile = join(target, "inputs.sha256");
  const stamp = stampOfInputs();
  if (!process.argv.includes("--force") && stamp === readOrNothing(stampFile)) return;
  mkdirSync(target, { recursive: true });
  const names = Object.keys(features);
  const binaries = await Promise.all(names.map(compileInThread));
  names.forEach((name, i) => {
    writeFileSync(join(target, `${name}.wasm`), binaries[i]);
    writeFileSync(join(target, `${name}-shared.wasm`), shared(binaries[i]));
  });
  writeFileSync(stampFile, stamp);
}

function readOrNothing(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

if (isMainThread) await build();
else parentPort.postMessage(await compile(workerData));
