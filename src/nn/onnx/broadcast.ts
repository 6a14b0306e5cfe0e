// ONNX's arithmetic repeats an operand along its axes of extent 1 by itself. What is repeated only to be added to or multiplied
// with a tensor of the full shape need not be stored repeated: a probe then stays in the processor's cache while the frames
// pass by. The numbers are the same to the bit. In a graph of tensors repetition stays an operation (graph/shape.ts).

import type { OnnxNode } from "./model.ts";

const arithmetic: ReadonlySet<string> = new Set(["Add", "Sub", "Mul", "Div"]);

/** The nodes, with repetitions left to the arithmetic that reads them; what is repeated for nothing else is read by nobody. */
export function leaveRepetition(nodes: readonly OnnxNode[]): OnnxNode[] {
  const sources = new Map(
    nodes
      .filter((node) => node.type === "Expand")
      .map((node) => [node.outputs[0]!, node.inputs[0]!] as const),
  );
  return nodes.map((node) => {
    if (node.domain !== "" || !arithmetic.has(node.type)) return node;
    const [a, b] = node.inputs as [string, string];
    // One operand has to have the full shape.
    if (sources.has(a) === sources.has(b)) return node;
    return { ...node, inputs: [sources.get(a) ?? a, sources.get(b) ?? b] };
  });
}
