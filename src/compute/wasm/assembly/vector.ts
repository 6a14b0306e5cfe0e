// AssemblyScript. Four floats at a time under short names; with relaxed SIMD the products of `madd` and `nmadd` are
// fused with the sum (one rounding). Offsets are added to the address: binaryen folds constants into the instruction.

@inline
export function ld(address: usize): v128 {
  return v128.load(address);
}

@inline
export function st(address: usize, value: v128): void {
  v128.store(address, value);
}

/** One float of memory in all lanes. */
@inline
export function spread(address: usize): v128 {
  return v128.load_splat<f32>(address);
}

@inline
export function splat(value: f32): v128 {
  return f32x4.splat(value);
}

@inline
export function add(a: v128, b: v128): v128 {
  return f32x4.add(a, b);
}

@inline
export function sub(a: v128, b: v128): v128 {
  return f32x4.sub(a, b);
}

@inline
export function mul(a: v128, b: v128): v128 {
  return f32x4.mul(a, b);
}

/** a·b + c */
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** c − a·b */
@inline
export function nmadd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_nmadd(a, b, c);
  return f32x4.sub(c, f32x4.mul(a, b));
}

/** a·b + sum for a sum over `count` products that begins at 0: of one product, the product. A compiler may not leave out
 * the sum with 0. */
@inline
export function plus(a: v128, b: v128, sum: v128, count: i32): v128 {
  return count === 1 ? mul(a, b) : madd(a, b, sum);
}

/** wa·a + wb·b. */
@inline
export function mix(a: v128, b: v128, wa: v128, wb: v128): v128 {
  return madd(b, wb, mul(a, wa));
}

/** The larger of both: one instruction, where `f32x4.max` takes eight for the sake of NaN and −0. */
@inline
export function larger(a: v128, b: v128): v128 {
  return f32x4.pmax(a, b);
}

/** Real parts of four interleaved complex numbers. */
@inline
export function evens(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 2, 4, 6);
}

/** Imaginary parts of four interleaved complex numbers. */
@inline
export function odds(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 1, 3, 5, 7);
}

/** (a0, b0, a1, b1): the first two of four complex numbers, interleaved. */
@inline
export function zipLow(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 4, 1, 5);
}

@inline
export function zipHigh(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 6, 3, 7);
}

/** Lower halves of both. */
@inline
export function lows(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 0, 1, 4, 5);
}

/** Upper halves of both. */
@inline
export function highs(a: v128, b: v128): v128 {
  return v128.shuffle<f32>(a, b, 2, 3, 6, 7);
}

/** Sum of the lanes. */
@inline
export function total(a: v128): f64 {
  return (
    <f64>f32x4.extract_lane(a, 0) +
    <f64>f32x4.extract_lane(a, 1) +
    (<f64>f32x4.extract_lane(a, 2) + <f64>f32x4.extract_lane(a, 3))
  );
}

/** Largest lane. */
@inline
export function largest(a: v128): f32 {
  return max(
    max(f32x4.extract_lane(a, 0), f32x4.extract_lane(a, 1)),
    max(f32x4.extract_lane(a, 2), f32x4.extract_lane(a, 3)),
  );
}

/** Address of √½. In memory, because TurboFan builds a constant vector anew wherever it is used. */
export const HALF_ROOT = memory.data<f32>([0.70710678118654752]);
