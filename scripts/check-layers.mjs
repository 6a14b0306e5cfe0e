// Checks the layers of src/: imports point downwards, no folder barrels, no cycles, files of at most 400 lines.
// Usage: node scripts/check-layers.mjs [--root DIR]. Exit 1 with one line per violation.
// Tests (*.test.ts) may import anything: only their length is checked.

import { posix } from "node:path";
import { importsOf } from "./lib/imports.mjs";
import { conclude, filesIn, lineCount, rootFrom, textOf } from "./lib/tree.mjs";

const maxLines = 400;

// Each layer and what it may import besides itself, errors.ts and version.ts. Order is bottom to top.
const ground = ["array", "math", "compute", "io", "data", "optics"];
const methods = ["engines", "metrics", "nn"];
const layers = {
  array: [],
  math: ["array"],
  compute: ["array", "math"],
  io: ["array"],
  data: ["array", "math", "io"],
  optics: ["array", "math", "compute", "io", "data"],
  engines: ground,
  metrics: ground,
  // A network's physics steps run on the engines' scans.
  nn: [...ground, "engines"],
  floor: [...ground, "metrics"],
  // Orientations are told apart by a few sweeps of an engine.
  prepare: [...ground, "engines"],
  // A measured study prepares its scan as the command does.
  study: [...ground, ...methods, "floor", "prepare"],
  report: ["array", "math", "io", "metrics", "study", "prepare"],
  pipeline: [...ground, ...methods, "floor", "prepare", "study", "report"],
  cli: [...ground, ...methods, "floor", "prepare", "study", "report", "pipeline"],
};
const everywhere = ["src/errors.ts", "src/version.ts"];
// AssemblyScript: ends in .ts and keeps the length of files, but its compiler resolves its imports.
const assembly = "src/compute/wasm/assembly/";
const root = rootFrom(process.argv);

/** Every violation below `root`, as "file:line: what is wrong". */
function violations() {
  const problems = [];
  const sources = filesIn(root, ["src"], [".ts"]).filter((path) => !path.startsWith(assembly));
  const known = new Set(sources);
  const graph = new Map();
  for (const path of filesIn(root, ["src", "test", "scripts", "examples", "bench"], [".ts", ".mjs"])) {
    const lines = lineCount(textOf(root, path));
    if (lines > maxLines) problems.push(`${path}: ${lines} lines, at most ${maxLines}; split it by concept`);
  }
  for (const path of sources.filter((file) => !isTest(file))) {
    if (layerOf(path) === undefined)
      problems.push(`${path}: is in no layer; layers are ${Object.keys(layers).join(", ")}`);
    if (path !== "src/index.ts" && posix.basename(path) === "index.ts") {
      problems.push(`${path}: is a folder barrel; src/index.ts is the only one`);
    }
    const targets = [];
    for (const { from, reexport, line } of importsOf(textOf(root, path))) {
      const at = `${path}:${line}`;
      if (reexport && path !== "src/index.ts")
        problems.push(`${at}: re-exports ${from}; only src/index.ts does`);
      if (!from.startsWith(".")) continue;
      const target = posix.join(posix.dirname(path), from);
      targets.push(target);
      const fault = faultOf(path, target, known);
      if (fault !== undefined) problems.push(`${at}: ${fault}`);
    }
    graph.set(path, targets);
  }
  return [...problems, ...cycles(graph)];
}

/** Why `path` may not import `target`, or undefined when it may. */
function faultOf(path, target, known) {
  if (!known.has(target)) {
    return target.startsWith("src/")
      ? `imports ${target}, which does not exist`
      : `imports ${target}, outside src`;
  }
  if (isTest(target)) return `imports the test file ${target}`;
  if (target === "src/index.ts") return "imports src/index.ts; import the file that defines the name";
  if (everywhere.includes(target)) return undefined;
  if (path === "src/index.ts") return undefined;
  const [own, other] = [layerOf(path), layerOf(target)];
  if (everywhere.includes(path)) return `imports ${target}, but lies below every layer`;
  if (own === undefined || other === undefined || own === other) return undefined;
  if (layers[own].includes(other)) return undefined;
  return `${own} may not import ${other} (${target}); allowed: ${["errors", ...layers[own]].join(", ")}`;
}

/** The layer of a file: its folder below src; "root" for the files that lie directly in src. */
function layerOf(path) {
  if (path === "src/index.ts" || everywhere.includes(path)) return "root";
  const folder = path.split("/")[1];
  return Object.hasOwn(layers, folder) ? folder : undefined;
}

/** Import cycles, each told once: "a.ts -> b.ts -> a.ts". Type imports count: they tie files together as well. */
function cycles(graph) {
  const told = [];
  const state = new Map();
  const trail = [];
  const visit = (path) => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      told.push(`import cycle: ${[...trail.slice(trail.indexOf(path)), path].join(" -> ")}`);
      return;
    }
    state.set(path, "open");
    trail.push(path);
    for (const next of graph.get(path) ?? []) visit(next);
    trail.pop();
    state.set(path, "done");
  };
  for (const path of graph.keys()) visit(path);
  return told;
}

function isTest(path) {
  return path.endsWith(".test.ts");
}

const count = filesIn(root, ["src"], [".ts"]).length;
conclude("layers", violations(), `${count} files, imports point downwards`);
