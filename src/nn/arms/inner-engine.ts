// An engine inside of an arm: options that are best for one engine do not hold for another.

import { z } from "zod";

/** What any engine is given when it is named without options: the study's probe is known, and is not refined. */
const ofAnyEngine = { fixProbe: true };

/** The schema of an arm whose fields `engine` and `engineOptions` have the best engine and its options as their defaults; another
 * engine that is named without options does not get those. */
export function withInnerEngine<Arm extends z.ZodType>(schema: Arm, best: string): z.ZodType<z.output<Arm>> {
  return z.preprocess((given) => {
    const { success, data } = z.looseObject({ engine: z.string() }).safeParse(given);
    if (!success || data.engine === best || data["engineOptions"] !== undefined) return given;
    return { ...data, engineOptions: ofAnyEngine };
  }, schema);
}
