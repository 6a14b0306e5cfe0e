// Tensors as functions of an index: what the naive definitions of operations are written with. Shares no code with the
// operations.

/** Reads one element; an index outside of the shape reads 0. */
export type Reader = (...index: readonly number[]) => number;

/** The values of `shape` in row-major order. */
export function tabulate(shape: readonly number[], value: (...index: number[]) => number): number[] {
  const [extent, ...rest] = shape;
  if (extent === undefined) return [value()];
  return Array.from({ length: extent }, (_, i) => tabulate(rest, (...inner) => value(i, ...inner))).flat();
}

export function reader(shape: readonly number[], values: ArrayLike<number>): Reader {
  return (...index) => {
    let position = 0;
    for (const [axis, extent] of shape.entries()) {
      if (index[axis]! < 0 || index[axis]! >= extent) return 0;
      position = position * extent + index[axis]!;
    }
    return values[position]!;
  };
}

/** Σ over all indices of `shape`. */
export function total(shape: readonly number[], value: (...index: number[]) => number): number {
  return tabulate(shape, value).reduce((sum, each) => sum + each, 0);
}
