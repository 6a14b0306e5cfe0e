// How frames that are not in memory are read: one at a time, into memory of the caller.

/** Writes √counts of one frame, float32 [N, N], DC at (N/2, N/2), into `out`. */
export type FrameReader = (frame: number, out: Float32Array) => void;
