// The numbers of docs/benchmarks.md as values, so that pictures and limits can be made of what was published.

/** Rows of the table below a heading, as objects by column. */
function rowsBelow(text, heading) {
  const from = text.indexOf(`### ${heading}`);
  if (from < 0) throw new Error(`the page has no table "${heading}"`);
  const end = text.slice(from + 4).search(/^(###? |<!-- )/mu);
  const lines = text
    .slice(from, end < 0 ? undefined : from + 4 + end)
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  const [head, , ...rows] = lines;
  if (rows.length === 0) throw new Error(`the table "${heading}" has no rows`);
  return rows.map((row) => Object.fromEntries(head.map((name, i) => [name, row[i]])));
}

function number(row, name) {
  const value = Number(row[name]);
  if (row[name] === undefined || !Number.isFinite(value) || value <= 0) {
    throw new Error(`column "${name}": expected a number above 0, got ${String(row[name])}`);
  }
  return value;
}

/** Rates in GFLOP/s and GB/s, times of a visit in µs. */
export function readPage(text) {
  const rates = /first-level cache: ([\d.]+) GFLOP\/s on one thread\. A large copy: ([\d.]+) GB\/s/u.exec(
    text,
  );
  if (rates === null) throw new Error("the page does not say the rates of the machine");
  return {
    machine: { peak: Number(rates[1]), bandwidth: Number(rates[2]) },
    transforms: rowsBelow(text, "Transform").map((row) => ({
      size: number(row, "N"),
      kernels: row["kernels"],
      rate: number(row, "GFLOP/s"),
    })),
    sweeps: rowsBelow(text, "Sweeps").map((row) => ({
      engine: row["engine"],
      kernels: row["kernels"],
      batch: number(row, "batch"),
      threads: number(row, "threads"),
      milliseconds: number(row, "ms per sweep"),
    })),
    visits: rowsBelow(text, "Cost of an epoch").map((row) => ({
      size: number(row, "N"),
      positions: number(row, "positions"),
      modes: number(row, "modes"),
      threads: number(row, "threads"),
      microseconds: number(row, "LSQ-ML, µs per visit"),
    })),
  };
}
