// Every network arm, by name. Adding one: its file, its line here; the arm contract runs over it.

import { pinn, supervised } from "./group-arm.ts";
import { pinnReference } from "./reference-arm.ts";
import { pinnScan } from "./scan-arm.ts";
import { supervisedScan } from "./supervised-scan-arm.ts";

export const networkArms = {
  pinn,
  "pinn-scan": pinnScan,
  supervised,
  "supervised-scan": supervisedScan,
  "pinn-reference": pinnReference,
} as const;
export type NetworkArmName = keyof typeof networkArms;
export const networkArmNames = Object.keys(networkArms);

export function isNetworkArm(name: string): name is NetworkArmName {
  return Object.hasOwn(networkArms, name);
}
