// A reconstruction as PtyPy loads it (.ptyr): content/obj and content/probe with one storage each, arrays [layers | modes, H, W]
// and the pixel size in metres. https://ptycho.github.io/ptypy/

import type { AnyArray } from "../../array/ndarray.ts";
import { writeHdf5, type WrittenNode } from "../../io/hdf5/write.ts";
import { pixelSizeOf, type ScanContent } from "./content.ts";
import { evOfWavelength } from "../../io/scan/units.ts";
import { nested, objectArray, probeArray, scalar, text, vector } from "./arrays.ts";
import { neededGeometry, present, type ScanWriter } from "./writer.ts";

const storageId = "SMFG00";

export const ptypyWriter: ScanWriter = {
  name: "ptyr",
  title: "PtyPy reconstruction",
  endings: [".ptyr"],
  holds: ["energy", "pixel size", "probe", "object"],
  holdsForUs: [],
  source: "https://ptycho.github.io/ptypy/",
  needs: (content) => neededGeometry(content, { pixel: true, energy: true }),
  async write(path, content) {
    const hint = "A .ptyr is a reconstruction: reconstruct the scan first.";
    const object = present(content.object, "object", content, hint);
    const probe = present(content.probe, "probe", content, hint);
    const storages = {
      obj: storage(nested(objectArray(object)), content),
      probe: storage(probeArray(probe), content),
    };
    const children = { content: { kind: "group", children: storages } } as const;
    await writeHdf5(path, { kind: "group", children });
    return [path];
  },
};

function storage(array: AnyArray, content: ScanContent): WrittenNode {
  const size = pixelSizeOf(content)!;
  const [height = 0, width = 0] = array.shape.slice(-2);
  const children: { readonly [name: string]: WrittenNode } = {
    data: { kind: "array", array },
    ID: text(storageId),
    _psize: { kind: "array", array: vector([size, size]) },
    // In keV, and the pixel that is at zero of the storage.
    _energy: scalar("float64", evOfWavelength(content.geometry.wavelengthM!) / 1e3),
    _center: { kind: "array", array: vector([height / 2, width / 2]) },
  };
  return { kind: "group", children: { [storageId]: { kind: "group", children } } };
}
