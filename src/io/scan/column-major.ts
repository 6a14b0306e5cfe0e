// MATLAB stores the first axis fastest: (height, width) arrives as (width, height), each image transposed.

import type { ComplexImage } from "../../array/ndarray.ts";
import type { ArrayNode } from "../tree.ts";
import type { Probe } from "../../array/scan.ts";

/** Whether MATLAB wrote the array: it leaves its class with each. */
export function isColumnMajor(node: ArrayNode): boolean {
  return node.attributes()["MATLAB_class"] !== undefined;
}

/** (rows, columns) of `each` numbers an element, as (columns, rows). */
export function transposed<Numbers extends Float32Array | Float64Array>(
  values: Numbers,
  [rows, columns]: readonly [number, number],
  each = 1,
): Numbers {
  const out = values.slice();
  if (each === 1) {
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++)
        out[column * rows + row] = values[row * columns + column]!;
    return out as Numbers;
  }
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const [from, to] = [each * (row * columns + column), each * (column * rows + row)];
      for (let part = 0; part < each; part++) out[to + part] = values[from + part]!;
    }
  }
  return out as Numbers;
}

export function transposedImage({ height, width, data }: ComplexImage): ComplexImage {
  return { height: width, width: height, data: transposed(data, [height, width], 2) };
}

export function transposedProbe({ modes, size, data }: Probe): Probe {
  const each = 2 * size * size;
  const out = new Float32Array(data.length);
  for (let mode = 0; mode < modes; mode++) {
    const part = data.subarray(mode * each, (mode + 1) * each);
    out.set(transposed(part, [size, size], 2), mode * each);
  }
  return { modes, size, data: out };
}
