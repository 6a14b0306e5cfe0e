// Flags that name an engine and set its options. The common ones have flags of their own; `--set KEY=VALUE` reaches all.

import { DoselapError } from "../errors.ts";
import { ownersOf } from "../engines/option-faults.ts";
import { namesInChain, optionNames, prepareEngine } from "../engines/prepare.ts";
import { engineNames, isEngineName } from "../engines/registry.ts";
import { didYouMean } from "../study/design/nearest.ts";
import { parseFraction, parseNonNegative, parsePositive } from "./flags.ts";

export interface EngineFlags {
  readonly engine: string;
  readonly fixProbe: boolean;
  readonly alpha?: number;
  readonly beta?: number;
  readonly objectStep?: number;
  readonly probeStep?: number;
  readonly likelihood?: "amplitude" | "poisson";
  readonly heldOut?: number;
  readonly set?: readonly Setting[];
}

interface Setting {
  readonly key: string;
  readonly value: unknown;
}

export const engineFlags = {
  engine: {
    kind: "parsed",
    parse: parseEngine,
    proposeCompletions: () => engineNames,
    default: "rpie",
    placeholder: "NAME",
    brief: `${engineNames.join(", ")}, or a chain such as dm:30+ml:50`,
  },
  fixProbe: {
    kind: "boolean",
    default: false,
    withNegated: false,
    brief: "The probe is known: never update it",
  },
  alpha: {
    kind: "parsed",
    parse: parseFraction,
    optional: true,
    placeholder: "A",
    brief: "rPIE and mPIE: α of the object update, (0, 1]; 1 = ePIE",
  },
  beta: {
    kind: "parsed",
    parse: parseFraction,
    optional: true,
    placeholder: "B",
    brief: "rPIE and mPIE: β of the probe update, (0, 1]",
  },
  objectStep: {
    kind: "parsed",
    parse: parsePositive,
    optional: true,
    placeholder: "STEP",
    brief: "First object step γ",
  },
  probeStep: {
    kind: "parsed",
    parse: parseNonNegative,
    optional: true,
    placeholder: "STEP",
    brief: "First probe step γ'",
  },
  likelihood: {
    kind: "enum",
    values: ["amplitude", "poisson"],
    optional: true,
    brief: "Noise model (default poisson)",
  },
  heldOut: {
    kind: "parsed",
    parse: parseNonNegative,
    optional: true,
    placeholder: "FRACTION",
    brief: "Frames to leave out and only score; they choose the epoch, then all are fitted",
  },
  set: {
    kind: "parsed",
    parse: parseSetting,
    variadic: true,
    optional: true,
    placeholder: "KEY=VALUE",
    brief:
      "Any other option of the engine; doselap engines NAME lists them. In a chain rpie.KEY=VALUE reaches rpie alone",
  },
} as const;

/** The options that the flags ask for; only those that were given.
 * @throws Usage when one is given twice, or set though no engine of the chain has it. */
export function engineOptions(flags: EngineFlags, epochs: number | undefined): { [key: string]: unknown } {
  const { fixProbe, alpha, beta, objectStep, probeStep, likelihood, heldOut, set = [] } = flags;
  const named = { epochs, alpha, beta, objectStep, probeStep, likelihood, heldOutFraction: heldOut };
  const options: { [key: string]: unknown } = Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== undefined),
  );
  if (fixProbe) options["fixProbe"] = true;
  for (const { key, value } of set) {
    if (Object.hasOwn(options, key)) {
      throw new DoselapError("Usage", "an engine option is given twice", { key: `--set ${key}` });
    }
    const known = optionNames(flags.engine);
    if (!known.includes(key)) {
      throw new DoselapError("Usage", `${flags.engine} has no option of this name`, {
        key: `--set ${key}`,
        hint: `${ownersOf(namesInChain(flags.engine), key) ?? didYouMean(key, known) ?? ""} \`doselap engines NAME\` lists them.`,
      });
    }
    options[key] = value;
  }
  return options;
}

/** Checks the names of an engine or chain. @throws Usage with the nearest name for one that is none. */
function parseEngine(text: string): string {
  for (const name of namesInChain(text)) {
    if (isEngineName(name)) continue;
    throw new DoselapError("Usage", "no such engine", {
      expected: `one of ${engineNames.join(", ")}, or a chain such as dm:30+ml:50`,
      got: name === text ? `"${name}"` : `"${name}" in "${text}"`,
      hint: didYouMean(name, engineNames),
    });
  }
  prepareEngine(text, {});
  return text;
}

/** KEY=VALUE: a number, true, false, null or a word. */
function parseSetting(text: string): Setting {
  const [, key, value] = /^([A-Za-z]\w*(?:\.\w+)?)=(.*)$/su.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new RangeError(`expected KEY=VALUE, got "${text}"`);
  return { key, value: valueOf(value) };
}

function valueOf(text: string): unknown {
  const words: { readonly [word: string]: unknown } = { true: true, false: false, null: null };
  if (Object.hasOwn(words, text)) return words[text];
  const number = Number(text);
  return text.trim() === "" || Number.isNaN(number) ? text : number;
}
