// The eight ways to lay a square on itself: what turns and mirrors a tile of scalar planes into another that is as likely.

/** The number of symmetries. 0 leaves the square as it is. */
export const symmetries = 8;

/** Copies planes [channels, S, S] laid by symmetry 0 … 7: bit 0 mirrors columns, bit 1 rows, bit 2 swaps the axes after that. */
export function layBy(symmetry: number, planes: Float32Array, sidePx: number, out: Float32Array): void {
  const area = sidePx * sidePx;
  const [mirrored, upset, swapped] = [(symmetry & 1) !== 0, (symmetry & 2) !== 0, (symmetry & 4) !== 0];
  for (let first = 0; first < planes.length; first += area) {
    for (let row = 0; row < sidePx; row++) {
      for (let column = 0; column < sidePx; column++) {
        const [y, x] = swapped ? [column, row] : [row, column];
        const from = (upset ? sidePx - 1 - y : y) * sidePx + (mirrored ? sidePx - 1 - x : x);
        out[first + row * sidePx + column] = planes[first + from]!;
      }
    }
  }
}
