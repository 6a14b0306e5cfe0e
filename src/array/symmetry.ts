// The eight ways to lay a square on itself, and a rectangle on one of its sides: what turns and mirrors an image of scalars into
// another that is as likely.

/** The number of symmetries. 0 leaves the image as it is; bit 0 mirrors columns, bit 1 rows, bit 2 swaps the axes after that. */
export const symmetries = 8;

export interface Sides {
  readonly rows: number;
  readonly columns: number;
}

/** Sides of an image after symmetry 0 … 7. */
export function laidSides(symmetry: number, { rows, columns }: Sides): Sides {
  return (symmetry & 4) === 0 ? { rows, columns } : { rows: columns, columns: rows };
}

/** Copies planes [channels, rows, columns] laid by symmetry 0 … 7. */
export function layBy(symmetry: number, planes: ArrayLike<number>, sides: Sides, out: Float32Array): void {
  eachPixel(symmetry, sides, planes.length, (laid, from) => (out[laid] = planes[from]!));
}

/** Adds planes that were laid by symmetry 0 … 7, times a factor, to `sum` [channels, rows, columns], where they came from. */
export function addLaidBack(
  symmetry: number,
  laid: ArrayLike<number>,
  sides: Sides,
  { factor, sum }: { readonly factor: number; readonly sum: Float64Array },
): void {
  eachPixel(symmetry, sides, sum.length, (at, from) => (sum[from] = sum[from]! + factor * laid[at]!));
}

/** Calls `visit` with the place of every number after the symmetry and before it. */
function eachPixel(
  symmetry: number,
  sides: Sides,
  count: number,
  visit: (laid: number, from: number) => void,
): void {
  const { rows, columns } = sides;
  const [mirrored, upset, swapped] = [(symmetry & 1) !== 0, (symmetry & 2) !== 0, (symmetry & 4) !== 0];
  const laid = laidSides(symmetry, sides);
  const area = rows * columns;
  for (let first = 0; first < count; first += area) {
    for (let y = 0; y < laid.rows; y++) {
      for (let x = 0; x < laid.columns; x++) {
        const [row, column] = swapped ? [x, y] : [y, x];
        const from = (upset ? rows - 1 - row : row) * columns + (mirrored ? columns - 1 - column : column);
        visit(first + y * laid.columns + x, first + from);
      }
    }
  }
}
