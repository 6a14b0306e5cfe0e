// Nodes of a graph that something depends on. An operation may be written in a way that does without what it is made of.

import type { OnnxNode } from "./model.ts";

/** The nodes that the results named `kept` depend on, in their order, each after those it reads. */
export function usedNodes(nodes: readonly OnnxNode[], kept: ReadonlySet<string>): OnnxNode[] {
  const used = new Set(kept);
  const found: OnnxNode[] = [];
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => used.has(name))) continue;
    found.push(node);
    for (const name of node.inputs) used.add(name);
  }
  return found.toReversed();
}
