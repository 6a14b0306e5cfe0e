// What changed between the designs of runs, field by field: dotted paths, the value of each run beside them.

export interface DesignChange {
  /** scan.jitterFraction, views.sparse.overlap */
  readonly field: string;
  /** As JSON, in the order of the runs; null where a run has no such field. */
  readonly values: readonly (string | null)[];
}

type Json = { readonly [key: string]: unknown };

/** Fields that are not the same in all designs, in the order in which the designs name them. A list is one value. */
export function designChanges(designs: readonly Json[]): DesignChange[] {
  const leaves = designs.map((design) => new Map(leavesOf(design, "")));
  const fields = new Set(leaves.flatMap((fieldsOfRun) => [...fieldsOfRun.keys()]));
  return [...fields].flatMap((field) => {
    const values = leaves.map((fieldsOfRun) => fieldsOfRun.get(field) ?? null);
    return new Set(values).size < 2 ? [] : [{ field, values }];
  });
}

function leavesOf(value: unknown, path: string): [string, string][] {
  if (isRecord(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([key, item]) =>
      leavesOf(item, path === "" ? key : `${path}.${key}`),
    );
  return [[path, JSON.stringify(value)]];
}

function isRecord(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
