// What a session asks of its caller, checked before native code runs: every input fed, none besides, shapes as in the
// model, and as many values as the shape says.

import { DoselapError } from "../../errors.ts";
import { elementCount, sameShape, shapeText, type Shape } from "../graph/shape.ts";
import type { Feeds, RunOptions } from "./runtime.ts";

/** @throws Shape, naming the feed. */
export function checkFeeds(
  inputNames: readonly string[],
  shapes: ReadonlyMap<string, Shape>,
  feeds: Feeds,
): void {
  for (const name of inputNames) {
    const feed = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
    const shape = shapes.get(name)!;
    if (feed === undefined) throw fault("an input is not fed", name, shapeText(shape), "nothing");
    if (!sameShape(feed.shape, shape)) {
      throw fault("a feed has another shape than the input", name, shapeText(shape), shapeText(feed.shape));
    }
    checkLength("a feed has not as many values as its shape says", name, shape, feed.data);
  }
  for (const name of Object.keys(feeds)) {
    if (!inputNames.includes(name))
      throw fault("a feed is no input of the model", name, list(inputNames), name);
  }
}

/** @throws Shape, naming the output. */
export function checkInto(
  outputNames: readonly string[],
  shapes: ReadonlyMap<string, Shape>,
  into: NonNullable<RunOptions["into"]>,
  feeds: Feeds,
): void {
  const taken: [string, Float32Array][] = Object.entries(feeds).map(([name, { data }]) => [name, data]);
  for (const [name, data] of Object.entries(into)) {
    if (!outputNames.includes(name)) {
      throw fault("an array is meant for an output that the model has not", name, list(outputNames), name);
    }
    checkLength("an array for an output has not its length", name, shapes.get(name)!, data);
    // A graph may read an input after it has written an output.
    const other = taken.find(([, each]) => overlap(each, data));
    if (other !== undefined) {
      throw fault("an array for an output shares memory with another", name, "memory of its own", other[0]);
    }
    taken.push([name, data]);
  }
}

function overlap(a: Float32Array, b: Float32Array): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}

/** @throws Range */
export function checkThreadCount(threads: number): void {
  if (Number.isInteger(threads) && threads >= 1 && threads <= mostThreads) return;
  throw new DoselapError("Range", "not a number of threads", {
    key: "threads",
    expected: `an integer from 1 to ${mostThreads}`,
    got: String(threads),
  });
}
const mostThreads = 256;

function checkLength(message: string, name: string, shape: Shape, data: Float32Array): void {
  if (data.length !== elementCount(shape)) {
    throw fault(message, name, `${elementCount(shape)} for ${shapeText(shape)}`, String(data.length));
  }
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : `one of ${names.join(", ")}`;
}

function fault(message: string, key: string, expected: string, got: string): DoselapError {
  return new DoselapError("Shape", message, { key, expected, got });
}
