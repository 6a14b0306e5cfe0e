// Runs the planted targets: prints as JSON what was found in each.

import { driveTarget, type TargetReport } from "./drive.ts";
import { plantedKinds } from "./planted.ts";

const found: ({ readonly kind: string } & TargetReport)[] = [];
const options = { seed: 1, from: 0, to: 6, corpus: "/nonexistent", silentMs: 5000 };
for (const kind of plantedKinds) found.push({ kind, ...(await driveTarget(`planted-${kind}`, options)) });
process.stdout.write(`${JSON.stringify(found)}\n`);
