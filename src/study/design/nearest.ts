// The nearest valid name to a mistyped one.
// Damerau–Levenshtein distance, optimal string alignment: insert, delete, replace, swap of two neighbours.
// Damerau, Commun. ACM 7, 171 (1964). doi:10.1145/363958.363994

/** Edits that turn one word into the other, case ignored. */
export function editDistance(a: string, b: string): number {
  const from = a.toLowerCase();
  const to = b.toLowerCase();
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = last[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1);
      row[j] = Math.min(replaced, last[j]! + 1, row[j - 1]! + 1);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]) {
        row[j] = Math.min(row[j]!, beforeLast[j - 2]! + 1);
      }
    }
    beforeLast = last;
    last = row;
  }
  return last[to.length]!;
}

/** The name with the fewest edits, the first of equals; undefined when there are no names. */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let fewest = Infinity;
  for (const name of names) {
    const edits = editDistance(word, name);
    if (edits < fewest) {
      fewest = edits;
      best = name;
    }
  }
  return best;
}

/** `Did you mean "rpie"?`, of a name that begins so, else of one that is near; undefined when there is none: a far one would lead astray. */
export function didYouMean(word: string, names: readonly string[]): string | undefined {
  const begun = word.length < 3 ? [] : names.filter((name) => startsWith(name, word));
  const near = names.filter((name) => isNear(word, name));
  const name = nearestName(word, begun) ?? nearestName(word, near);
  return name === undefined ? undefined : `Did you mean "${name}"?`;
}

/** Case ignored. */
const startsWith = (name: string, word: string): boolean => name.toLowerCase().startsWith(word.toLowerCase());

/** Up to a third of the letters wrong, one at least and never all. */
function isNear(word: string, name: string): boolean {
  const letters = Math.max(word.length, name.length);
  const edits = editDistance(word, name);
  return edits < letters && edits <= Math.max(1, letters / 3);
}
