// Numbers as people read them in the report. Groups of three are parted by a narrow no-break space (SI brochure 5.4.4).

const thin = "\u202f";
const minus = "\u2212";

/** At most `digits` significant digits, plain notation between 0.001 and 10⁶, else a power of ten. */
export function numberText(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return powerText(value, digits);
  return withMinus(grouped(String(Number(value.toPrecision(digits)))));
}

/** With a capital first letter. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Exactly `decimals` decimals, so that columns align. */
export function fixedText(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return withMinus(grouped(Number(text) === 0 ? text.replace("-", "") : text));
}

/** Photons and counts: three significant digits, never a fraction of a photon above ten. */
export function doseText(dose: number): string {
  return dose >= 10 && dose < 1000 ? String(Math.round(dose)) : numberText(dose, 3);
}

/** Metres in the unit that needs the fewest digits: 54.6 nm, 1.2 µm. */
export function lengthText(metres: number, digits = 3): string {
  const size = Math.abs(metres);
  const [factor, unit] =
    size >= 1e-3 ? [1e3, "mm"] : size >= 1e-6 ? [1e6, "µm"] : size >= 1e-9 ? [1e9, "nm"] : [1e12, "pm"];
  return `${numberText(metres * factor, digits)}${"\u00a0"}${unit}`;
}

/** "a", "a and b", "a, b and c". */
export function listText(items: readonly string[]): string {
  return items.length < 2 ? (items[0] ?? "") : `${items.slice(0, -1).join(", ")} and ${items.at(-1)!}`;
}

/** "1 frame", "2 frames". */
export function countText(count: number, noun: string): string {
  return `${grouped(String(count))} ${noun}${count === 1 ? "" : "s"}`;
}

/** A text as a sentence: a full stop, unless it ends like one already. */
export function sentenceText(text: string): string {
  return /[.!?]$/u.test(text) ? text : `${text}.`;
}

function powerText(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e") as [string, string];
  const power = `10${String(Number(exponent)).replace(/./g, (c) => superscripts[c] ?? c)}`;
  const trimmed = String(Number(mantissa));
  return withMinus(trimmed === "1" ? power : `${trimmed}\u00a0×\u00a0${power}`);
}

const superscripts: { readonly [character: string]: string } = {
  "-": "⁻",
  "0": "⁰",
  "1": "¹",
  "2": "²",
  "3": "³",
  "4": "⁴",
  "5": "⁵",
  "6": "⁶",
  "7": "⁷",
  "8": "⁸",
  "9": "⁹",
};

function grouped(text: string): string {
  const [whole, fraction] = text.split(".") as [string, string | undefined];
  const digits = whole.replace("-", "").length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, thin) : whole;
  return fraction === undefined ? digits : `${digits}.${fraction}`;
}

function withMinus(text: string): string {
  return text.replace(/^-/, minus);
}
