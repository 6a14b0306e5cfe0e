// An image from its gradients, by weighted least squares:
//   min Σ over neighbours of w_ab (u_b − u_a − (g_a + g_b)/2)²,  w_ab the smaller of the two weights,
// solved by conjugate gradients (Hestenes & Stiefel 1952, doi:10.6028/jres.049.044). Nothing is asked of the borders.

export interface Gradients {
  readonly height: number;
  readonly width: number;
  /** Differences per pixel to the right and downwards, real [height, width]. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** How much each pixel counts, above 0. */
  readonly weight: Float64Array;
}

/** Square of the residual, as a share of the first one, at which the search ends. */
const precise = 1e-10;
/** Steps, per pixel of height and width, after which it ends in any case: it takes one or two. */
const stepsPerSide = 20;

/** The image, real [height, width], whose weighted mean is 0. */
export function integrateGradients({ height, width, x, y, weight }: Gradients): Float64Array {
  /** Every pair of neighbours, its weight, and the difference that is wanted. */
  const overPairs = (visit: (a: number, b: number, weight: number, difference: number) => void): void => {
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const a = row * width + column;
        const pair = (b: number, slope: Float64Array): void =>
          visit(a, b, Math.min(weight[a]!, weight[b]!), (slope[a]! + slope[b]!) / 2);
        if (column + 1 < width) pair(a + 1, x);
        if (row + 1 < height) pair(a + width, y);
      }
    }
  };
  const image = new Float64Array(height * width);
  const rest = new Float64Array(image.length);
  /** Σ w of each pixel's pairs: the diagonal, by which steps are divided, so that faint parts settle as fast as bright ones. */
  const share = new Float64Array(image.length);
  overPairs((a, b, w, difference) => {
    rest[a] = rest[a]! - w * difference;
    rest[b] = rest[b]! + w * difference;
    share[a] = share[a]! + w;
    share[b] = share[b]! + w;
  });
  const way = rest.map((value, i) => value / share[i]!);
  const flow = new Float64Array(image.length);
  const first = dot(rest, way);
  let left = first;
  const most = stepsPerSide * (height + width);
  for (let step = 0; step < most && left > precise * first; step++) {
    flow.fill(0);
    overPairs((a, b, w) => {
      const along = w * (way[b]! - way[a]!);
      flow[a] = flow[a]! - along;
      flow[b] = flow[b]! + along;
    });
    const length = left / dot(way, flow);
    let now = 0;
    for (let i = 0; i < image.length; i++) {
      image[i] = image[i]! + length * way[i]!;
      rest[i] = rest[i]! - length * flow[i]!;
      now += rest[i]! ** 2 / share[i]!;
    }
    for (let i = 0; i < way.length; i++) way[i] = rest[i]! / share[i]! + (now / left) * way[i]!;
    left = now;
  }
  const mean = dot(image, weight) / weight.reduce((a, b) => a + b, 0);
  for (let i = 0; i < image.length; i++) image[i] = image[i]! - mean;
  return image;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
