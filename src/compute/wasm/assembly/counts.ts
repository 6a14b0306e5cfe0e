// AssemblyScript. Counts in memory, as lines of float32.

import { splat, st } from "./vector";

/** A line of `length` counts (a multiple of 8) as float32; masked ones become NaN, which is neither ≥ 0 nor > 0. */
export function bytesToLine(from: usize, line: usize, length: i32): void {
  const mark = splat(255);
  for (const end = line + (<usize>length << 2); line < end; line += 32) {
    const words = v128.load_ext<u8>(from);
    const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words));
    const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(words));
    st(line, v128.or(low, f32x4.eq(low, mark)));
    st(line + 16, v128.or(high, f32x4.eq(high, mark)));
    from += 8;
  }
}

export function wordsToLine(from: usize, line: usize, length: i32): void {
  const mark = splat(65535);
  for (const end = line + (<usize>length << 2); line < end; line += 32) {
    const words = v128.load(from);
    const low = f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(words));
    const high = f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(words));
    st(line, v128.or(low, f32x4.eq(low, mark)));
    st(line + 16, v128.or(high, f32x4.eq(high, mark)));
    from += 16;
  }
}

export function floatsToLine(from: usize, line: usize, length: i32): void {
  for (const end = line + (<usize>length << 2); line < end; line += 32) {
    st(line, v128.load(from));
    st(line + 16, v128.load(from, 16));
    from += 32;
  }
}
