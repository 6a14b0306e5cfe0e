// Collects the nodes and initialisers of a graph while operations write themselves. Names are made from the node's type
// and a running number, so that the same graph always gives the same names; equal initialisers are stored once.

import type { Emitter } from "../graph/emitter.ts";
import type { Shape } from "../graph/shape.ts";
import type { OnnxDomain, OnnxInitialiser, OnnxNode } from "./model.ts";

export interface GraphEmitter extends Emitter {
  readonly nodes: readonly OnnxNode[];
  readonly initialisers: readonly OnnxInitialiser[];
  node(
    type: string,
    inputs: readonly string[],
    attributes?: OnnxNode["attributes"],
    domain?: OnnxDomain,
  ): string;
}

/** @param reserved names of the graph's inputs and outputs, which no node may take. */
export function graphEmitter(reserved: ReadonlySet<string>): GraphEmitter {
  const nodes: OnnxNode[] = [];
  const initialisers: OnnxInitialiser[] = [];
  const alike = new Map<string, OnnxInitialiser[]>();
  let count = 0;

  function newName(type: string): string {
    let name: string;
    do name = `${type}_${count++}`;
    while (reserved.has(name));
    return name;
  }

  function store(type: string, shape: Shape, data: OnnxInitialiser["data"]): string {
    const key = `${type} ${shape.join("x")} ${digest(data)}`;
    const bucket = alike.get(key) ?? [];
    const found = bucket.find((each) => equalBytes(each.data, data));
    if (found !== undefined) return found.name;
    const initialiser = { name: newName(type), shape, data };
    alike.set(key, [...bucket, initialiser]);
    initialisers.push(initialiser);
    return initialiser.name;
  }

  return {
    nodes,
    initialisers,
    node(type, inputs, attributes = {}, domain = "") {
      const name = newName(type);
      nodes.push({ name, type, domain, inputs, outputs: [name], attributes });
      return name;
    },
    floats: (shape, values) => store("floats", shape, Float32Array.from(values)),
    integers: (shape, values) => store("integers", shape, BigInt64Array.from(values, BigInt)),
  };
}

/** FNV-1a over 32-bit words: tells most arrays apart without comparing them. */
function digest(data: OnnxInitialiser["data"]): number {
  const words = new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4);
  let hash = 0x811c9dc5;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
  return hash >>> 0;
}

/** Bits, not values: -0 and 0 differ, NaN equals itself. */
function equalBytes(a: OnnxInitialiser["data"], b: OnnxInitialiser["data"]): boolean {
  const [x, y] = [a, b].map((each) => new Uint32Array(each.buffer, each.byteOffset, each.byteLength / 4));
  return x!.every((word, i) => word === y![i]);
}
