// The order in which the links of a chain run. Frames that are held out choose how long a link runs and by which prior; a link
// that starts from an object which was fitted to them is scored by what it was told. So all links choose first, one after the
// other on the frames that are left, and then the chain is fitted to all frames, as was chosen [ENGINE-063].

import type { Link } from "./prepare.ts";

/** Whether frames are held out for a link to choose by. */
export type Chooses = (link: Link) => boolean;

/** Most weights that one climb of "auto" visits: the start, one step the wrong way, and a walk to the end. */
export const climbAtMost = 6;

export interface ChainOrder {
  /** So many links, up to the last that chooses, run without the held-out frames. */
  readonly choosing: number;
  /** From this link on they run on all frames. Those before it are not refitted: the last of them says so, and it ends what
   * its score was of. */
  readonly refitFrom: number;
}

export function chainOrder(links: readonly Link[], chooses: Chooses): ChainOrder {
  return {
    choosing: 1 + links.findLastIndex(chooses),
    refitFrom: 1 + links.findLastIndex((link) => chooses(link) && !link.options.refit),
  };
}

/** The fraction of the frames that no link is fitted to before the last has chosen: the largest that one asks for. */
export function heldOutOfChain(links: readonly Pick<Link, "options">[]): number {
  return Math.max(0, ...links.map(({ options }) => options.heldOutFraction));
}

/** Epochs that each link runs in all: at most, for a refit ends at the epoch that was chosen. */
export function mostEpochs(links: readonly Link[], chooses: Chooses): number[] {
  const { choosing, refitFrom } = chainOrder(links, chooses);
  return links.map((link, k) => {
    const tries = k >= choosing ? 0 : triesWeights(link, chooses) ? climbAtMost : 1;
    return link.options.epochs * (tries + (k >= refitFrom ? 1 : 0));
  });
}

/** Whether held-out frames choose the weight of the link's prior too. */
export function triesWeights(link: Link, chooses: Chooses): boolean {
  const { prior, priorWeight } = link.options;
  return chooses(link) && prior !== "none" && priorWeight === "auto";
}
