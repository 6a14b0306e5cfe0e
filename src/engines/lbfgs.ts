// Limited-memory BFGS with a diagonal start, on flat float32 vectors: the two-loop recursion.
// Nocedal 1980, doi:10.1090/S0025-5718-1980-0572855-7. The line search is the caller's.

export interface Lbfgs {
  /** Descent direction at a point with this gradient; `scale` is the diagonal of the start's inverse Hessian. The
   * returned array is reused by the next call. */
  direction(gradient: Float32Array, scale: Float32Array): Float32Array;
  /** The point moved by `step` along the last direction. */
  moved(step: number): void;
  /** Drops what was remembered: the function or the point changed by other means. */
  forget(): void;
  /** All state. */
  readonly arrays: { readonly [name: string]: Float32Array | Float64Array };
}

export function createLbfgs(length: number, memory: number): Lbfgs {
  const steps = new Float32Array(memory * length);
  const changes = new Float32Array(memory * length);
  const direction = new Float32Array(length);
  const previous = new Float32Array(length);
  const weights = new Float64Array(memory);
  // ⟨s, y⟩ of each pair.
  const curvatures = new Float64Array(memory);
  // Pairs kept, place of the next one, last step (0 = none to learn from).
  const state = new Float64Array(3);

  /** Takes in the pair of the last step. */
  function learn(gradient: Float32Array): void {
    const step = state[2]!;
    if (step === 0) return;
    const at = state[1]! * length;
    let [curvature, changed, moved] = [0, 0, 0];
    for (let i = 0; i < length; i++) {
      const s = step * direction[i]!;
      const y = gradient[i]! - previous[i]!;
      steps[at + i] = s;
      changes[at + i] = y;
      curvature += s * y;
      changed += y * y;
      moved += s * s;
    }
    // Pairs of negative or no curvature would spoil the descent.
    if (!(curvature > 1e-10 * Math.sqrt(changed * moved))) return;
    curvatures[state[1]!] = curvature;
    state[0] = Math.min(memory, state[0]! + 1);
    state[1] = (state[1]! + 1) % memory;
  }

  /** Place of the pair that was learned `age` pairs ago, 1 = the last one. */
  const pairAt = (age: number): number => (state[1]! - age + memory) % memory;

  return {
    direction(gradient, scale) {
      learn(gradient);
      previous.set(gradient);
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
      state[2] = 0;
      return direction;
    },
    moved(step) {
      state[2] = step;
    },
    forget() {
      state.fill(0);
    },
    arrays: {
      lbfgsSteps: steps,
      lbfgsChanges: changes,
      lbfgsDirection: direction,
      lbfgsGradient: previous,
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
