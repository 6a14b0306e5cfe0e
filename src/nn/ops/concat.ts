// Tensors one after the other along an axis.

import { DoselapError } from "../../errors.ts";
import { elementCount, expectAxes, shapeFault, shapeText, type Shape } from "../graph/shape.ts";
import { apply, type Operation, type Tensor } from "../graph/tensor.ts";
import { slice } from "./slice.ts";

const operation: Operation<{ readonly axis: number }> = {
  name: "concat",
  shape(shapes, { axis }) {
    const first = shapes[0];
    if (first === undefined) {
      throw new DoselapError("Shape", "concat: nothing to put together", {
        expected: "at least one tensor",
        got: "none",
      });
    }
    expectAxes("concat", first, [axis]);
    for (const shape of shapes) {
      const fits =
        shape.length === first.length && shape.every((extent, i) => i === axis || extent === first[i]);
      if (!fits) throw shapeFault("concat", `${shapeText(first)} but for axis ${axis}`, shape);
    }
    return first.with(axis, total(shapes, axis));
  },
  emit: (emitter, { names, attributes }) => emitter.node("Concat", names, { axis: { int: attributes.axis } }),
  adjoint({ inputs, gradient, attributes: { axis } }) {
    let from = 0;
    return inputs.map(({ shape }) => slice(gradient, axis, from, (from += shape[axis]!)));
  },
  reference(inputs, { shapes, output, attributes: { axis } }) {
    const joined = new Float64Array(elementCount(output));
    const outer = elementCount(output.slice(0, axis));
    let at = 0;
    for (let row = 0; row < outer; row++) {
      for (const [i, values] of inputs.entries()) {
        const run = elementCount(shapes[i]!.slice(axis));
        joined.set(values.subarray(row * run, (row + 1) * run), at);
        at += run;
      }
    }
    return joined;
  },
};

function total(shapes: readonly Shape[], axis: number): number {
  return shapes.reduce((extent, shape) => extent + shape[axis]!, 0);
}

/** What a tensor was put together from along `axis`; undefined of any other tensor. */
export function concatenated({ source, shape }: Tensor, axis: number): readonly Tensor[] | undefined {
  if (source.kind !== "operation" || source.operation !== operation) return undefined;
  const along = source.inputs.reduce((extent, part) => extent + part.shape[axis]!, 0);
  return along === shape[axis] ? source.inputs : undefined;
}

/** `tensors`, alike but along `axis`, one after the other along it. */
export function concat(tensors: readonly Tensor[], axis: number): Tensor {
  return apply(operation, tensors, { axis });
}
