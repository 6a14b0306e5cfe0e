// Random numbers of a fuzz case, from its name alone: any case can be made again without those before it.
// Hash: FNV-1a, 32 bits (RFC 9923). Generator: mulberry32, public domain.

export interface Random {
  /** A whole number from 0 up to, not including, `end`; 0 for an `end` of 0. */
  below(end: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
}

export function randomOf(...name: readonly (string | number)[]): Random {
  let state = 0x811c9dc5;
  for (const byte of Buffer.from(name.join("\0"))) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  function unit(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (end: number): number => Math.floor(unit() * end);
  return {
    below,
    chance: (probability) => unit() < probability,
    pick: (items) => items[below(items.length)]!,
  };
}
