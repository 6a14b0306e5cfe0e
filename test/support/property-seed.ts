// One seed for every property test, so that a run of the suite is repeatable and a change is judged by its own faults.
// New cases come each night: `.ci/nightly` sets PROPERTY_SEED to its own seed.

import fc from "fast-check";

const text = process.env["PROPERTY_SEED"] ?? "20261126";
const seed = Number(text);
if (!Number.isInteger(seed)) throw new Error(`PROPERTY_SEED: expected a whole number, got "${text}"`);
fc.configureGlobal({ seed });
