// NPZ files of SLAC (LCLS, X-ray pump probe): frames last in `diffraction`, start positions in `xcoords_start` and `ycoords_start`,
// and `probeGuess` and `objectGuess`. As ptychodus reads them (its plugin slac_npz): positions above 1 mm are object pixels, else
// metres; `detector_distance_m`, `probe_energy_eV`, `detector_pixel_size_m` where they are. What ptychodus assumes where they are
// not (0.75 m, 8 keV, 75 µm) is asked for here. https://github.com/AdvancedPhotonSource/ptychodus

import type { ArrayNode, ArrayTree } from "../tree.ts";
import { framesOf, type FrameAxes } from "../scan/frames-of.ts";
import { wavelengthOfStatedEv } from "../scan/beam.ts";
import { arrayAt, LookUp } from "../scan/look-up.ts";
import { positionsFrom } from "../scan/positions-of.ts";
import type { MeasuredFormat, RawGeometry, RawOptions, RawPositions, RawScan } from "../scan/raw-scan.ts";
import { shown } from "../scan/units.ts";

const [framesPath, xPath, yPath] = ["/diffraction", "/xcoords_start", "/ycoords_start"] as const;
/** Larger positions are no metres. */
const largestM = 1e-3;

export const slac: MeasuredFormat = {
  name: "SLAC NPZ",
  holds: ["frames", "positions", "geometry", "probe", "object"],
  source: "https://github.com/AdvancedPhotonSource/ptychodus",
  detect(tree) {
    const isThere =
      tree.container === "NPZ" &&
      [framesPath, xPath, yPath].every((path) => arrayAt(tree, path) !== undefined);
    return isThere ? "diffraction, xcoords_start and ycoords_start are there: an NPZ of SLAC" : undefined;
  },
  read,
};

async function read(tree: ArrayTree, options: RawOptions): Promise<RawScan> {
  const look = new LookUp(tree, slac.detect(tree) ?? "read as an NPZ of SLAC");
  const frameNode = look.required("diffraction", [framesPath]);
  const [x, y] = [look.required("x", [xPath]), look.required("y", [yPath])];
  const [probeNode, objectNode] = [
    look.first("probe", ["/probeGuess"]),
    look.first("object", ["/objectGuess"]),
  ];
  const axes = options.layout ?? axesOf(frameNode, x);
  look.told.push(`frames are ${axes === "HWM" ? "the last" : "the first"} axis`);
  return {
    file: tree.file,
    format: slac.name,
    frames: framesOf(frameNode, {
      file: tree.file,
      axes,
      domain: options.domain,
      selection: options.frames,
    }),
    positions: await positions(look, x, y, options),
    geometry: await geometry(look),
    probe: probeNode === undefined ? undefined : await look.optional("probe", () => look.probe(probeNode)),
    object:
      objectNode === undefined ? undefined : await look.optional("object", () => look.object(objectNode)),
    told: look.told,
    conversions: look.conversions,
    warnings: [...tree.problems, ...look.warnings],
  };
}

/** Frames are last, unless the positions say that they are first. */
function axesOf({ shape }: ArrayNode, { shape: [count] }: ArrayNode): FrameAxes {
  return shape[0] === count && shape[2] !== count ? "MHW" : "HWM";
}

async function positions(
  look: LookUp,
  x: ArrayNode,
  y: ArrayNode,
  options: RawOptions,
): Promise<RawPositions> {
  const all = [...(await look.vector(x)), ...(await look.vector(y))];
  const largest = all.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const unit = largest > largestM ? "px" : "m";
  if (options.positionUnit === undefined)
    look.told.push(`positions reach ${shown(largest)}: ${unit === "px" ? "object pixels" : "metres"}`);
  return positionsFrom(look, x, y, options, { unit, order: "xy" });
}

async function geometry(look: LookUp): Promise<RawGeometry> {
  const number = async (...paths: string[]): Promise<number | undefined> => (await look.scalar(paths))?.value;
  const energyEv = await number("/probe_energy_eV", "/probe_energy_ev");
  const distanceM = await number("/detector_distance_m");
  const pixelM = await number("/detector_pixel_size_m");
  return {
    wavelengthM: energyEv === undefined ? undefined : wavelengthOfStatedEv(look, energyEv),
    distanceM,
    detectorPixelM: pixelM === undefined ? undefined : { x: pixelM, y: pixelM },
  };
}
