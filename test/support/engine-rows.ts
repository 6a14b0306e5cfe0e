// What the engine contracts run over: every engine, and every kind of kernels that they may run on.

import { openBackend } from "../../src/compute/node.ts";
import type { Backend } from "../../src/compute/backend.ts";
import type { Problem } from "../../src/engines/problem.ts";
import { hasRelaxedSimd } from "../../src/compute/wasm/binary.ts";
import { prepareEngine } from "../../src/engines/prepare.ts";
import { engineNames } from "../../src/engines/registry.ts";
import { runEngine, type Reconstruction, type RunContext } from "../../src/engines/run.ts";

/** Kernels and threads; the first is what single-row suites use. Node runs relaxed kernels from 22 on; what it says before
 * is in src/compute/node.test.ts. */
export const backends: { readonly [row: string]: Backend } = {
  "wasm simd": openBackend({ kernels: "simd" }),
  "wasm simd, 2 threads": openBackend({ kernels: "simd", threads: 2 }),
  reference: openBackend({ kernels: "reference" }),
  ...(hasRelaxedSimd() ? { "wasm relaxed": openBackend({ kernels: "relaxed" }) } : {}),
};
export const simd = backends["wasm simd"]!;

/** Rows of describe.each: these engines, each on all kernels. */
export function onEveryBackend(
  names: readonly string[],
  rows: readonly string[] = Object.keys(backends),
): [name: string, row: string][] {
  return names.flatMap((name) => rows.map((row): [string, string] => [name, row]));
}

/** The same without the plain kernels, which are ten times slower, for hundreds of epochs: that their runs are the same is
 * what engine-backends.contract.test.ts says. */
export function onQuickBackends(names: readonly string[]): [name: string, row: string][] {
  return onEveryBackend(
    names,
    Object.keys(backends).filter((row) => row !== "reference"),
  );
}

/** The same, with the plain kernels where `.ci/nightly` asks for them: for whole reconstructions of a scan. */
export const onAskedBackends: typeof onQuickBackends = (names) =>
  process.env["PLAIN_KERNELS"] === "1" ? onEveryBackend(names) : onQuickBackends(names);

/** Milliseconds that such a reconstruction may take: the plain kernels' are minutes. */
export const longRunMs = 900_000;

/** Engines that keep no exit waves: they can fit positions and intensities. */
export const gradientEngines = engineNames.filter((name) => name !== "dm" && name !== "raar");
/** Engines that visit frames in an order of their own, drawn by the seed. */
export const seededEngines = engineNames.filter((name) => !["dm", "raar", "ml"].includes(name));

/** Runs an engine without a prior: contracts are about noise-free frames that need none. */
export function solve(
  name: string,
  options: { readonly [key: string]: unknown },
  problem: Problem,
  { backend = simd, seed = 7, ...context }: Partial<RunContext> = {},
): Promise<Reconstruction> {
  return runEngine(prepareEngine(name, { prior: "none", ...options }), problem, {
    backend,
    seed,
    ...context,
  });
}

/** {@link solve} on the kernels of a row. */
export function solveOn(row: string): typeof solve {
  const backend = backends[row]!;
  return (name, options, problem, context) => solve(name, options, problem, { backend, ...context });
}
