// A design by name or from a YAML file: read, merged over its preset, checked, resolved, frozen.

import { readFile, stat } from "node:fs/promises";
import { basename, dirname, extname, relative, resolve, sep } from "node:path";
import { DoselapError, isDoselapError, messageOf } from "../../errors.ts";
import type { FileSource } from "../../data/file-source.ts";
import { sha256Path } from "../../io/hash.ts";
import { fileNames, type PrepareSettings } from "../../prepare/settings.ts";
import { checkDesign, type CheckOptions } from "./check.ts";
import { isTree, mergeDesign, type Tree } from "./merge.ts";
import { didYouMean } from "./nearest.ts";
import { isPresetName, presetNames, presets } from "./presets.ts";
import type { StudyDesign } from "./schema.ts";
import { readYaml } from "./yaml.ts";

export interface LoadOptions {
  /** Folder that a relative `nameOrPath` or `input` starts from. */
  readonly cwd: string;
  /** The scan of a measured study. */
  readonly input?: string | undefined;
  /** Merged over the design as a study file is merged over its preset; paths start from `cwd`. */
  readonly overrides?: Tree | undefined;
}

/** A preset's name, or the path of a YAML file or of a run folder's study.json. Paths inside a YAML file start from its folder;
 * in the result, which study.json holds, they start from the process's working directory, with forward slashes, and carry the sha256 of the file's content.
 * @throws Usage for an unknown preset; File when a file is absent; Design for anything wrong inside. */
export async function loadDesign(nameOrPath: string, options: LoadOptions): Promise<StudyDesign> {
  const { cwd, input, overrides = {} } = options;
  const source = isPresetName(nameOrPath)
    ? { tree: structuredClone<Tree>(presets[nameOrPath]), check: {} }
    : await fromFile(nameOrPath, cwd);
  let tree = mergeDesign(source.tree, placePaths(overrides, cwd));
  if (input !== undefined) {
    if (tree["kind"] === "simulated") {
      throw new DoselapError("Usage", `the study "${String(tree["name"])}" is simulated and takes no input`, {
        key: "--input",
        got: input,
        hint: "Use the preset measured, or a study file with kind: measured.",
      });
    }
    tree = { ...tree, input: { kind: "file", path: fromHere(resolve(cwd, input)) } };
  }
  const design = checkDesign(tree, source.check);
  return deepFreeze(await withContentHashes(design));
}

/** Where the file of a resolved design's source lies, absolute. */
export function sourceFile(source: { readonly path: string }): string {
  return resolve(source.path);
}

async function fromFile(nameOrPath: string, cwd: string): Promise<{ tree: Tree; check: CheckOptions }> {
  const file = resolve(cwd, nameOrPath);
  const looksLikePath = /[./\\]/u.test(nameOrPath);
  const found = await stat(file).then(
    (entry) => entry.isFile(),
    () => false,
  );
  if (!found && !looksLikePath) {
    throw new DoselapError("Usage", `unknown preset "${nameOrPath}"`, {
      expected: `${presetNames.join(", ")}, or the path of a study file`,
      hint: didYouMean(nameOrPath, presetNames),
    });
  }
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new DoselapError("File", `the study file cannot be read (${messageOf(cause)})`, {
      file: nameOrPath,
      cause,
      hint: `A study is a YAML file or one of ${presetNames.join(", ")}.`,
    });
  });
  const { tree: given, locate } = readYaml(text, nameOrPath);
  const kept = keptDesign(given);
  if (kept !== undefined)
    return { tree: kept, check: { file: nameOrPath, locate: (path) => locate(["design", ...path]) } };
  // Where jobs run is read by itself (execution.ts) and is no part of the design.
  const { preset, execution: _execution, ...own } = given;
  if (preset !== undefined && !(typeof preset === "string" && isPresetName(preset))) {
    throw new DoselapError("Design", "no such preset", {
      file: `${nameOrPath}:${locate(["preset"]) ?? "1:1"}`,
      key: "preset",
      expected: presetNames.join(", "),
      got: JSON.stringify(preset),
      hint: typeof preset === "string" ? didYouMean(preset, presetNames) : undefined,
    });
  }
  const placed = placePaths(own, dirname(file));
  const check = { file: nameOrPath, locate };
  if (preset === undefined) return { tree: placed, check };
  const base = structuredClone<Tree>(presets[preset]);
  return { tree: mergeDesign({ ...base, ...ownName(file) }, placed), check };
}

/** The design inside a run folder's study.json, which is a study file as well: the whole of it, paths as they stand. */
function keptDesign({ design, designHash }: Tree): Tree | undefined {
  const isKept = typeof designHash === "string" && typeof design === "object" && design !== null;
  return isKept ? { ...design } : undefined;
}

/** A changed preset is named after its file, so that no table calls it by the preset's name (F-03). */
function ownName(file: string): { name?: string } {
  const stem = basename(file, extname(file)).toLowerCase();
  return /^[a-z0-9][a-z0-9-]*$/u.test(stem) ? { name: stem } : {};
}

/** An absolute path as it is kept in a design: relative, for a run folder holds no absolute path. */
function fromHere(path: string): string {
  return relative(process.cwd(), path).split(sep).join("/");
}

/** Paths written in the study file start from its folder. */
function placePaths(tree: Tree, folder: string): Tree {
  const placed = placeSources(tree, ["object", "probe", "input"], folder);
  const prepare = placed["prepare"];
  if (!isTree(prepare)) return placed;
  // A flag names a file by its path alone, and so may the section of its names.
  const named = Object.entries(prepare).map(([key, value]): [string, unknown] => {
    const isPath = fileNames.some((name) => name === key) && typeof value === "string";
    return [key, isPath ? { kind: "file", path: value } : value];
  });
  return { ...placed, prepare: placeSources(Object.fromEntries(named), fileNames, folder) };
}

function placeSources(tree: Tree, keys: readonly string[], folder: string): Tree {
  const placed: { [key: string]: unknown } = { ...tree };
  for (const key of keys) {
    const source = tree[key];
    if (!isTree(source) || typeof source["path"] !== "string") continue;
    placed[key] = { ...source, path: fromHere(resolve(folder, source["path"])) };
  }
  return placed;
}

async function withContentHashes(design: StudyDesign): Promise<StudyDesign> {
  if (design.kind === "measured") {
    const { input, prepare } = design;
    return {
      ...design,
      input: input === null ? null : await withHash(input, "input"),
      ...(prepare === undefined ? {} : { prepare: { ...prepare, ...(await namedHashes(prepare)) } }),
    };
  }
  return {
    ...design,
    object: design.object.kind === "file" ? await withHash(design.object, "object") : design.object,
    probe: design.probe.kind === "file" ? await withHash(design.probe, "probe") : design.probe,
  };
}

async function namedHashes(prepare: PrepareSettings): Promise<PrepareSettings> {
  const files: { [name in (typeof fileNames)[number]]?: FileSource } = {};
  for (const name of fileNames) {
    const source = prepare[name];
    if (source !== undefined) files[name] = await withHash(source, `prepare.${name}`);
  }
  return files;
}

/** A sha256 that the study file states must be the file's. */
async function withHash(
  source: FileSource,
  key: string,
): Promise<{ kind: "file"; path: string; sha256: string }> {
  // `FILE.npz:key` names one array of a file: the content is the file's.
  const stated = sourceFile(source);
  const file = (await isThere(stated)) ? stated : stated.replace(/:[^:/\\]*$/u, "");
  const sha256 = await sha256Path(file).catch((cause: unknown) => {
    throw new DoselapError("File", "cannot be read", {
      file: source.path,
      key: `${key}.path`,
      got: isDoselapError(cause) ? cause.context.got : messageOf(cause),
      cause,
      hint: "Paths in a study file start from the folder of that file.",
    });
  });
  if (source.sha256 !== undefined && source.sha256 !== sha256) {
    throw new DoselapError("Design", "is not the file the study was written for", {
      file: source.path,
      key: `${key}.sha256`,
      expected: source.sha256,
      got: sha256,
    });
  }
  return { kind: "file", path: source.path, sha256 };
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const item of Object.values(value)) deepFreeze(item);
  }
  return value;
}
