// Damage to JSON that stays JSON: one value anywhere in the tree becomes another kind, vanishes, or is repeated.

import type { Random } from "./random.ts";
import type { Mutator } from "./target.ts";
import { hostileWords } from "./words.ts";

type Holder = { [key: string]: unknown };

const values: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  -1e308,
  5e-324,
  2 ** 53,
  2 ** 31,
  [],
  {},
  [null],
  [[]],
  [{}],
  { length: 1e9 },
  JSON.parse('{"__proto__": {"polluted": true}}'),
];

/** Text of a tree too deep for anything that calls itself. */
const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;

const changeValue: Mutator = (input, random) => {
  const tree = parsed(input);
  if (tree === undefined) return input;
  const places: { holder: Holder; key: string }[] = [];
  collect(tree, places);
  if (places.length === 0) return written(anything(random));
  const { holder, key } = random.pick(places);
  switch (random.below(6)) {
    case 0:
      delete holder[key];
      break;
    case 1:
      holder[random.pick(hostileWords)] = holder[key];
      break;
    case 2: {
      const other = random.pick(places);
      holder[key] = structuredClone(other.holder[other.key]);
      break;
    }
    case 3:
      if (Array.isArray(holder) && holder.length > 0)
        holder.push(
          ...new Array<unknown>(random.chance(0.1) ? 2000 : 3).fill(holder[random.below(holder.length)]),
        );
      else holder[key] = [holder[key], holder[key]];
      break;
    default:
      holder[key] = anything(random);
  }
  return written(tree);
};

const deepen: Mutator = (input, random) => {
  const text = Buffer.from(input).toString("utf8");
  const colons = [...text.matchAll(/:/gu)];
  if (colons.length === 0) return Buffer.from(deep);
  const at = random.pick(colons).index + 1;
  return Buffer.from(`${text.slice(0, at)}${deep},"x":${text.slice(at)}`);
};

export const jsonMutators: readonly Mutator[] = [changeValue, changeValue, changeValue, deepen];

function anything(random: Random): unknown {
  return random.chance(0.5) ? random.pick(values) : random.pick(hostileWords);
}

function parsed(input: Uint8Array): unknown {
  const text = Buffer.from(input).toString("utf8");
  // What an earlier mutation made too deep to be walked through stays as it is.
  if (/\[{500}/u.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    // An earlier mutation broke it: then this one has nothing to change.
    return undefined;
  }
}

function written(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value) ?? "");
}

function collect(value: unknown, places: { holder: Holder; key: string }[]): void {
  if (typeof value !== "object" || value === null || places.length > 5000) return;
  const holder = value as Holder;
  for (const key of Object.keys(holder)) {
    places.push({ holder, key });
    collect(holder[key], places);
  }
}
