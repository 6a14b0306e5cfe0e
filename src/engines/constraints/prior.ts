// Priors on the object, weight w in counts per pixel: the inverse variance of what they measure, whatever the dose.
//   smoothness  R = ½ Σ|∇O|²          tv  R = Σ √(|∇O|² + ε²), its quadratic majorant at the O of the moment
//   l2          R = ½ Σ|O − 1|²           (Vogel & Oman 1996, doi:10.1137/0917016)
// Used as a gradient w·∇R inside an objective, or as a proximal step argmin ½Σ W|O − O_k|² + w·R(O) between epochs, W the
// illumination, solved by Jacobi sweeps; dark pixels follow their neighbours.

export type PriorKind = "smoothness" | "tv" | "l2";

const jacobiSweeps = 8;
/** ε of tv: contrast below which it acts like smoothness. */
const tvEdge = 0.02;

export interface Prior {
  /** Takes the edge weights of tv from the object as it is now. */
  refresh(object: Float32Array): void;
  /** gradient += w·∇R(object), complex [H, W]. */
  addGradient(object: Float32Array, weight: number, gradient: Float32Array): void;
  /** ⟨d, R″ d⟩ of a direction. */
  curvature(direction: Float32Array): number;
  /** Proximal step in place; illumination float32 [H, W]. */
  apply(object: Float32Array, illumination: Float32Array, weight: number): void;
}

/** A Jacobi step for the pixels inside of the row that begins at `row`. */
type RelaxRow = (
  object: Float32Array,
  illumination: Float32Array,
  weight: number,
  from: Float32Array,
  to: Float32Array,
  row: number,
) => void;

/** Prior of an object of height×width; owns its scratch. */
export function createPrior(kind: PriorKind, height: number, width: number): Prior {
  const pixels = height * width;
  // Weight of the edge to the right and to the lower neighbour; 0 at the border, so that every pixel has four edges.
  const right = new Float32Array(pixels);
  const below = new Float32Array(pixels);
  const scratch = [new Float32Array(2 * pixels), new Float32Array(2 * pixels)] as const;
  const edges = kind !== "l2";

  function refresh(object: Float32Array): void {
    if (!edges) return;
    for (let y = 0, i = 0; y < height; y++) {
      for (let x = 0; x < width; x++, i++) {
        const r = x + 1 < width ? i + 1 : i;
        const b = y + 1 < height ? i + width : i;
        const weight =
          kind === "smoothness"
            ? 1
            : 1 / Math.sqrt(square(object, r, i) + square(object, b, i) + tvEdge * tvEdge);
        right[i] = r === i ? 0 : weight;
        below[i] = b === i ? 0 : weight;
      }
    }
  }

  function addGradient(object: Float32Array, weight: number, gradient: Float32Array): void {
    if (!edges) {
      for (let i = 0; i < 2 * pixels; i++) {
        gradient[i] = gradient[i]! + weight * (object[i]! - (i % 2 === 0 ? 1 : 0));
      }
      return;
    }
    for (let i = 0; i < pixels; i++) {
      pull(object, gradient, i, i + 1, weight * right[i]!);
      pull(object, gradient, i, i + width, weight * below[i]!);
    }
  }

  function curvature(direction: Float32Array): number {
    let sum = 0;
    for (let i = 0; i < pixels; i++) {
      if (edges) {
        if (right[i] !== 0) sum += right[i]! * square(direction, i, i + 1);
        if (below[i] !== 0) sum += below[i]! * square(direction, i, i + width);
      } else sum += direction[2 * i]! ** 2 + direction[2 * i + 1]! ** 2;
    }
    return sum;
  }

  function apply(object: Float32Array, illumination: Float32Array, weight: number): void {
    if (!edges) {
      for (let i = 0; i < 2 * pixels; i++) {
        const light = illumination[i >> 1]!;
        object[i] = (light * object[i]! + (i % 2 === 0 ? weight : 0)) / (light + weight);
      }
      return;
    }
    if (kind === "tv" || right[0] === 0) refresh(object);
    const relaxInner = kind === "smoothness" ? relaxEvenly : relaxInside;
    let [from, to] = scratch;
    from.set(object);
    for (let sweep = 0; sweep < jacobiSweeps; sweep++) {
      for (let y = 0; y < height; y++) {
        const inner = y > 0 && y + 1 < height;
        relax(object, illumination, weight, from, to, y * width, inner ? 1 : width);
        if (!inner) continue;
        relaxInner(object, illumination, weight, from, to, y * width);
        relax(object, illumination, weight, from, to, (y + 1) * width - 1, 1);
      }
      [from, to] = [to, from];
    }
    object.set(from);
  }

  /** One Jacobi step for `count` pixels from `first` on. */
  function relax(
    object: Float32Array,
    illumination: Float32Array,
    weight: number,
    from: Float32Array,
    to: Float32Array,
    first: number,
    count: number,
  ): void {
    for (let i = first; i < first + count; i++) {
      const r = weight * right[i]!;
      const b = weight * below[i]!;
      const l = i > 0 ? weight * right[i - 1]! : 0;
      const t = i >= width ? weight * below[i - width]! : 0;
      const light = illumination[i]!;
      const total = light + r + b + l + t;
      for (let c = 2 * i; c < 2 * i + 2; c++) {
        let value = light * object[c]!;
        if (r !== 0) value += r * from[c + 2]!;
        if (b !== 0) value += b * from[c + 2 * width]!;
        if (l !== 0) value += l * from[c - 2]!;
        if (t !== 0) value += t * from[c - 2 * width]!;
        to[c] = value / total;
      }
    }
  }

  /** The same for the inside of a row that has one above and one below it: without branches, to the same bits. */
  const relaxInside: RelaxRow = (object, illumination, weight, from, to, row) => {
    const line = 2 * width;
    let l = weight * right[row]!;
    for (let i = row + 1; i < row + width - 1; i++) {
      const light = illumination[i]!;
      const r = weight * right[i]!;
      const b = weight * below[i]!;
      const t = weight * below[i - width]!;
      const total = light + r + b + l + t;
      const c = 2 * i;
      const re = light * object[c]! + r * from[c + 2]! + b * from[c + line]! + l * from[c - 2]!;
      const im = light * object[c + 1]! + r * from[c + 3]! + b * from[c + line + 1]! + l * from[c - 1]!;
      to[c] = (re + t * from[c - line]!) / total;
      to[c + 1] = (im + t * from[c - line + 1]!) / total;
      l = r;
    }
  };

  /** The same where all edges have weight 1. */
  const relaxEvenly: RelaxRow = (object, illumination, weight, from, to, row) => {
    const line = 2 * width;
    for (let i = row + 1; i < row + width - 1; i++) {
      const light = illumination[i]!;
      const scale = 1 / (light + 4 * weight);
      const c = 2 * i;
      const re = from[c + 2]! + from[c - 2]! + from[c + line]! + from[c - line]!;
      const im = from[c + 3]! + from[c - 1]! + from[c + line + 1]! + from[c - line + 1]!;
      to[c] = (light * object[c]! + weight * re) * scale;
      to[c + 1] = (light * object[c + 1]! + weight * im) * scale;
    }
  };

  return { refresh, addGradient, curvature, apply };
}

/** |a_i − a_j|². */
function square(image: Float32Array, i: number, j: number): number {
  const re = image[2 * i]! - image[2 * j]!;
  const im = image[2 * i + 1]! - image[2 * j + 1]!;
  return re * re + im * im;
}

/** The pull of one edge on its two pixels. */
function pull(image: Float32Array, gradient: Float32Array, i: number, j: number, weight: number): void {
  if (weight === 0) return;
  for (let c = 0; c < 2; c++) {
    const difference = weight * (image[2 * i + c]! - image[2 * j + c]!);
    gradient[2 * i + c] = gradient[2 * i + c]! + difference;
    gradient[2 * j + c] = gradient[2 * j + c]! - difference;
  }
}
