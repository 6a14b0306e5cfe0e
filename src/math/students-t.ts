// Student's t distribution: its 97.5 % point, for two-sided 95 % intervals of a mean.

/** 97.5 % point of Student's t: Cornish–Fisher expansion (Abramowitz & Stegun 26.7.5), within 1 % from 4 degrees up;
 * below that the exact table values. Infinite without a degree of freedom. */
export function tCritical95(degrees: number): number {
  const exact = [Infinity, 12.7062, 4.3027, 3.1824];
  const tabled = exact[degrees];
  if (tabled !== undefined) return tabled;
  const z = 1.959963985;
  const first = (z ** 3 + z) / 4;
  const second = (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96;
  const third = (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384;
  return z + first / degrees + second / degrees ** 2 + third / degrees ** 3;
}
