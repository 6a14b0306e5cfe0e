// One-dimensional transforms in float64 of lengths 2^a·3^b·5^c, by the self-sorting algorithm of Stockham
// (Cochran et al. 1967, doi:10.1109/TAU.1967.1161899; in place of bit reversal each pass writes where the next one reads).
//   a pass of radix r over length n, stride s, m = n/r:  y[q + s(rp + i)] = e^{−2πi·pi/n} Σ_j x[q + s(p + mj)] e^{−2πi·ij/r}

/** Forward transform in place of the complex numbers that start at complex index `offset`. */
export type Transform = (data: Float64Array, offset: number) => void;

type Pass = (from: Float64Array, at: number, to: Float64Array, into: number) => void;

/** Radices whose product is n, or undefined when n has another prime factor than 2, 3 and 5. */
export function radicesOf(n: number): number[] | undefined {
  const radices: number[] = [];
  let rest = n;
  for (const radix of [4, 2, 3, 5]) {
    for (; rest % radix === 0; rest /= radix) radices.push(radix);
  }
  return rest === 1 ? radices : undefined;
}

/** Unnormalised forward transform of length n. Owns scratch: not re-entrant. */
export function mixedRadix(n: number, radices: readonly number[]): Transform {
  const roots = new Float64Array(2 * n);
  for (let k = 0; k < n; k++) {
    roots[2 * k] = Math.cos((2 * Math.PI * k) / n);
    roots[2 * k + 1] = -Math.sin((2 * Math.PI * k) / n);
  }
  let stride = 1;
  const passes = radices.map((radix): Pass => {
    const pass = kinds[radix as 2 | 3 | 4 | 5](n / stride, stride, roots);
    stride *= radix;
    return pass;
  });
  const scratch = [new Float64Array(2 * n), new Float64Array(2 * n)] as const;
  return (data, offset) => {
    let [from, at] = [data, 2 * offset];
    for (let k = 0; k < passes.length; k++) {
      const to = scratch[k % 2]!;
      passes[k]!(from, at, to, 0);
      [from, at] = [to, 0];
    }
    if (from !== data) data.set(from, 2 * offset);
  };
}

const kinds = { 2: two, 3: three, 4: four, 5: five };

function two(n: number, stride: number, roots: Float64Array): Pass {
  const m = n / 2;
  const step = 2 * stride;
  return (x, at, y, into) => {
    for (let p = 0; p < m; p++) {
      const c1 = roots[step * p]!;
      const s1 = roots[step * p + 1]!;
      const last = at + step * p + step;
      for (let a = at + step * p, o = into + step * 2 * p; a < last; a += 2, o += 2) {
        const b = a + step * m;
        const re = x[a]! - x[b]!;
        const im = x[a + 1]! - x[b + 1]!;
        y[o] = x[a]! + x[b]!;
        y[o + 1] = x[a + 1]! + x[b + 1]!;
        y[o + step] = re * c1 - im * s1;
        y[o + step + 1] = re * s1 + im * c1;
      }
    }
  };
}

const sin60 = Math.sqrt(3) / 2;

function three(n: number, stride: number, roots: Float64Array): Pass {
  const m = n / 3;
  const step = 2 * stride;
  return (x, at, y, into) => {
    for (let p = 0; p < m; p++) {
      const c1 = roots[step * p]!;
      const s1 = roots[step * p + 1]!;
      const c2 = roots[2 * step * p]!;
      const s2 = roots[2 * step * p + 1]!;
      const last = at + step * p + step;
      for (let a = at + step * p, o = into + step * 3 * p; a < last; a += 2, o += 2) {
        const b = a + step * m;
        const c = b + step * m;
        const sumRe = x[b]! + x[c]!;
        const sumIm = x[b + 1]! + x[c + 1]!;
        const midRe = x[a]! - sumRe / 2;
        const midIm = x[a + 1]! - sumIm / 2;
        // −i sin 60° (b − c)
        const sideRe = sin60 * (x[b + 1]! - x[c + 1]!);
        const sideIm = sin60 * (x[c]! - x[b]!);
        y[o] = x[a]! + sumRe;
        y[o + 1] = x[a + 1]! + sumIm;
        y[o + step] = (midRe + sideRe) * c1 - (midIm + sideIm) * s1;
        y[o + step + 1] = (midRe + sideRe) * s1 + (midIm + sideIm) * c1;
        y[o + 2 * step] = (midRe - sideRe) * c2 - (midIm - sideIm) * s2;
        y[o + 2 * step + 1] = (midRe - sideRe) * s2 + (midIm - sideIm) * c2;
      }
    }
  };
}

function four(n: number, stride: number, roots: Float64Array): Pass {
  const m = n / 4;
  const step = 2 * stride;
  return (x, at, y, into) => {
    for (let p = 0; p < m; p++) {
      const c1 = roots[step * p]!;
      const s1 = roots[step * p + 1]!;
      const c2 = roots[2 * step * p]!;
      const s2 = roots[2 * step * p + 1]!;
      const c3 = roots[3 * step * p]!;
      const s3 = roots[3 * step * p + 1]!;
      const last = at + step * p + step;
      for (let a = at + step * p, o = into + step * 4 * p; a < last; a += 2, o += 2) {
        const b = a + step * m;
        const c = b + step * m;
        const d = c + step * m;
        const acRe = x[a]! + x[c]!;
        const acIm = x[a + 1]! + x[c + 1]!;
        const bdRe = x[b]! + x[d]!;
        const bdIm = x[b + 1]! + x[d + 1]!;
        const evenRe = x[a]! - x[c]!;
        const evenIm = x[a + 1]! - x[c + 1]!;
        // −i (b − d)
        const oddRe = x[b + 1]! - x[d + 1]!;
        const oddIm = x[d]! - x[b]!;
        y[o] = acRe + bdRe;
        y[o + 1] = acIm + bdIm;
        y[o + step] = (evenRe + oddRe) * c1 - (evenIm + oddIm) * s1;
        y[o + step + 1] = (evenRe + oddRe) * s1 + (evenIm + oddIm) * c1;
        y[o + 2 * step] = (acRe - bdRe) * c2 - (acIm - bdIm) * s2;
        y[o + 2 * step + 1] = (acRe - bdRe) * s2 + (acIm - bdIm) * c2;
        y[o + 3 * step] = (evenRe - oddRe) * c3 - (evenIm - oddIm) * s3;
        y[o + 3 * step + 1] = (evenRe - oddRe) * s3 + (evenIm - oddIm) * c3;
      }
    }
  };
}

const cos72 = Math.cos((2 * Math.PI) / 5);
const sin72 = Math.sin((2 * Math.PI) / 5);
const cos144 = Math.cos((4 * Math.PI) / 5);
const sin144 = Math.sin((4 * Math.PI) / 5);

function five(n: number, stride: number, roots: Float64Array): Pass {
  const m = n / 5;
  const step = 2 * stride;
  return (x, at, y, into) => {
    for (let p = 0; p < m; p++) {
      const c1 = roots[step * p]!;
      const s1 = roots[step * p + 1]!;
      const c2 = roots[2 * step * p]!;
      const s2 = roots[2 * step * p + 1]!;
      const c3 = roots[3 * step * p]!;
      const s3 = roots[3 * step * p + 1]!;
      const c4 = roots[4 * step * p]!;
      const s4 = roots[4 * step * p + 1]!;
      const last = at + step * p + step;
      for (let a = at + step * p, o = into + step * 5 * p; a < last; a += 2, o += 2) {
        const b = a + step * m;
        const c = b + step * m;
        const d = c + step * m;
        const e = d + step * m;
        const beRe = x[b]! + x[e]!;
        const beIm = x[b + 1]! + x[e + 1]!;
        const cdRe = x[c]! + x[d]!;
        const cdIm = x[c + 1]! + x[d + 1]!;
        const oneRe = x[a]! + cos72 * beRe + cos144 * cdRe;
        const oneIm = x[a + 1]! + cos72 * beIm + cos144 * cdIm;
        const twoRe = x[a]! + cos144 * beRe + cos72 * cdRe;
        const twoIm = x[a + 1]! + cos144 * beIm + cos72 * cdIm;
        // −i times the odd parts
        const sideRe = sin72 * (x[b + 1]! - x[e + 1]!) + sin144 * (x[c + 1]! - x[d + 1]!);
        const sideIm = sin72 * (x[e]! - x[b]!) + sin144 * (x[d]! - x[c]!);
        const farRe = sin144 * (x[b + 1]! - x[e + 1]!) - sin72 * (x[c + 1]! - x[d + 1]!);
        const farIm = sin144 * (x[e]! - x[b]!) - sin72 * (x[d]! - x[c]!);
        y[o] = x[a]! + beRe + cdRe;
        y[o + 1] = x[a + 1]! + beIm + cdIm;
        y[o + step] = (oneRe + sideRe) * c1 - (oneIm + sideIm) * s1;
        y[o + step + 1] = (oneRe + sideRe) * s1 + (oneIm + sideIm) * c1;
        y[o + 2 * step] = (twoRe + farRe) * c2 - (twoIm + farIm) * s2;
        y[o + 2 * step + 1] = (twoRe + farRe) * s2 + (twoIm + farIm) * c2;
        y[o + 3 * step] = (twoRe - farRe) * c3 - (twoIm - farIm) * s3;
        y[o + 3 * step + 1] = (twoRe - farRe) * s3 + (twoIm - farIm) * c3;
        y[o + 4 * step] = (oneRe - sideRe) * c4 - (oneIm - sideIm) * s4;
        y[o + 4 * step + 1] = (oneRe - sideRe) * s4 + (oneIm - sideIm) * c4;
      }
    }
  };
}
