// Limited-memory BFGS with a diagonal start, on flat float32 vectors: the two-loop recursion.
// Nocedal 1980, doi:10.1090/S0025-5718-1980-0572855-7. The line search is the caller's, and so is what else moves the point: a
// pair is the difference of two points and of their gradients, whatever led from one to the other [ENGINE-060].

export interface Lbfgs {
  /** Descent direction at a point, whose parts have `length` numbers together, with this gradient; `scale` is the diagonal of the
   * start's inverse Hessian. The returned array is reused by the next call. */
  direction(point: readonly Float32Array[], gradient: Float32Array, scale: Float32Array): Float32Array;
  /** Drops what was remembered: the function is another one now. */
  forget(): void;
  /** All state. */
  readonly arrays: { readonly [name: string]: Float32Array | Float64Array };
}

export function createLbfgs(length: number, memory: number): Lbfgs {
  const steps = new Float32Array(memory * length);
  const changes = new Float32Array(memory * length);
  const direction = new Float32Array(length);
  const lastPoint = new Float32Array(length);
  const lastGradient = new Float32Array(length);
  const weights = new Float64Array(memory);
  // ⟨s, y⟩ of each pair.
  const curvatures = new Float64Array(memory);
  // Pairs kept, place of the next one, 1 = there is a last point.
  const state = new Float64Array(3);

  /** Takes in the pair of the last point and this one, and remembers this one. */
  function learn(point: readonly Float32Array[], gradient: Float32Array): void {
    const at = state[1]! * length;
    let [curvature, changed, moved, i] = [0, 0, 0, 0];
    for (const part of point) {
      for (let k = 0; k < part.length; k++, i++) {
        const s = part[k]! - lastPoint[i]!;
        const y = gradient[i]! - lastGradient[i]!;
        steps[at + i] = s;
        changes[at + i] = y;
        curvature += s * y;
        changed += y * y;
        moved += s * s;
        lastPoint[i] = part[k]!;
      }
    }
    lastGradient.set(gradient);
    const known = state[2] === 1;
    state[2] = 1;
    // Pairs of negative or no curvature would spoil the descent.
    if (!known || !(curvature > 1e-10 * Math.sqrt(changed * moved))) return;
    curvatures[state[1]!] = curvature;
    state[0] = Math.min(memory, state[0]! + 1);
    state[1] = (state[1]! + 1) % memory;
  }

  /** Place of the pair that was learned `age` pairs ago, 1 = the last one. */
  const pairAt = (age: number): number => (state[1]! - age + memory) % memory;

  return {
    direction(point, gradient, scale) {
      learn(point, gradient);
      direction.set(gradient);
      const kept = state[0]!;
      let next = kept === 0 ? 0 : dot(direction, steps, pairAt(1) * length);
      for (let age = 1; age <= kept; age++) {
        const pair = pairAt(age);
        const weight = next / curvatures[pair]!;
        weights[age - 1] = weight;
        if (age < kept) {
          next = axpyDot(direction, changes, pair * length, -weight, steps, pairAt(age + 1) * length);
        } else axpy(direction, changes, pair * length, -weight);
      }
      for (let i = 0; i < length; i++) direction[i] = direction[i]! * scale[i]!;
      next = kept === 0 ? 0 : dot(direction, changes, pairAt(kept) * length);
      for (let age = kept; age >= 1; age--) {
        const pair = pairAt(age);
        const weight = weights[age - 1]! - next / curvatures[pair]!;
        if (age > 1)
          next = axpyDot(direction, steps, pair * length, weight, changes, pairAt(age - 1) * length);
        else axpy(direction, steps, pair * length, weight);
      }
      for (let i = 0; i < length; i++) direction[i] = -direction[i]!;
      return direction;
    },
    forget() {
      state.fill(0);
    },
    arrays: {
      lbfgsSteps: steps,
      lbfgsChanges: changes,
      lbfgsPoint: lastPoint,
      lbfgsGradient: lastGradient,
      lbfgsCurvatures: curvatures,
      lbfgsState: state,
    },
  };
}

/** ⟨a, b from `at` on⟩. */
function dot(a: Float32Array, b: Float32Array, at: number): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[at + i]!;
  return sum;
}

function axpy(to: Float32Array, from: Float32Array, at: number, weight: number): void {
  for (let i = 0; i < to.length; i++) to[i] = to[i]! + weight * from[at + i]!;
}

/** `axpy`, and ⟨to, b from `place` on⟩ of what comes out: one pass over `to` for both. */
function axpyDot(
  to: Float32Array,
  from: Float32Array,
  at: number,
  weight: number,
  b: Float32Array,
  place: number,
): number {
  let sum = 0;
  for (let i = 0; i < to.length; i++) {
    const value = Math.fround(to[i]! + weight * from[at + i]!);
    to[i] = value;
    sum += value * b[place + i]!;
  }
  return sum;
}
