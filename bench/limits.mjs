// What bounds a transform and a visit: their floating-point operations at the rate of a transform that stays in the first-level
// cache, and the bytes that must move at the rate of a large copy (Williams et al. 2009, doi:10.1145/1498765.1498785).

/** The scan of the race of sweeps. */
export const sweep = { size: 128, positions: 500 };

/** 5 N² log₂ N²: the customary count, whatever the radices. */
export const transformFlops = (size) => 5 * size ** 2 * Math.log2(size ** 2);

/** A transform in place: its field once in and once out. */
export const transformWork = (size) => ({ flops: transformFlops(size), bytes: 16 * size ** 2 });

/** One frame: two transforms per mode. Counts as bytes; the patch of the object and each mode of the probe in and out. Visits
 * in batches, and LSQ-ML's, also move a patch (in and out) and a wave of each mode. */
export function visitWork({ size, modes, waves }) {
  const alone = 1 + 16 + 16 * modes;
  return {
    flops: 2 * modes * transformFlops(size),
    bytes: size ** 2 * (waves ? alone + 16 + 8 * modes : alone),
  };
}

/** Seconds that the work takes at least. Threads share the way to memory. */
export function leastSeconds({ flops, bytes }, { peak, bandwidth }, threads = 1) {
  return Math.max(flops / (peak * threads), bytes / bandwidth) / 1e9;
}

/** GFLOP/s that a transform can reach. */
export function transformLimit(size, machine) {
  const work = transformWork(size);
  return work.flops / leastSeconds(work, machine) / 1e9;
}

/** Milliseconds that a sweep takes at least. */
export function sweepLimit({ batch, threads }, machine) {
  const { size, positions } = sweep;
  return 1e3 * positions * leastSeconds(visitWork({ size, modes: 1, waves: batch > 1 }), machine, threads);
}
