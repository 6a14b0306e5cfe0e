// Heavy-ball momentum of the object over bursts of steps:
//   v ← η v + (O − O_before),  O ← O + η v
// What goes on in one direction takes steps 1/(1 − η) times as long; what each burst takes back does not.
// Polyak 1964, doi:10.1016/0041-5553(64)90137-5; in ptychography Maiden, Johnson & Li 2017, doi:10.1364/OPTICA.4.000736.
// The probe, which every visit moves as a whole, has none: with few photons it would run away [ENGINE-006].

import type { ScanShape, ScanViews } from "../compute/scan-memory.ts";
import { moveImage, type Shift } from "./constraints/centre.ts";

export interface Momentum {
  readonly arrays: { readonly [name: string]: Float32Array };
  /** Called after the object was moved by whole pixels: to r − shift from r. */
  moved(shift: Shift): void;
  /** A burst begins at the object as it is. */
  begin(): void;
  /** A burst ends, and the next begins where its motion leads. */
  push(): void;
}

/** What moves. */
interface Moving {
  readonly views: Pick<ScanViews, "object">;
  readonly shape: Pick<ScanShape, "objectHeight" | "objectWidth">;
}

/** @param friction η, how much of the last burst's motion is kept. */
export function startMomentum({ views, shape }: Moving, friction: number): Momentum {
  const { object } = views;
  const velocity = new Float32Array(object.length);
  const past = object.slice();
  return {
    arrays: { objectVelocity: velocity },
    moved(shift) {
      moveImage(velocity, shape.objectHeight, shape.objectWidth, shift, "dark");
      moveImage(past, shape.objectHeight, shape.objectWidth, shift, "edge");
    },
    begin() {
      past.set(object);
    },
    push() {
      for (let i = 0; i < object.length; i++) {
        const v = friction * velocity[i]! + object[i]! - past[i]!;
        velocity[i] = v;
        object[i] = object[i]! + friction * v;
        past[i] = object[i]!;
      }
    },
  };
}
