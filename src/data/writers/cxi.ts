// CXI 1.6 and NXcxi_ptycho in one file: SI throughout, energy in joules, positions as translations in metres, mask bits of
// which any but 0 is bad, NeXus classes and default plot, so that h5web, silx and myHDF5 open it on the picture.
// doi:10.1038/nmeth.2110; https://manual.nexusformat.org/classes/contributed_definitions/NXcxi_ptycho.html

import { realNumbers } from "../../array/cast.ts";
import type { AnyArray } from "../../array/ndarray.ts";
import {
  writeHdf5,
  type WrittenAttributes,
  type WrittenGroup,
  type WrittenNode,
} from "../../io/hdf5/write.ts";
import type { ArrayTree } from "../../io/tree.ts";
import { positionsInMetres, pixelSizeOf, type ScanContent } from "./content.ts";
import { countsNode, doselapGroup, withGroup } from "./doselap-group.ts";
import { joulesOfWavelength } from "../../io/scan/units.ts";
import { objectArray, probeArray, scalar, text, triples, vector } from "./arrays.ts";
import { neededGeometry, type ScanWriter } from "./writer.ts";

const detectorPath = "/entry_1/instrument_1/detector_1";
const translationPath = "/entry_1/sample_1/geometry_1/translation";

export const cxiWriter: ScanWriter = {
  name: "cxi",
  title: "CXI 1.6, NXcxi_ptycho",
  endings: [".cxi"],
  holds: [
    "frames",
    "positions",
    "energy",
    "distance",
    "detector pixel",
    "pixel size",
    "mask",
    "probe",
    "object",
  ],
  holdsForUs: ["scan index", "patches", "metadata"],
  source: "https://www.cxidb.org/cxi.html",
  needs: (content) =>
    content.frames === undefined
      ? neededGeometry(content, { energy: true, pixel: content.positions?.unit === "px" })
      : neededGeometry(content, { energy: true, detector: true, pixel: true }),
  async write(path, content) {
    const group = doselapGroup(content, {
      counts: `${detectorPath}/data`,
      probe: "/entry_1/image_1/data",
      object: "/entry_1/image_2/data",
      mask: `${detectorPath}/mask`,
    });
    await writeHdf5(path, withGroup(rootOf(content), group));
    return [path];
  },
};

function rootOf(content: ScanContent): WrittenGroup {
  const { frames, object } = content;
  const shown = object === undefined ? "data_1" : "image_2";
  const hasFrames = frames !== undefined;
  return nexus(
    "NXroot",
    { default: "entry_1" },
    {
      cxi_version: scalar("int32", 160),
      entry_1: nexus(
        "NXentry",
        { default: shown },
        {
          definition: text("NXcxi_ptycho"),
          instrument_1: nexus(
            "NXinstrument",
            {},
            {
              source_1: source(content),
              beam_1: nexus("NXbeam", {}, { energy: energy(content) }),
              ...(hasFrames ? { detector_1: detector(content) } : {}),
            },
          ),
          sample_1: sample(content),
          ...(hasFrames ? { data_1: data(content) } : {}),
          ...images(content),
        },
      ),
    },
  );
}

function nexus(
  className: string,
  attributes: WrittenAttributes,
  children: { readonly [name: string]: WrittenNode | undefined },
): WrittenGroup {
  const there = Object.entries(children).flatMap(([name, node]) =>
    node === undefined ? [] : [[name, node] as const],
  );
  return {
    kind: "group",
    attributes: { NX_class: className, ...attributes },
    children: Object.fromEntries(there),
  };
}

function energy({ geometry }: ScanContent): WrittenNode {
  return scalar("float64", joulesOfWavelength(geometry.wavelengthM!), { units: "J" });
}

function source(content: ScanContent): WrittenNode {
  const wavelength = scalar("float64", content.geometry.wavelengthM!, { units: "m" });
  return nexus("NXsource", {}, { energy: energy(content), wavelength });
}

function detector({ frames, geometry, mask, positions }: ScanContent): WrittenNode {
  const { distanceM, detectorPixelM } = geometry;
  const { height, width } = frames!;
  return nexus(
    "NXdetector",
    { signal: "data", axes: ["translation", "y", "x"] },
    {
      data: countsNode(frames!, { units: "counts" }),
      distance: scalar("float64", distanceM!, { units: "m" }),
      x_pixel_size: scalar("float64", detectorPixelM!.x, { units: "m" }),
      y_pixel_size: scalar("float64", detectorPixelM!.y, { units: "m" }),
      ...(mask === undefined
        ? {}
        : {
            mask: {
              kind: "array",
              array: { dtype: "uint32", shape: [height, width], data: Uint32Array.from(mask) },
            },
          }),
      ...(positions === undefined ? {} : { translation: { kind: "link", target: translationPath } }),
    },
  );
}

function sample(content: ScanContent): WrittenNode | undefined {
  const places = positionsInMetres(content);
  if (places === undefined) return undefined;
  const translation: WrittenNode = { kind: "array", array: triples(places), attributes: { units: "m" } };
  return nexus("NXsample", {}, { geometry_1: nexus("NXcollection", {}, { translation }) });
}

function data({ positions, frames, geometry }: ScanContent): WrittenNode {
  const { detectorPixelM } = geometry;
  return nexus(
    "NXdata",
    { signal: "data", axes: [".", "y", "x"] },
    {
      y: axis(frames!.height, detectorPixelM!.y),
      x: axis(frames!.width, detectorPixelM!.x),
      data: { kind: "link", target: `${detectorPath}/data` },
      ...(positions === undefined ? {} : { translation: { kind: "link", target: translationPath } }),
    },
  );
}

/** Metres per object pixel that this writer left beside the object: CXI has no place for it. */
export async function writtenPixelSize(tree: ArrayTree): Promise<number | undefined> {
  const node = tree.find("/entry_1/image_2/pixel_size");
  const value = node === undefined ? undefined : realNumbers(await node.read())?.[0];
  return value !== undefined && value > 0 ? value : undefined;
}

/** Metres from the middle, so that viewers show lengths. */
function axis(count: number, step: number): WrittenNode {
  const places = Array.from({ length: count }, (_, i) => (i - count / 2) * step);
  return { kind: "array", array: vector(places), attributes: { units: "m" } };
}

/** Image 1 is the probe, image 2 the object. */
function images(content: ScanContent): { readonly [name: string]: WrittenNode | undefined } {
  const image = (array: AnyArray): WrittenNode => {
    const size = pixelSizeOf(content);
    const [height = 0, width = 0] = array.shape.slice(-2);
    const modes = array.shape.length === 3 ? ["."] : [];
    return nexus(
      "NXdata",
      { signal: "data", ...(size === undefined ? {} : { axes: [...modes, "y", "x"] }) },
      {
        ...(size === undefined ? {} : { y: axis(height, size), x: axis(width, size) }),
        data: { kind: "array", array },
        data_type: text("electron density"),
        data_space: text("real"),
        ...(size === undefined ? {} : { pixel_size: scalar("float64", size, { units: "m" }) }),
      },
    );
  };
  const { probe, object } = content;
  return {
    image_1: probe === undefined ? undefined : image(probeArray(probe)),
    image_2: object === undefined ? undefined : image(objectArray(object)),
  };
}
