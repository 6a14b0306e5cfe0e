// Roots of unity are right to the last bits, and made of nothing that differs between JavaScript engines.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { unitRoots } from "./unit-roots.ts";

const sizes = Array.from({ length: 1024 }, (_, i) => i + 1);

test("they are cosines and sines to rounding, at every n up to 1024", () => {
  let largest = 0;
  for (const n of sizes) {
    unitRoots(n).forEach((value, i) => {
      const angle = (2 * Math.PI * (i >> 1)) / n;
      const wanted = i % 2 === 0 ? Math.cos(angle) : -Math.sin(angle);
      largest = Math.max(largest, Math.abs(value - wanted));
    });
  }
  // The angle that the engine is asked for is up to 2π and rounded twice, 1.1e-16 each; ours is folded first.
  expect(largest).toBeLessThan(2e-15);
});

test("quarter turns and eighths are exact", () => {
  expect([...unitRoots(4)]).toEqual([1, 0, 0, -1, -1, 0, 0, 1]);
  const [, , re, im] = unitRoots(8);
  expect(Math.abs(re! - Math.SQRT1_2)).toBeLessThan(2.3e-16);
  expect(Math.abs(im! + Math.SQRT1_2)).toBeLessThan(2.3e-16);
});

test("opposite and mirrored roots agree to the bit", () => {
  for (const n of [12, 30, 64, 100]) {
    const roots = unitRoots(n);
    for (let k = 1; k < n; k++) {
      expect(roots[2 * (n - k)]).toBe(roots[2 * k]);
      expect(roots[2 * (n - k) + 1]! + roots[2 * k + 1]!).toBe(0);
    }
  }
});

test("no function of Math that an engine may round in its own way takes part", () => {
  const source = readFileSync(new URL("unit-roots.ts", import.meta.url), "utf8").replaceAll(
    /\/\/.*|\/\*.*?\*\//gu,
    "",
  );
  expect([...source.matchAll(/Math\.\w+/gu)].map(([name]) => name)).toEqual(["Math.PI"]);
});
