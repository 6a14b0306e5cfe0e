// Damage to text: hostile words, extreme numbers, lines and quotes that are doubled, moved or missing.

import type { Mutator } from "./target.ts";
import { extremeNumbers, hostileWords } from "./words.ts";

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
const bytesOf = (string: string): Uint8Array => Buffer.from(string, "utf8");

const insertWord: Mutator = (input, random) => {
  const found = text(input);
  const at = random.below(found.length + 1);
  return bytesOf(found.slice(0, at) + random.pick(hostileWords) + found.slice(at));
};

/** One word or number of the text becomes another. */
function replaceMatch(pattern: RegExp, words: readonly string[]): Mutator {
  return (input, random) => {
    const found = text(input);
    const matches = [...found.matchAll(pattern)];
    if (matches.length === 0) return input;
    const match = random.pick(matches);
    const end = match.index + match[0].length;
    return bytesOf(found.slice(0, match.index) + random.pick(words) + found.slice(end));
  };
}

const moveLine: Mutator = (input, random) => {
  const lines = text(input).split("\n");
  const line = random.pick(lines);
  if (random.chance(0.5)) lines.splice(lines.indexOf(line), 1);
  const times = random.chance(0.1) ? 300 : random.below(3);
  const at = random.below(lines.length + 1);
  for (let i = 0; i < times; i++) lines.splice(at, 0, line);
  return bytesOf(lines.join("\n"));
};

const indent: Mutator = (input, random) => {
  const lines = text(input).split("\n");
  const at = random.below(lines.length);
  lines[at] = random.pick(["  ", "\t", "    ", "- ", "? ", "# "]) + lines[at]!;
  return bytesOf(lines.join("\n"));
};

/** What YAML reads in a way of its own: anchors, merges, tags, directives, nesting. */
const yamlWords = [
  "&a ",
  "*a",
  "<<: *a\n",
  "!!binary ",
  "!!js/function ",
  "!!python/object:os.system ",
  "%YAML 9.9\n---\n",
  "---\n",
  "...\n",
  "? ",
  "- ",
  "{",
  "[",
  "}",
  "]",
  "|\n  ",
  ">+\n  ",
  ".inf",
  "-.inf",
  ".nan",
  "0o17",
  "0x7fffffffffffffff",
  "~",
  "2001-01-01",
  "? [a, b]\n: c\n",
  "a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d, *d, *d, *d, *d, *d, *d]\n",
  "[".repeat(2000),
  "{a: ".repeat(2000),
  "- ".repeat(2000),
];

const insertYaml: Mutator = (input, random) => {
  const found = text(input);
  const breaks = [0, ...[...found.matchAll(/[\s:,]/gu)].map(({ index }) => index + 1)];
  const at = random.pick(breaks);
  return bytesOf(found.slice(0, at) + random.pick(yamlWords) + found.slice(at));
};

export const textMutators: readonly Mutator[] = [
  insertWord,
  replaceMatch(/-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/giu, extremeNumbers),
  replaceMatch(/[\p{L}_-]+/gu, hostileWords),
  moveLine,
];

export const yamlMutators: readonly Mutator[] = [...textMutators, insertYaml, indent];
