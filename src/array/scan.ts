// Where a scan was lit and with what: positions, centres of the probe in object pixels (x = column, y = row), and the probe.

/** M positions as two float64 columns. `x[i]`, `y[i]` is the probe centre of frame i. */
export interface Positions {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

/** Probe modes, complex64 [modes, N, N], interleaved; squared amplitude in counts when calibrated. */
export interface Probe {
  readonly modes: number;
  readonly size: number;
  readonly data: Float32Array;
}

/** The positions of the given rows, in that order. */
export function takePositions(positions: Positions, rows: ArrayLike<number>): Positions {
  const x = new Float64Array(rows.length);
  const y = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    x[i] = positions.x[rows[i]!]!;
    y[i] = positions.y[rows[i]!]!;
  }
  return { x, y };
}

/** Least and largest of some numbers; Infinity and −Infinity of none. */
export function extentOf(values: ArrayLike<number>): { readonly from: number; readonly to: number } {
  let from = Infinity;
  let to = -Infinity;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < from) from = value;
    if (value > to) to = value;
  }
  return { from, to };
}
