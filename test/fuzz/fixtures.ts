// Where the fixtures are: the fuzzer runs compiled, from a folder of its own inside the repository.

import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/** A folder below fixtures/. @throws when there is no repository above. */
export function fixtureFolder(name: string): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "package-lock.json"))) return join(folder, "fixtures", name);
  }
  throw new Error("no repository above the fuzzer");
}
