// How an arm looks: a colour from CSS variables (so that dark, light and paper each have their own), a dash
// pattern and a marker, so that colour is never the only sign: up to 16 arms differ in colour, up to 42 in dash or marker,
// and any number in colour, dash or marker up to 336. Hues follow Okabe & Ito (2008), darkened or lightened until they reach
// 3:1 against the page in both themes (WCAG 2.1, 1.4.11); others follow, each as far from all before it as may be in OKLab.

import { nullArm } from "./summary.ts";

export interface ArmStyle {
  /** CSS colour, a variable of the report's style sheet. */
  readonly color: string;
  /** SVG stroke-dasharray; "none" is solid. */
  readonly dash: string;
  /** Marker name of Observable Plot and of our legend. */
  readonly symbol: (typeof symbols)[number] | "times";
}

const symbols = ["circle", "square", "diamond", "triangle", "star", "wye", "cross"] as const;
const dashes = ["none", "6 3", "2 2.5", "8 3 2 3", "10 4", "4 2 1 2 1 2"] as const;
/** Colours --arm-0 … --arm-15 of the style sheet. */
const armColorCount = 16;

/** The style of each arm, by its place among the arms; the null arm is grey and dotted. */
export function armStyles(arms: readonly string[]): ReadonlyMap<string, ArmStyle> {
  const coloured = arms.filter((arm) => arm !== nullArm);
  const styles = new Map<string, ArmStyle>(
    coloured.map((arm, i) => [
      arm,
      {
        color: `var(--arm-${i % armColorCount})`,
        dash: dashes[i % dashes.length]!,
        symbol: symbols[i % symbols.length]!,
      },
    ]),
  );
  styles.set(nullArm, { color: "var(--null)", dash: "1.5 3", symbol: "times" });
  return styles;
}
