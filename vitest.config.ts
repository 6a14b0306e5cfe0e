import { defineConfig } from "vitest/config";

// Suites that need more than Node (real data, a browser, numpy) are projects of their own,
// so that `npm test` passes on a machine with nothing else installed.
const common = { testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: "unit", include: ["src/**/*.test.ts", "test/contracts/**/*.test.ts"] } },
      { test: { ...common, name: "e2e", include: ["test/e2e/**/*.test.ts"], testTimeout: 240_000, hookTimeout: 240_000 } },
      { test: { ...common, name: "measured", include: ["test/measured/**/*.test.ts"], testTimeout: 900_000, hookTimeout: 900_000 } },
      { test: { ...common, name: "browser", include: ["test/browser/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 } },
      { test: { ...common, name: "numpy", include: ["test/numpy/**/*.test.ts"], testTimeout: 120_000 } },
    ],
  },
});
