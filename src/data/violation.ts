// A broken rule of the data contract, and the error that reports it.

import { DoselapError } from "../errors.ts";

const findings = ["DATA-001", "DATA-002", "DATA-004", "DATA-005", "OVERSAMPLING-001"] as const;

/** Finding ids: docs/findings.md. */
export type Finding = (typeof findings)[number];

/** The finding of an error; whatever has none breaks the contract. */
export function findingOf(id: string | undefined): Finding {
  return findings.find((known) => known === id) ?? "DATA-001";
}

export interface Violation {
  readonly file?: string | undefined;
  readonly key: string;
  /** What is wrong, in words. */
  readonly message: string;
  readonly expected: string;
  readonly got: string;
  readonly finding: Finding;
  readonly hint?: string | undefined;
}

/** At least one violation. */
export type Violations = readonly [Violation, ...Violation[]];

export function hasViolations(violations: readonly Violation[]): violations is Violations {
  return violations.length > 0;
}

/** The first violation as an error, which lists the others. */
export function violationError([{ message, hint, ...context }, ...others]: Violations): DoselapError {
  const more = others.map(({ key, message: what }) => `${key} ${what}`).join("; ");
  const words = [hint, more === "" ? undefined : `${others.length} more: ${more}.`].filter(
    (part) => part !== undefined,
  );
  return new DoselapError("Contract", message, {
    ...context,
    ...(words.length === 0 ? {} : { hint: words.join(" ") }),
  });
}
