// A file of no known layout, whose arrays the user names: --map diffraction=/path,x=/path,y=/path.

import { DoselapError } from "../../errors.ts";
import type { ArrayNode, ArrayTree } from "../tree.ts";
import { isColumnMajor, transposed } from "../scan/column-major.ts";
import { framesOf, usualAxes } from "../scan/frames-of.ts";
import { absent, LookUp } from "../scan/look-up.ts";
import { positionsFrom, positionsIn } from "../scan/positions-of.ts";
import type { RawOptions, RawPositions, RawScan } from "../scan/raw-scan.ts";

/** What a map can name. */
const mapRoles = ["diffraction", "x", "y", "positions", "probe", "object", "mask"] as const;

/** @throws Usage for a role that is none, Contract for a path without an array. */
export async function readMapped(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const map = options.map ?? {};
  const unknown = Object.keys(map).find((role) => !(mapRoles as readonly string[]).includes(role));
  if (unknown !== undefined) {
    throw new DoselapError("Usage", "a map names something else", {
      key: "--map",
      expected: mapRoles.join(", "),
      got: unknown,
    });
  }
  const look = new LookUp(
    tree,
    `read by --map ${Object.entries(map)
      .map((pair) => pair.join("="))
      .join(",")}`,
  );
  const node = (role: (typeof mapRoles)[number]): ArrayNode | undefined =>
    map[role] === undefined ? undefined : look.required(role, [map[role]]);
  const frameNode = node("diffraction");
  if (frameNode === undefined) throw absent(tree, "diffraction", ["--map diffraction=/path"]);
  const axes = options.layout ?? usualAxes(frameNode);
  const [probeNode, objectNode] = [node("probe"), node("object")];
  const frames = framesOf(frameNode, {
    file: tree.file,
    axes,
    domain: options.domain,
    selection: options.frames,
  });
  const maskNode = node("mask");
  return {
    file: tree.file,
    format: "mapped",
    frames,
    positions: await positions(look, node("positions"), [node("x"), node("y")], options),
    geometry: {},
    mask: maskNode === undefined ? undefined : await mask(look, maskNode),
    probe: probeNode === undefined ? undefined : await look.probe(probeNode),
    object: objectNode === undefined ? undefined : await look.object(objectNode),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

async function mask(look: LookUp, node: ArrayNode): Promise<Uint8Array> {
  const values = await look.vector(node);
  const [rows = 0, columns = 0] = node.shape;
  const turned = isColumnMajor(node) ? transposed(values, [rows, columns]) : values;
  return Uint8Array.from(turned, (value) => (value === 0 ? 0 : 1));
}

async function positions(
  look: LookUp,
  both: ArrayNode | undefined,
  [x, y]: readonly [ArrayNode | undefined, ArrayNode | undefined],
  options: RawOptions,
): Promise<RawPositions | undefined> {
  const defaults = { unit: undefined, order: "xy" } as const;
  if (both !== undefined) return positionsIn(look, both, options, defaults);
  return x === undefined || y === undefined ? undefined : positionsFrom(look, x, y, options, defaults);
}
