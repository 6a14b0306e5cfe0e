// What a blocked convolution can do with its own result, it is given to do: add an image that is there already, then a relu.
// The runtime fuses such nodes where it has put them in itself, not these. Views and joins in between do not matter to a relu.

import type { OnnxNode } from "../model.ts";
import { blockDomain } from "./layout.ts";

/** The nodes, with sums and relus taken over by convolutions. `kept` are names that are needed as they are. */
export function fuseIntoConvolutions(nodes: readonly OnnxNode[], kept: ReadonlySet<string>): OnnxNode[] {
  return fuseRelus(fuseSums(nodes, kept), kept);
}

function isConvolution(node: OnnxNode): boolean {
  return node.domain === blockDomain && node.type === "Conv";
}

function usesOf(nodes: readonly OnnxNode[]): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  for (const name of nodes.flatMap((node) => node.inputs)) uses.set(name, (uses.get(name) ?? 0) + 1);
  return uses;
}

/** Add(a, conv) where a is made before the convolution and nothing else reads its result. */
function fuseSums(nodes: readonly OnnxNode[], kept: ReadonlySet<string>): OnnxNode[] {
  const uses = usesOf(nodes);
  const placeOf = new Map(nodes.map((node, place) => [node.outputs[0]!, place]));
  const summed = new Map<number, OnnxNode>();
  const dropped = new Set<number>();
  for (const [place, add] of nodes.entries()) {
    if (add.type !== "Add") continue;
    for (const [own, other] of [add.inputs, add.inputs.toReversed()] as [string, string][]) {
      const at = placeOf.get(own);
      const node = at === undefined ? undefined : nodes[at]!;
      if (at === undefined || node === undefined || !isConvolution(node)) continue;
      // A convolution that took over a sum stands for the sum's result as well.
      if (summed.has(at) || uses.get(own) !== 1 || kept.has(own) || (placeOf.get(other) ?? -1) >= at)
        continue;
      const [x, weights, bias = ""] = node.inputs as [string, string, string?];
      summed.set(at, { ...node, inputs: [x, weights, bias, other], outputs: add.outputs });
      dropped.add(place);
      placeOf.set(add.outputs[0]!, at);
      break;
    }
  }
  return nodes.map((node, place) => summed.get(place) ?? node).filter((_, place) => !dropped.has(place));
}

function fuseRelus(nodes: readonly OnnxNode[], kept: ReadonlySet<string>): OnnxNode[] {
  const uses = usesOf(nodes);
  const makers = new Map(nodes.map((node) => [node.outputs[0]!, node]));

  /** The convolutions that make `name` and nothing else; undefined when something else has a part in it. */
  function convolutions(name: string): OnnxNode[] | undefined {
    const node = makers.get(name);
    if (node === undefined || uses.get(name) !== 1 || kept.has(name)) return undefined;
    if (isConvolution(node)) return [node];
    if (node.type !== "Concat" && node.type !== "Reshape") return undefined;
    const from = node.type === "Concat" ? node.inputs : node.inputs.slice(0, 1);
    const found = from.map(convolutions);
    return found.every((each) => each !== undefined) ? found.flat() : undefined;
  }

  const activated = new Set<OnnxNode>();
  const renamed = new Map<string, string>();
  for (const node of nodes) {
    if (node.type !== "Relu" || kept.has(node.outputs[0]!)) continue;
    const from = convolutions(node.inputs[0]!);
    if (from === undefined) continue;
    for (const each of from) activated.add(each);
    renamed.set(node.outputs[0]!, node.inputs[0]!);
  }
  return nodes
    .filter((node) => !renamed.has(node.outputs[0]!))
    .map((node) => ({
      ...node,
      inputs: node.inputs.map((name) => renamed.get(name) ?? name),
      attributes: activated.has(node)
        ? { ...node.attributes, activation: { text: "Relu" } }
        : node.attributes,
    }));
}
