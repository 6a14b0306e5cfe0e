// Blocks of n-dimensional arrays, copied between arrays of any strides.

interface Block {
  readonly bytes: Uint8Array;
  /** Elements from one index to the next, by axis. */
  readonly strides: readonly number[];
  /** Index of the block's first element. */
  readonly start: readonly number[];
}

/** Strides of an array whose last axis is the fastest. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** Copies a block of `lengths` elements of `itemBytes`. */
export function copyBlock(from: Block, to: Block, lengths: readonly number[], itemBytes: number): void {
  const offset = ({ start, strides }: Block): number =>
    start.reduce((sum, at, axis) => sum + at * strides[axis]!, 0);
  const last = lengths.length - 1;
  const isRun = last < 0 || (from.strides[last] === 1 && to.strides[last] === 1);
  function copy(axis: number, source: number, target: number): void {
    if (axis > last || (axis === last && isRun)) {
      const run = axis > last ? 1 : lengths[last]!;
      to.bytes.set(from.bytes.subarray(source * itemBytes, (source + run) * itemBytes), target * itemBytes);
      return;
    }
    for (let i = 0; i < lengths[axis]!; i++)
      copy(axis + 1, source + i * from.strides[axis]!, target + i * to.strides[axis]!);
  }
  copy(0, offset(from), offset(to));
}
