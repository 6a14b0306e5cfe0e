// How arms look: enough colours, dashes and markers for every arm, seen in both themes and without colour.

import { expect, test } from "vitest";
import { armNames } from "../study/arms.ts";
import { armLegend } from "./figures/legend.ts";
import { armStyles } from "./palette.ts";
import { styleSheet } from "./style.ts";

const styles = [...armStyles(armNames).values()];
const light = variables(styleSheet.slice(0, styleSheet.indexOf("prefers-color-scheme")));
const dark = variables(styleSheet.slice(styleSheet.indexOf("prefers-color-scheme")));

/** The first definition of each colour variable. */
function variables(css: string): ReadonlyMap<string, string> {
  const found = [...css.matchAll(/(--[a-z0-9-]+):(#[0-9a-f]{3,6})\b/g)].toReversed();
  return new Map(found.map(([, name, value]) => [`var(${name})`, value!]));
}

/** Linear red, green, blue of #rrggbb or #rgb. */
function linear(hex: string): [number, number, number] {
  const six = hex.length === 4 ? hex.replace(/[0-9a-f]/g, "$&$&") : hex;
  const channel = (at: number): number => {
    const v = Number.parseInt(six.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Contrast of WCAG 2.1. */
function contrast(a: string, b: string): number {
  const [dim, bright] = [a, b]
    .map((hex) => {
      const [red, green, blue] = linear(hex);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .toSorted((x, y) => x - y) as [number, number];
  return (bright + 0.05) / (dim + 0.05);
}

/** Distance in OKLab. Ottosson 2020, https://bottosson.github.io/posts/oklab/ */
function distance(a: string, b: string): number {
  const [one, other] = [a, b].map((hex) => {
    const [red, green, blue] = linear(hex);
    const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
    const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
    const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
    return [
      0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
      1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
    ];
  }) as [number[], number[]];
  return Math.hypot(...one.map((value, i) => value - other[i]!));
}

function pairs<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((a, i) => items.slice(i + 1).map((b): [Item, Item] => [a, b]));
}

test("every arm that a study can have has a colour of its own, and a dash and marker that no other has both", () => {
  expect(new Set(styles.map(({ color }) => color)).size).toBe(armNames.length);
  expect(new Set(styles.map(({ dash, symbol }) => `${dash} ${symbol}`)).size).toBe(armNames.length);
  expect(new Set(styles.map(({ color, dash }) => `${color} ${dash}`)).size).toBe(armNames.length);
});

test("more arms than colours are still told apart by dash and marker", () => {
  const many = [...armStyles(Array.from({ length: 40 }, (_, i) => `arm-${i}`)).values()];
  expect(new Set(many.map(({ dash, symbol }) => `${dash} ${symbol}`)).size).toBe(many.length);
  const more = [...armStyles(Array.from({ length: 200 }, (_, i) => `arm-${i}`)).values()];
  expect(new Set(more.map((style) => JSON.stringify(style))).size).toBe(more.length);
});

test.each([
  ["light", light],
  ["dark", dark],
])("in the %s theme every arm reaches 3:1 against the page, and no two look alike", (_theme, colors) => {
  const page = colors.get("var(--page)")!;
  for (const { color } of styles) {
    expect(colors.get(color), color).toMatch(/^#[0-9a-f]{6}$/);
    expect(contrast(colors.get(color)!, page), color).toBeGreaterThanOrEqual(3);
  }
  // Side by side 0.02 is just noticed; thin lines need several times that.
  for (const [a, b] of pairs(styles)) {
    expect(distance(colors.get(a.color)!, colors.get(b.color)!), `${a.color} ${b.color}`).toBeGreaterThan(
      0.08,
    );
  }
});

test("the contrast is WCAG's: black on white is 21:1, #767676 the last grey of 4.5:1", () => {
  expect(contrast("#000", "#fff")).toBeCloseTo(21, 6);
  expect(contrast("#767676", "#ffffff")).toBeCloseTo(4.54, 2);
});

test("the legend draws another marker for every symbol", () => {
  const { markup } = armLegend(armNames, armStyles(armNames));
  const signs = [...markup.matchAll(/<svg class="sign".*?<\/svg>/gs)].map(([sign]) =>
    sign.replace(/var\(--(?:arm-\d+|null)\)|stroke-dasharray="[^"]*"/g, ""),
  );
  expect(signs).toHaveLength(armNames.length);
  expect(new Set(signs).size).toBe(new Set(styles.map(({ symbol }) => symbol)).size);
});
