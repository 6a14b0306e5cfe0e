// Bounds of the object's amplitude: a transmission above 1, or one that noise has blown up, is brought back to the bound.
// The phase stays.

/** In place; complex64 [H, W]. */
export function limitAmplitude(object: Float32Array, min: number | null, max: number | null): void {
  const low = min ?? 0;
  const high = max ?? Infinity;
  for (let i = 0; i < object.length; i += 2) {
    const amplitude = Math.hypot(object[i]!, object[i + 1]!);
    const wanted = Math.min(high, Math.max(low, amplitude));
    if (wanted === amplitude) continue;
    // A dark pixel has no phase: it becomes real.
    const factor = amplitude > 0 ? wanted / amplitude : 0;
    object[i] = amplitude > 0 ? object[i]! * factor : wanted;
    object[i + 1] = object[i + 1]! * factor;
  }
}
