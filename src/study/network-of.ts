// Which network an arm of a study needs: its own, or the one that it starts from.

import { armKind } from "./arms.ts";
import { hybridOptions } from "./methods.ts";

/** The network whose training job an arm needs; undefined for arms that need none.
 * @param design its `methods`: options by arm. */
export function networkOf(
  arm: string,
  { methods }: { readonly methods: { readonly [arm: string]: unknown } },
): string | undefined {
  const kind = armKind(arm);
  if (kind === "network") return arm;
  return kind === "hybrid" ? hybridOptions(methods["hybrid"] ?? {}).network : undefined;
}
