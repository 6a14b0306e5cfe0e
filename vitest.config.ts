// Test projects. Suites that need more than Node (real data, a browser, numpy) are projects of their own,
// so that `npm test` passes on a machine with nothing else installed.

import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

const second = 1000;

/** A project of one folder; `seconds` is the longest a test or hook may take on a slow machine. */
function project(name: string, include: string[], seconds: number) {
  const setupFiles = ["test/support/property-seed.ts"];
  return {
    test: { name, include, setupFiles, testTimeout: seconds * second, hookTimeout: seconds * second },
  };
}

// Continuous integration names a file here to count the tests from; people see the usual output alone.
const report = process.env["VITEST_JSON_REPORT"];

export default defineConfig({
  test: {
    // By default one core is left to the watcher: on two cores all files would run one after the other.
    maxWorkers: availableParallelism(),
    reporters: report === undefined ? ["default"] : ["default", ["json", { outputFile: report }]],
    projects: [
      project("unit", ["src/**/*.test.ts", "test/contracts/**/*.test.ts"], 60),
      project("e2e", ["test/e2e/**/*.test.ts"], 240),
      project("injuries", ["test/injuries/**/*.test.ts"], 900),
      project("measured", ["test/measured/**/*.test.ts"], 900),
      project("browser", ["test/browser/**/*.test.ts"], 300),
      project("slurm", ["test/slurm/**/*.test.ts"], 600),
      project("numpy", ["test/numpy/**/*.test.ts"], 120),
      project("offline", ["test/offline/**/*.test.ts"], 300),
      project("pytorch", ["test/pytorch/**/*.test.ts"], 300),
    ],
  },
});
