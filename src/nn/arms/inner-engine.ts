// An engine inside of an arm: options that are best for one engine do not hold for another.

import { z } from "zod";
import { namesInChain } from "../../engines/prepare.ts";

export interface InnerEngine {
  /** Engine or chain. */
  readonly engine: string;
  /** Its options, those of one link of a chain with the link's name before them. */
  readonly engineOptions: { readonly [option: string]: unknown };
}

/** The schema of an arm whose fields `engine` and `engineOptions` have the best engine and its options as their defaults. Another
 * engine that is named without options gets those of the links that it has, too, and `fixProbe`: the study's probe is known. */
export function withInnerEngine<Arm extends z.ZodType>(
  schema: Arm,
  best: InnerEngine,
): z.ZodType<z.output<Arm>> {
  return z.preprocess((given) => {
    const { success, data } = z.looseObject({ engine: z.string() }).safeParse(given);
    if (!success || data.engine === best.engine || data["engineOptions"] !== undefined) return given;
    const links = namesInChain(data.engine);
    const fits = ([option]: readonly [option: string, value: unknown]): boolean =>
      option === "fixProbe" || (option.includes(".") && links.includes(option.split(".")[0]!));
    return { ...data, engineOptions: Object.fromEntries(Object.entries(best.engineOptions).filter(fits)) };
  }, schema);
}
