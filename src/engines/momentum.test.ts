// Momentum against the closed form of a heavy ball, and beside whole-pixel moves.

import { describe, expect, test } from "vitest";
import { startMomentum } from "./momentum.ts";

const sides = { objectHeight: 2, objectWidth: 3 };

function momentumOf(values: readonly number[], friction: number) {
  const object = Float32Array.from(values);
  return { object, momentum: startMomentum({ views: { object }, shape: sides }, friction) };
}

describe("momentum", () => {
  test("carries an error that a burst shrinks by ρ as a ball of friction η", () => {
    // e ← ρe + ηv with v ← ηv − (1 − ρ)e, of determinant ηρ: by so much shrinks what two ways span, exactly.
    const [rho, friction, bursts] = [0.98, 0.85, 40];
    const { object, momentum } = momentumOf(Array<number>(12).fill(1), friction);
    const burst = (): void => {
      momentum.begin();
      for (let i = 0; i < object.length; i++) object[i] = rho * object[i]!;
      momentum.push();
    };
    const velocity = momentum.arrays["objectVelocity"]!;
    const spanned = (): number => object[0]! * velocity[1]! - object[1]! * velocity[0]!;
    burst();
    object[1] = -3;
    const before = spanned();
    for (let k = 0; k < bursts; k++) burst();
    expect(spanned() / before / (friction * rho) ** bursts).toBeCloseTo(1, 3);
    // By √(ηρ) a burst the error falls, which is by ρ without momentum.
    expect(Math.abs(object[0]!)).toBeLessThan(0.2 * rho ** bursts);
  });

  test("leaves what is still where it is, and adds η times a first motion", () => {
    const { object, momentum } = momentumOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], 0.5);
    momentum.begin();
    momentum.push();
    expect([...object]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    object[0] = 3;
    momentum.push();
    expect([...object.subarray(0, 2)]).toEqual([4, 2]);
    momentum.push();
    expect(object[0]).toBe(4.5);
  });

  test("does not take a move of the whole object for motion", () => {
    const { object, momentum } = momentumOf([0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0.5);
    momentum.begin();
    // To r − shift from r: the pixel at x = 1 to x = 0.
    object.set([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    momentum.moved({ x: 1, y: 0 });
    momentum.push();
    expect([...object]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  });
});
