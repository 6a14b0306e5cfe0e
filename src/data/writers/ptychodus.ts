// Ptychodus products, in HDF5 and in NPZ with the same names: positions of the probe in metres from the middle of the object,
// probe [1, modes, N, N], object [layers, H, W], energy in eV; 0 for what is not known, as ptychodus writes it.
// https://github.com/AdvancedPhotonSource/ptychodus

import type { AnyArray } from "../../array/ndarray.ts";
import { writeHdf5, type WrittenAttributes, type WrittenNode } from "../../io/hdf5/write.ts";
import { writeNpz } from "../../io/npz.ts";
import { pixelSizeOf, positionsInMetres, type ScanContent } from "./content.ts";
import { doselapGroup, withGroup } from "./doselap-group.ts";
import { evOfWavelength } from "../../io/scan/units.ts";
import { nested, objectArray, probeArray, vector } from "./arrays.ts";
import { neededGeometry, present, type ScanWriter } from "./writer.ts";

const common = {
  holds: ["positions", "energy", "distance", "pixel size", "probe", "object"],
  source: "https://github.com/AdvancedPhotonSource/ptychodus",
  needs: (content: ScanContent) => neededGeometry(content, { energy: true, pixel: true }),
} as const;

export const ptychodusWriter: ScanWriter = {
  ...common,
  name: "ptychodus",
  title: "ptychodus product, HDF5",
  endings: [".h5", ".hdf5"],
  holdsForUs: ["frames", "detector pixel", "mask", "scan index", "patches", "metadata"],
  async write(path, content) {
    const { arrays, onFile, pixel } = product(content);
    const placed = { ...pixel, center_x_m: 0, center_y_m: 0 };
    const own: { readonly [name: string]: WrittenAttributes } = { object: placed, probe: pixel };
    const children = Object.entries(arrays).map(([name, array]): [string, WrittenNode] => [
      name,
      { kind: "array", array, attributes: own[name] ?? {} },
    ]);
    const root = { kind: "group", attributes: onFile, children: Object.fromEntries(children) } as const;
    await writeHdf5(path, withGroup(root, doselapGroup(content, { probe: "/probe", object: "/object" })));
    return [path];
  },
};

export const ptychodusNpzWriter: ScanWriter = {
  ...common,
  name: "ptychodus-npz",
  title: "ptychodus product, NPZ",
  endings: [],
  holdsForUs: [],
  async write(path, content) {
    const { arrays, onFile, pixel } = product(content);
    const all: Record<string, AnyArray> = { ...arrays };
    const put = (name: string, value: string | number): void => {
      all[name] =
        typeof value === "string"
          ? { dtype: "string", shape: [], data: [value] }
          : { dtype: "float64", shape: [], data: Float64Array.of(value) };
    };
    for (const [name, value] of Object.entries(onFile)) put(name, value);
    for (const [name, value] of Object.entries(pixel)) {
      put(`object_${name}`, value);
      put(`probe_${name}`, value);
    }
    put("object_center_x_m", 0);
    put("object_center_y_m", 0);
    await writeNpz(path, all);
    return [path];
  },
};

function product(content: ScanContent) {
  const hint = "A product is a reconstruction: reconstruct the scan first.";
  const object = present(content.object, "object", content, hint);
  const probe = present(content.probe, "probe", content, hint);
  const { x, y } = present(positionsInMetres(content), "positions", content, hint);
  const size = pixelSizeOf(content)!;
  const arrays: Record<string, AnyArray> = {
    probe_position_indexes: {
      dtype: "int64",
      shape: [x.length],
      data: BigInt64Array.from(x, (_, i) => BigInt(i)),
    },
    probe_position_x_m: vector(x),
    probe_position_y_m: vector(y),
    probe: nested(probeArray(probe)),
    object: nested(objectArray(object)),
    object_layer_spacing_m: vector([]),
    loss_values: vector([]),
  };
  return {
    arrays,
    onFile: {
      name: "",
      comments: "",
      detector_object_distance_m: content.geometry.distanceM ?? 0,
      probe_energy_eV: evOfWavelength(content.geometry.wavelengthM!),
      probe_photon_count: 0,
      exposure_time_s: 0,
      mass_attenuation_m2_kg: 0,
      tomography_angle_deg: 0,
    },
    pixel: { pixel_width_m: size, pixel_height_m: size },
  };
}
