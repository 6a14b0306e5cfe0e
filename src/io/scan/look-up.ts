// Finding the parts of a measured scan in a tree: by the paths a format promises, with their units converted, and every finding
// and conversion noted, so that the user sees what was made of the file.

import { shapeText, sizeOf, type AnyArray, type ComplexImage } from "../../array/ndarray.ts";
import { DoselapError, isDoselapError } from "../../errors.ts";
import type { ArrayNode, ArrayTree } from "../tree.ts";
import { complexNumbers, realNumbers } from "../../array/cast.ts";
import type { Probe } from "../../array/scan.ts";
import { likeliestMap } from "./candidates.ts";
import { isColumnMajor, transposedImage, transposedProbe } from "./column-major.ts";
import { lengthFactor, shown } from "./units.ts";

export class LookUp {
  readonly tree: ArrayTree;
  readonly told: string[] = [];
  readonly conversions: string[] = [];
  readonly warnings: string[] = [];

  constructor(tree: ArrayTree, why: string) {
    this.tree = tree;
    this.told.push(why);
  }

  /** The first of the paths that holds an array. */
  first(role: string, paths: readonly string[]): ArrayNode | undefined {
    const node = firstAt(this.tree, paths);
    if (node !== undefined)
      this.told.push(`${role}: ${node.path}, ${node.typeName} ${shapeText(node.shape)}`);
    return node;
  }

  /** The same, or an error that lists what is there. @throws Contract. */
  required(role: string, paths: readonly string[]): ArrayNode {
    const node = this.first(role, paths);
    if (node !== undefined) return node;
    throw absent(this.tree, role, paths);
  }

  /** A part that a scan can do without: what is wrong with it is a warning. */
  async optional<Part>(part: string, read: () => Promise<Part>): Promise<Part | undefined> {
    try {
      return await read();
    } catch (cause) {
      if (!isDoselapError(cause) || cause._tag === "Usage" || cause._tag === "Interrupted") throw cause;
      this.warnings.push(`the ${part} is not used: ${cause.message}`);
      return undefined;
    }
  }

  /** One number: a scalar, or an array of equal elements. Anything else is a warning, and nobody's number. */
  scalar(paths: readonly string[]): Promise<{ value: number; node: ArrayNode } | undefined> {
    const node = firstAt(this.tree, paths);
    return node === undefined
      ? Promise.resolve(undefined)
      : this.optional(`number ${node.path}`, async () => ({ value: await this.#number(node), node }));
  }

  /** @throws Contract for different numbers. */
  async #number(node: ArrayNode): Promise<number> {
    const values = sizeOf(node.shape) > largestScalar ? undefined : realNumbers(await node.read());
    const value = values?.[0];
    const isSame = (other: number): boolean => Math.abs(other - value!) <= sameWithin * Math.abs(value!);
    if (value !== undefined && values!.every(isSame)) return value;
    throw new DoselapError("Contract", "is not one number", {
      file: this.tree.file,
      key: node.path,
      expected: "a scalar, or the same for each frame",
      got: `${node.typeName} ${shapeText(node.shape)}`,
      hint: "State it by its flag.",
    });
  }

  /** A length in metres; the unit is the array's attribute `units`, else `defaultUnit`. One in no unit is a warning. */
  async metres(
    what: string,
    paths: readonly string[],
    defaultUnit: string | undefined,
  ): Promise<number | undefined> {
    const found = await this.scalar(paths);
    if (found === undefined) return undefined;
    const unit = unitOf(found.node) ?? defaultUnit;
    return this.optional(what, async () => {
      if (unit !== undefined) return this.inMetres(what, found.value, unit, found.node.path);
      throw new DoselapError("Contract", "states no unit", {
        file: this.tree.file,
        key: found.node.path,
        expected: "an attribute `units`",
        got: String(found.value),
        hint: "State it by its flag.",
      });
    });
  }

  /** @throws Contract for a unit that is no length. */
  inMetres(what: string, value: number, unit: string, key: string): number {
    const factor = lengthFactor(unit, { file: this.tree.file, key });
    if (factor !== 1) this.conversions.push(`${what}: ${shown(value)} ${unit} = ${shown(value * factor)} m`);
    return value * factor;
  }

  /** A real vector. @throws Contract. */
  async vector(node: ArrayNode): Promise<Float64Array> {
    const values = realNumbers(await node.read());
    if (values === undefined) throw wrong(this.tree, node, "real numbers");
    return Float64Array.from(values);
  }

  /** A probe: (…, N, N) complex, leading axes flattened to modes. @throws Contract. */
  async probe(node: ArrayNode, isTransposed = isColumnMajor(node)): Promise<Probe> {
    const array = await node.read();
    const data = complexNumbers(array);
    const size = array.shape.at(-1);
    if (data === undefined || size === undefined || array.shape.length < 2 || array.shape.at(-2) !== size) {
      throw wrong(this.tree, node, "complex, (modes, N, N)");
    }
    const probe = { modes: data.length / (2 * size * size), size, data };
    return isTransposed ? transposedProbe(probe) : probe;
  }

  /** An object: (H, W) complex, or (1, H, W). @throws Contract. */
  async object(node: ArrayNode, isTransposed = isColumnMajor(node)): Promise<ComplexImage> {
    const image = imageOf(await node.read());
    if (image === undefined) throw wrong(this.tree, node, "complex, (height, width)");
    return isTransposed ? transposedImage(image) : image;
  }
}

/** More elements are no scalar, and not read to see. */
const largestScalar = 2 ** 22;
/** A monochromator's reading jitters by less than its bandwidth. */
const sameWithin = 1e-4;

/** The array at a path; a link that leads nowhere, or to itself, is none, and stands among the tree's problems. */
export function arrayAt(tree: ArrayTree, path: string): ArrayNode | undefined {
  try {
    return tree.find(path);
  } catch (cause) {
    const isDead =
      isDoselapError(cause) && (cause._tag === "File" || /leads nowhere|without end/u.test(cause.message));
    if (!isDead) throw cause;
    return undefined;
  }
}

/** The array at the first of the paths that has one. */
export function firstAt(tree: ArrayTree, paths: readonly string[]): ArrayNode | undefined {
  for (const path of paths) {
    const node = arrayAt(tree, path);
    if (node !== undefined) return node;
  }
  return undefined;
}

function imageOf(array: AnyArray): ComplexImage | undefined {
  const data = complexNumbers(array);
  const [height, width] = array.shape.slice(-2);
  const leading = array.shape.slice(0, -2);
  if (data === undefined || height === undefined || width === undefined) return undefined;
  return leading.every((length) => length === 1) ? { height, width, data } : undefined;
}

/** The unit that an array states. */
export function unitOf(node: ArrayNode): string | undefined {
  const { units, unit } = node.attributes();
  const stated = units ?? unit;
  return typeof stated === "string" && stated !== "" ? stated : undefined;
}

function wrong({ file }: ArrayTree, node: ArrayNode, expected: string): DoselapError {
  return new DoselapError("Contract", "holds something else", {
    file,
    key: node.path,
    expected,
    got: `${node.typeName} ${shapeText(node.shape)}`,
  });
}

/** Arrays listed at most in an error. */
const listedAtMost = 12;

/** What is missing, and the arrays that are there: the largest first, since frames are. */
export function absent(tree: ArrayTree, role: string, paths: readonly string[]): DoselapError {
  const bySize = tree.arrays.toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape));
  const listed = bySize
    .slice(0, listedAtMost)
    .map(({ path, typeName, shape }) => `${path} ${typeName} ${shapeText(shape)}`);
  const more = bySize.length > listedAtMost ? `, and ${bySize.length - listedAtMost} more` : "";
  const dead = tree.problems.filter((problem) => paths.some((path) => problem.startsWith(`${path}:`)));
  const likely = likeliestMap(tree);
  return new DoselapError("Contract", `has no ${role}`, {
    file: tree.file,
    expected: paths.join(" or "),
    got: [...dead, listed.length === 0 ? "no arrays at all" : `${listed.join("; ")}${more}`].join("; "),
    hint: likely === undefined ? `Name it: --map ${role}=/path.` : `Name the arrays, likeliest ${likely}.`,
  });
}
