// Finding the parts of a measured scan in a tree: by the paths a format promises, with their units converted, and every finding
// and conversion noted, so that the user sees what was made of the file.

import { shapeText, sizeOf, type AnyArray, type ComplexImage } from "../../array/ndarray.ts";
import { DoselapError } from "../../errors.ts";
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
    for (const path of paths) {
      const node = this.tree.find(path);
      if (node === undefined) continue;
      this.told.push(`${role}: ${node.path}, ${node.typeName} ${shapeText(node.shape)}`);
      return node;
    }
    return undefined;
  }

  /** The same, or an error that lists what is there. @throws Contract. */
  required(role: string, paths: readonly string[]): ArrayNode {
    const node = this.first(role, paths);
    if (node !== undefined) return node;
    throw absent(this.tree, role, paths);
  }

  /** One number: a scalar, or the first element of an array all of whose elements are equal. */
  async scalar(paths: readonly string[]): Promise<{ value: number; node: ArrayNode } | undefined> {
    for (const path of paths) {
      const node = this.tree.find(path);
      if (node === undefined) continue;
      const values = realNumbers(await node.read());
      const value = values?.[0];
      if (value === undefined || values!.some((other) => other !== value)) {
        throw new DoselapError("Contract", "is not one number", {
          file: this.tree.file,
          key: path,
          expected: "a scalar",
          got: `${node.typeName} ${shapeText(node.shape)}`,
        });
      }
      return { value, node };
    }
    return undefined;
  }

  /** A length in metres; the unit is the array's attribute `units`, else `defaultUnit`. */
  async metres(what: string, paths: readonly string[], defaultUnit: string): Promise<number | undefined> {
    const found = await this.scalar(paths);
    return found === undefined
      ? undefined
      : this.inMetres(what, found.value, unitOf(found.node) ?? defaultUnit, found.node.path);
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
  const likely = likeliestMap(tree);
  return new DoselapError("Contract", `has no ${role}`, {
    file: tree.file,
    expected: paths.join(" or "),
    got: listed.length === 0 ? "no arrays at all" : `${listed.join("; ")}${more}`,
    hint: likely === undefined ? `Name it: --map ${role}=/path.` : `Name the arrays, likeliest ${likely}.`,
  });
}
