// The version in the code is the one of the package.

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { doselapVersion } from "./version.ts";

test("doselapVersion is the version of package.json", () => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(manifest).toMatchObject({ name: "doselap", version: doselapVersion });
});
