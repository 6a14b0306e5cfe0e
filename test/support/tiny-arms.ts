// What each network arm needs to be tiny: its options, and a scan of its own where it does not take frames of any size.

import type { SmallScan } from "./network-job.ts";

export const tinyArms: { readonly [arm: string]: { readonly optics: SmallScan; readonly options: object } } =
  {
    pinn: { optics: {}, options: { widths: [4, 8], steps: 2 } },
    supervised: { optics: {}, options: { widths: [4, 8], steps: 2 } },
    // One tile is the whole object of 64 px.
    "pinn-scan": {
      optics: {},
      options: {
        widths: [4, 8],
        splits: 1,
        tilePx: 64,
        framesPerTile: 4,
        engine: "rpie",
        // Without a prior its noise leaves the network something to do.
        engineOptions: { epochs: 10, prior: "none" },
      },
    },
    "supervised-scan": {
      optics: {},
      options: {
        widths: [4, 8],
        objects: 4,
        batchSize: 4,
        learningRate: 1e-2,
        average: 0.9,
        phantoms: ["cells"],
        amplitudeMin: 0.6,
        phaseRangeRad: 1.2,
        tilePx: 64,
        engine: "rpie",
        engineOptions: { epochs: 10, prior: "none" },
      },
    },
    // Few frames where they are large.
    "pinn-reference": {
      optics: { sizePx: 64, fwhmPx: 20, stepPx: 20 },
      options: { restarts: 0, batchSize: 2 },
    },
  };
