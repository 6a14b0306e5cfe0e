// h5py, numpy and Pillow read what we write: values, types, units, complex layout, default plot, scales.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { convertScan } from "../../src/data/convert.ts";
import { writeDataset } from "../../src/data/write.ts";
import { smallDataset } from "../support/small-dataset.ts";

const mask = Uint8Array.from({ length: 64 }, (_, i) => (i === 9 ? 1 : 0));
const dataset = smallDataset({ mask });
const measured = { energyEv: 8000, distanceM: 2, detectorPixelM: 75e-6, pixelSizeM: 2e-8 };

let folder = "";
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "doselap-numpy-"));
  await writeDataset(join(folder, "scan.npz"), dataset);
  for (const [name, to] of [
    ["scan.cxi"],
    ["product.h5"],
    ["product.npz", "ptychodus-npz"],
    ["recon.ptyr"],
    ["object.png"],
    ["object.tif"],
  ] as const) {
    await convertScan(join(folder, "scan.npz"), join(folder, name), { version: "0", measured, to });
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What a Python program prints as JSON. `show` tells dtype, shape and the sum of an array. */
function python(program: string): unknown {
  const head = `
import json, sys
import h5py, numpy as np
from PIL import Image
folder = sys.argv[1]
def show(a):
    a = np.asarray(a)
    total = a.astype("c16").sum() if a.dtype.kind == "c" else a.astype("f8").sum()
    return [str(a.dtype), list(a.shape), [total.real, total.imag] if a.dtype.kind == "c" else float(total)]
def text(value):
    return value.decode() if isinstance(value, bytes) else value
`;
  return JSON.parse(
    execFileSync("/usr/bin/python3", ["-c", head + program, folder], { encoding: "utf8" }),
  ) as unknown;
}

function complexSum(data: Float32Array): [number, number] {
  const sum: [number, number] = [0, 0];
  data.forEach((value, i) => (sum[i % 2]! += value));
  return sum;
}
const counts = Array.from({ length: 320 }, (_, i) => i % 97).reduce((sum, value) => sum + value, 0);
const object = complexSum(dataset.object.data);
const probe = complexSum(dataset.probe.data);
const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
// From the middle of a 20 × 24 object.
const xM = (sum(dataset.positions.x) - 5 * 12) * 2e-8;
const yM = (sum(dataset.positions.y) - 5 * 10) * 2e-8;

test("CXI: values, types, units, links, NeXus classes and default plot", () => {
  const seen = python(`
f = h5py.File(folder + "/scan.cxi")
e = f["entry_1"]; d = e["instrument_1/detector_1"]; s = e["instrument_1/source_1"]
plot = f[f.attrs["default"]]; plot = plot[plot.attrs["default"]]
print(json.dumps({
  "version": int(f["cxi_version"][()]), "definition": text(e["definition"][()]),
  "data": show(d["data"]), "linked": e["data_1"].get("data", getlink=True).path, "same": bool((e["data_1/data"][:] == d["data"][:]).all()),
  "energy": [float(s["energy"][()]), s["energy"].attrs["units"]], "distance": float(d["distance"][()]), "pixel": float(d["x_pixel_size"][()]),
  "mask": show(d["mask"]), "bad": np.flatnonzero(d["mask"][:]).tolist(),
  "translation": [str(e["sample_1/geometry_1/translation"].dtype), e["sample_1/geometry_1/translation"][:].sum(0).tolist()],
  "probe": show(e["image_1/data"]), "object": show(e["image_2/data"]),
  "classes": [e.attrs["NX_class"], d.attrs["NX_class"], plot.attrs["NX_class"]], "plot": plot.name + "/" + plot.attrs["signal"],
}))
`);
  expect(seen).toEqual({
    version: 160,
    definition: "NXcxi_ptycho",
    data: ["uint16", [5, 8, 8], counts],
    linked: "/entry_1/instrument_1/detector_1/data",
    same: true,
    // 8 keV in joules, e exact in the SI; three roundings of float64 between.
    energy: [expect.closeTo(8000 * 1.602176634e-19, 29), "J"],
    distance: 2,
    pixel: 75e-6,
    mask: ["uint32", [8, 8], 1],
    bad: [9],
    translation: ["float64", [expect.closeTo(xM, 18), expect.closeTo(yM, 18), 0]],
    probe: ["complex64", [1, 8, 8], probe],
    object: ["complex64", [20, 24], object],
    classes: ["NXentry", "NXdetector", "NXdata"],
    plot: "/entry_1/image_2/data",
  });
});

test("ptychodus product, HDF5 and NPZ", () => {
  const seen = python(`
f = h5py.File(folder + "/product.h5"); n = np.load(folder + "/product.npz", allow_pickle=False)
names = ["probe", "object", "probe_position_x_m", "probe_position_indexes", "loss_values"]
print(json.dumps({
  "h5": [show(f[k]) for k in names], "npz": [show(n[k]) for k in names],
  "energy": [float(f.attrs["probe_energy_eV"]), float(n["probe_energy_eV"])],
  "pixel": [float(f["object"].attrs["pixel_width_m"]), float(n["object_pixel_width_m"])],
  "distance": float(f.attrs["detector_object_distance_m"]),
}))
`);
  const arrays = [
    ["complex64", [1, 1, 8, 8], probe],
    ["complex64", [1, 20, 24], object],
    ["float64", [5], expect.closeTo(xM, 18)],
    ["int64", [5], 10],
    ["float64", [0], 0],
  ];
  expect(seen).toEqual({
    h5: arrays,
    npz: arrays,
    energy: [expect.closeTo(8000, 8), expect.closeTo(8000, 8)],
    pixel: [2e-8, 2e-8],
    distance: 2,
  });
});

test("PtyPy reconstruction", () => {
  const seen = python(`
f = h5py.File(folder + "/recon.ptyr"); c = f["content"]
print(json.dumps([show(c["obj/SMFG00/data"]), c["obj/SMFG00/_psize"][:].tolist(), show(c["probe/SMFG00/data"]), float(c["probe/SMFG00/_energy"][()])]))
`);
  expect(seen).toEqual([
    ["complex64", [1, 20, 24], object],
    [2e-8, 2e-8],
    ["complex64", [1, 8, 8], probe],
    expect.closeTo(8, 11),
  ]);
});

test("PNG and TIFF: 16 bits whose stated scale gives amplitude and phase again", () => {
  const seen = python(`
n = np.load(folder + "/scan.npz"); o = n["objectGuess"].astype("c16")
t = Image.open(folder + "/object.tif"); about = t.tag_v2[270]
def page(i):
    t.seek(i); return np.array(t).astype("f8")
import re
numbers = lambda line: [float(v) for v in re.findall(r"-?\\d+\\.?\\d*(?:e-?\\d+)?", line.split("=", 1)[1])]
lines = [l for l in about.split("\\n") if l.startswith("page")]
a, p = numbers(lines[0]), numbers(lines[1])
pa = Image.open(folder + "/object.amplitude.png"); pp = Image.open(folder + "/object.phase.png")
worst = lambda got, wanted, step: float(np.abs(got - wanted).max() / step)
print(json.dumps({
  "frames": t.n_frames, "imagej": about.split("\\n")[:3], "modes": [t.mode, pa.mode],
  "amplitude": worst(page(0) * a[0], np.abs(o), a[0]), "phase": worst(page(1) * p[0] - p[1], np.angle(o), p[0]),
  "same": [bool((np.array(pa) == page(0)).all()), bool((np.array(pp) == page(1)).all())],
  "scale": pa.text["Description"] == lines[0].split(": ", 1)[1],
}))
`) as { amplitude: number; phase: number };
  expect(seen).toMatchObject({
    frames: 2,
    imagej: ["ImageJ=1.53t", "images=2", "slices=2"],
    modes: ["I;16", "I"],
    same: [true, true],
    scale: true,
  });
  // Rounding to the nearest of 65536 steps; the slack is float64's.
  expect(seen.amplitude).toBeLessThanOrEqual(0.5 + 1e-9);
  expect(seen.phase).toBeLessThanOrEqual(0.5 + 1e-9);
});
