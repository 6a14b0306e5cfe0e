// Gradient steps alone, on the scans where they are tempted most: few frames, little overlap, 1,000 photons. Photons that they have
// not seen leave them no detail of the amplitude that is worse than none, and take nothing from the phase.

import { expect, test } from "vitest";
import { phantomScan } from "../../../test/support/phantom-scan.ts";
import { flatImage } from "../../array/ndarray.ts";
import type { Cell } from "../../study/cell.ts";
import { presets } from "../../study/design/presets.ts";
import { baselineObject } from "./baseline-arms.ts";

const scene = { dosePhotons: 1000, overlap: 0.2, heightPx: 150, widthPx: 90, size: 32 } as const;

test.each([3, 5, 77])(
  "steps are nearer to the object than none, in amplitude too (seed %i)",
  async (seed) => {
    const { dataset, ssim, distance } = phantomScan({ ...scene, seed });
    const cell: Cell = {
      dose: 1000,
      doseIndex: 0,
      view: "sparse",
      gridsize: 2,
      overlap: 0.2,
      stepPx: null,
      fluence: 1,
      replicate: 0,
      seed,
    };
    const context = { design: presets.quick, root: "unread" };
    const { object, summary } = await baselineObject("steps", dataset, cell, context);
    const flat = flatImage(object.height, object.width);
    expect(summary["contrast"]).toBeDefined();
    expect(ssim(object).amplitude).toBeGreaterThan(ssim(flat).amplitude);
    expect(ssim(object).phase).toBeGreaterThan(ssim(flat).phase);
    expect(distance(object)).toBeLessThan(distance(flat));
  },
);
