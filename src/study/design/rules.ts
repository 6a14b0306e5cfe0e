// The rules a design must meet beyond its shape. Each reads a slice of the design and runs whenever that slice is
// well formed, so that one report names everything that is wrong, even when another field has the wrong type.

import { z } from "zod";
import { prepareEngine } from "../../engines/prepare.ts";
import { isKernelSize, kernelSizes } from "../../compute/wasm/plan.ts";
import { engines } from "../../engines/registry.ts";
import { isDoselapError, messageOf } from "../../errors.ts";
import { isNetworkArm, networkArms } from "../../nn/arms/registry.ts";
import { referenceSizes } from "../../nn/models/reference-network.ts";
import { leastGroups } from "../../nn/training/split-groups.ts";
import { armKind, armNames, isArmName } from "../arms.ts";
import { doseFolder } from "../cell.ts";
import { isMethodName, methodNames, methods } from "../methods.ts";
import { trainedArms } from "../training/build.ts";
import { shapeFaults, type Fault } from "./faults.ts";
import { didYouMean } from "./nearest.ts";

type Rule = (design: unknown) => Fault[];

function rule<Slice extends z.ZodRawShape>(
  slice: Slice,
  check: (part: z.infer<z.ZodObject<Slice>>) => Fault[],
): Rule {
  const schema = z.object(slice);
  return (design) => {
    const part = schema.safeParse(design);
    return part.success ? check(part.data) : [];
  };
}

const views = z.record(
  z.string(),
  z.object({ gridsize: z.number(), overlap: z.number().nullable().catch(null) }),
);
const numbers = z.array(z.number());
const kind = z.literal("simulated");

const viewRules = rule({ views }, (design) => {
  const faults: Fault[] = [];
  const named = Object.entries(design.views);
  if (named.length === 0) faults.push({ path: ["views"], rule: "must name at least one view", got: {} });
  for (const [view, { gridsize, overlap }] of named) {
    if (overlap !== null && !(overlap >= 0 && overlap < 1)) {
      faults.push({ path: ["views", view, "overlap"], rule: "must lie in [0, 1)", got: overlap });
    }
    const wanted = view === "baseline" ? 1 : 2;
    if (gridsize !== wanted) {
      const rule =
        view === "baseline"
          ? "the baseline view has gridsize 1"
          : "an overlap view has gridsize 2; only the view named baseline has gridsize 1";
      faults.push({ path: ["views", view, "gridsize"], rule, got: gridsize, finding: "OVERSAMPLING-001" });
    }
  }
  return faults;
});

const neighborRule = rule({ neighborCount: z.number(), views }, (design) => {
  const gridsize = Math.max(0, ...Object.values(design.views).map((view) => view.gridsize));
  if (design.neighborCount >= gridsize ** 2) return [];
  return [
    {
      path: ["neighborCount"],
      rule: `K must be at least C = gridsize² = ${gridsize ** 2}`,
      got: design.neighborCount,
      finding: "OVERSAMPLING-001",
    },
  ];
});

const doseRules = rule({ kind, doses: numbers.nullable(), fluences: numbers.nullable() }, (design) => {
  const { doses, fluences } = design;
  if ((doses === null) === (fluences === null)) {
    const rule = "exactly one of doses (photons per frame) and fluences (photons per object pixel) is given";
    return [{ path: ["doses"], rule, got: { doses, fluences } }];
  }
  return [...levelFaults("doses", doses), ...levelFaults("fluences", fluences)];
});

function levelFaults(field: "doses" | "fluences", levels: readonly number[] | null): Fault[] {
  if (levels === null) return [];
  if (levels.length === 0) return [{ path: [field], rule: "must hold at least one number", got: [] }];
  return levels.flatMap((level, i): Fault[] => {
    if (!(level > 0)) return [{ path: [field, i], rule: "must be greater than 0 photons", got: level }];
    const twin = levels.findIndex((other) => doseFolder(other) === doseFolder(level));
    if (twin === i) return [];
    return [
      { path: [field, i], rule: `must differ from ${field}.${twin} by more than rounding`, got: level },
    ];
  });
}

const fractionRules = rule({ kind: z.literal("measured"), doseFractions: numbers }, ({ doseFractions }) =>
  doseFractions.flatMap((fraction, i): Fault[] => {
    const path = ["doseFractions", i];
    if (!(fraction > 0 && fraction <= 1)) return [{ path, rule: "must lie in (0, 1]", got: fraction }];
    const twin = doseFractions.indexOf(fraction);
    return twin === i ? [] : [{ path, rule: `must differ from doseFractions.${twin}`, got: fraction }];
  }),
);

const sizeRule = rule({ kind, sizePx: z.number() }, ({ sizePx }) =>
  isKernelSize(sizePx) ? [] : [{ path: ["sizePx"], rule: `N must be ${kernelSizes}`, got: sizePx }],
);

/** Networks round their canvas up to what their levels divide; the earlier study's has layers for three sizes alone. */
const networkSizeRule = rule({ kind, sizePx: z.number(), arms: z.array(z.unknown()) }, ({ sizePx, arms }) =>
  arms.includes("pinn-reference") && !referenceSizes.some((size) => size === sizePx)
    ? [
        {
          path: ["sizePx"],
          rule: `the arm pinn-reference needs N = ${referenceSizes.join(", ")}`,
          got: sizePx,
          hint: "Leave that arm out, the others take this N.",
        },
      ]
    : [],
);

/** A network's canvas is made of patches that lie between pixels bilinearly: after other shifts it would learn the difference. */
const subPixelRule = rule(
  { kind, subPixel: z.literal("fourier"), arms: z.array(z.unknown()) },
  ({ subPixel, arms }) => {
    const trained = arms.filter((arm): arm is string => typeof arm === "string" && needsNetwork(arm));
    if (trained.length === 0) return [];
    const rule = `the networks of ${trained.join(", ")} sample bilinearly between pixels`;
    const hint = "Take bilinear, or leave these arms out: the others take both.";
    return [{ path: ["subPixel"], rule, got: subPixel, hint }];
  },
);

function needsNetwork(arm: string): boolean {
  const needs = armKind(arm);
  return needs === "network" || needs === "hybrid";
}

const objectRule = rule(
  {
    kind,
    sizePx: z.number(),
    object: z.object({ kind: z.literal("phantom"), heightPx: z.number(), widthPx: z.number() }),
    split: z.object({ axis: z.enum(["x", "y"]), guardPx: z.union([z.literal("auto"), z.number()]) }),
  },
  ({ sizePx, object, split }) => {
    const guardPx = split.guardPx === "auto" ? sizePx : split.guardPx;
    return (["heightPx", "widthPx"] as const).flatMap((field): Fault[] => {
      const along = (field === "heightPx") === (split.axis === "y");
      const least = sizePx + 1 + (along ? guardPx : 0);
      if (object[field] >= least) return [];
      const why = along ? `N = ${sizePx} plus the guard band of ${guardPx} px` : `N = ${sizePx}`;
      return [{ path: ["object", field], rule: `must be greater than ${why}`, got: object[field] }];
    });
  },
);

const armRules = rule({ arms: z.array(z.string()) }, (design) =>
  design.arms.flatMap((arm, i): Fault[] => {
    const path = ["arms", i];
    if (!isArmName(arm)) {
      const rule = `must be one of ${armNames.join(", ")}`;
      return [{ path, rule, got: arm, hint: didYouMean(arm, armNames) }];
    }
    return design.arms.indexOf(arm) === i ? [] : [{ path, rule: "must not be named twice", got: arm }];
  }),
);

const probeRule = rule(
  {
    kind,
    sizePx: z.number(),
    probe: z.object({ defocusRadiusPx: z.number().optional(), fwhmPx: z.number().optional() }),
  },
  ({ sizePx, probe: { defocusRadiusPx = 0, fwhmPx = 0 } }) => {
    if (defocusRadiusPx >= sizePx / 2) {
      const rule = `must be below N/2 = ${sizePx / 2}, or the spot leaves the frame's field of view`;
      return [{ path: ["probe", "defocusRadiusPx"], rule, got: defocusRadiusPx }];
    }
    if (fwhmPx <= sizePx / 2) return [];
    return [{ path: ["probe", "fwhmPx"], rule: `must be at most N/2 = ${sizePx / 2}`, got: fwhmPx }];
  },
);

const referenceRule = rule({ kind: z.literal("measured"), arms: z.array(z.string()) }, (design) =>
  design.arms.some((arm) => armKind(arm) === "engine")
    ? []
    : [
        {
          path: ["arms"],
          rule: "a measured study needs an engine arm, which makes its reference",
          got: design.arms,
        },
      ],
);

const engineRules = rule({ engines: z.record(z.string(), z.unknown()) }, (design) =>
  Object.entries(design.engines).flatMap(([name, options]): Fault[] => {
    const path = ["engines", name];
    const engine = Object.entries(engines).find(([known]) => known === name)?.[1];
    if (engine === undefined) {
      const names = Object.keys(engines);
      return [{ path, rule: `no such engine; known: ${names.join(", ")}`, hint: didYouMean(name, names) }];
    }
    const parsed = engine.options.safeParse(options);
    return parsed.success ? [] : shapeFaults(parsed.error, engine.options, options, path);
  }),
);

const methodRules = rule({ methods: z.record(z.string(), z.unknown()) }, (design) =>
  Object.entries(design.methods).flatMap(([name, options]): Fault[] => {
    const path = ["methods", name];
    if (!isMethodName(name)) {
      const rule = `has no options here; known: ${methodNames.join(", ")}`;
      return [{ path, rule, hint: optionsElsewhere(name) ?? didYouMean(name, methodNames) }];
    }
    const parsed = methods[name].safeParse(options);
    return parsed.success
      ? innerEngineFaults(parsed.data, path)
      : shapeFaults(parsed.error, methods[name], options, path);
  }),
);

/** Groups that a study asks for, and that its networks cannot train on; those of frames that are few are the plan's. */
const groupCountRule = rule(
  {
    kind: z.enum(["simulated", "measured"]),
    arms: z.array(z.string()),
    methods: z.record(z.string(), z.unknown()),
    training: z.object({ groupCount: z.number().int().positive() }),
  },
  ({ kind: studied, arms, methods: given, training: { groupCount } }) => {
    // A network that is no arm is said by the rule of methods.
    if (!methods.hybrid.safeParse(given["hybrid"] ?? {}).success) return [];
    const few = trainedArms({ arms, methods: given }).filter(
      (arm) =>
        isNetworkArm(arm) &&
        groupCount < networkArms[arm].leastGroups &&
        // Skipped: nothing teaches it.
        !(studied === "measured" && networkArms[arm].needsLabels),
    );
    if (few.length === 0) return [];
    const rule = `${few.join(", ")} need${few.length === 1 ? "s" : ""} at least ${leastGroups} groups: some train, others choose the epoch`;
    const hint = "Raise it; null makes one group per frame.";
    return [{ path: ["training", "groupCount"], rule, got: groupCount, hint }];
  },
);

/** Where the options of an arm stand that has none below `methods`. */
function optionsElsewhere(name: string): string | undefined {
  if (Object.hasOwn(engines, name)) return `Options of an engine stand below engines.${name}.`;
  return name === "chain" ? "It follows engine and engineOptions of methods.pinn-scan." : undefined;
}

/** The engine inside a method is checked as it will be prepared: a wrong option must not wait for its job. */
function innerEngineFaults(options: object, path: readonly string[]): Fault[] {
  if (!("engine" in options && "engineOptions" in options)) return [];
  const { engine, engineOptions } = options as { engine: string; engineOptions: Record<string, unknown> };
  try {
    prepareEngine(engine, engineOptions);
    return [];
  } catch (error) {
    const field = isDoselapError(error, "Usage") ? "engine" : "engineOptions";
    return [{ path: [...path, field], rule: messageOf(error), got: options[field] }];
  }
}

const rules: readonly Rule[] = [
  sizeRule,
  networkSizeRule,
  subPixelRule,
  objectRule,
  probeRule,
  doseRules,
  fractionRules,
  viewRules,
  neighborRule,
  armRules,
  referenceRule,
  engineRules,
  methodRules,
  groupCountRule,
];

/** Every rule the value does not meet, the shape of the design not included. */
export function ruleFaults(design: unknown): Fault[] {
  return rules.flatMap((check) => check(design));
}
