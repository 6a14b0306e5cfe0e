// The plain twin of a runtime: every operation's own float64 reference, one after the other. Slow and exact, it is what an
// emitted model is measured against.

import { DoselapError } from "../../errors.ts";
import { elementCount, shapeText } from "./shape.ts";
import { inOrder, type Tensor } from "./tensor.ts";

/** Values fed to the inputs, row-major. */
export interface Feeds {
  readonly [name: string]: ArrayLike<number>;
}

/** The values of `outputs`, row-major, in their order.
 * @throws Shape when an input is not fed, or is fed another number of values. */
export function evaluate(outputs: readonly Tensor[], feeds: Feeds): Float64Array[] {
  const values = new Map<Tensor, Float64Array>();
  for (const tensor of inOrder(outputs)) values.set(tensor, valueOf(tensor, values, feeds));
  return outputs.map((output) => values.get(output)!);
}

function valueOf(
  { shape, source }: Tensor,
  values: ReadonlyMap<Tensor, Float64Array>,
  feeds: Feeds,
): Float64Array {
  switch (source.kind) {
    case "input":
      return fed(source.name, shape, feeds);
    case "constant":
      return Float64Array.from(source.data);
    case "operation":
      return source.operation.reference(
        source.inputs.map((from) => values.get(from)!),
        { shapes: source.inputs.map((from) => from.shape), output: shape, attributes: source.attributes },
      );
    default:
      throw source satisfies never;
  }
}

function fed(name: string, shape: readonly number[], feeds: Feeds): Float64Array {
  const data = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
  if (data?.length === elementCount(shape)) return Float64Array.from(data);
  throw new DoselapError("Shape", `input ${name} is not fed what it takes`, {
    expected: `${elementCount(shape)} values of shape ${shapeText(shape)}`,
    got: data === undefined ? "nothing" : `${data.length} values`,
  });
}
