// A plain text table: columns as wide as their widest cell, numbers to the right, no colour.

/** Lines of the table. Every row has as many cells as the head. */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((title, column) =>
    // Long remarks in otherwise narrow columns may overflow: they stand alone in their row.
    Math.max(title.length, ...rows.map((row) => (isRemark(row[column]!) ? 0 : row[column]!.length))),
  );
  const numeric = head.map((_, column) => isNumeric(rows, column));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        numeric[column]! ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join("  ")
      .trimEnd();
  return [line(head), widths.map((width) => "─".repeat(width)).join("  "), ...rows.map(line)];
}

function isRemark(cell: string): boolean {
  return cell.startsWith("skipped:") || cell.startsWith("failed:");
}

function isNumeric(rows: readonly (readonly string[])[], column: number): boolean {
  return (
    rows.some((row) => /^-?\d/.test(row[column]!)) &&
    rows.every(
      (row) =>
        !/^[a-z]/i.test(row[column]!) ||
        isRemark(row[column]!) ||
        row[column] === "reference" ||
        row[column] === "no crossing",
    )
  );
}
