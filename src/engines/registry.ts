// Every engine, by name. Adding one: its file, its line here; the contract suite and the capability table run over it.

import { dm } from "./dm.ts";
import { epie } from "./epie.ts";
import { lsqml } from "./lsqml.ts";
import { ml } from "./ml.ts";
import { mpie } from "./mpie.ts";
import { raar } from "./raar.ts";
import { rpie } from "./rpie.ts";

export const engines = { epie, rpie, mpie, dm, raar, lsqml, ml } as const;
export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines);

export function isEngineName(name: string): name is EngineName {
  return Object.hasOwn(engines, name);
}
