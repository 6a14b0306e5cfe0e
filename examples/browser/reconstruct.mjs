// A small scan from a seed, and its reconstruction: the same file runs in the page and in Node, and gives the same bytes.

import { prepareEngine } from "../../dist/engines/prepare.js";
import { runEngine } from "../../dist/engines/run.js";
import { buildPhantom } from "../../dist/optics/phantom/build.js";
import { buildProbe } from "../../dist/optics/probe.js";
import { makeScan } from "../../dist/optics/scan.js";
import { scanRegion } from "../../dist/optics/scan-region.js";
import { simulateDataset } from "../../dist/optics/simulate.js";

const size = 64;
const side = 160;

/** Simulates and reconstructs. Gives the object, SHA-256 of its bytes, and what the scan was. */
export async function reconstruct({ backend, seed, onEpoch, epochs = 40 }) {
  const object = buildPhantom({
    phantom: "cells",
    heightPx: side,
    widthPx: side,
    amplitudeMin: 0.7,
    phaseRangeRad: 1.2,
    seed,
  });
  const probe = buildProbe({ kind: "defocused-airy", apertureCyclesPerPx: 0.12, defocusRadiusPx: 14 }, size);
  const region = scanRegion(side, side, size);
  const positions = makeScan({ kind: "fermat", region, stepPx: 8, seed });
  const scan = simulateDataset({ object, probe, positions, dosePhotons: 1e6, seed, backend });
  const { frames, diffraction } = scan;
  const problem = {
    frames,
    size,
    diffraction,
    positions,
    probe: scan.probe.data,
    probeModes: 1,
    objectHeight: side,
    objectWidth: side,
  };
  const found = await runEngine(prepareEngine("lsqml", { epochs }), problem, { backend, seed, onEpoch });
  const digest = await crypto.subtle.digest("SHA-256", found.object.data);
  const sha256 = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { object: found.object, sha256, frames, size };
}
