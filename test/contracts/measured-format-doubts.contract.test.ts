// What a measured file leaves open, says in another unit, or holds beside what is read (fixtures/make_measured_goldens.py): it is
// used as it was meant, or said, or asked for; nothing of it is guessed in silence, and no part of it costs the whole scan.

import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { samplingOf } from "../../src/prepare/sampling.ts";
import { openMeasured, openScanFile, type OpenMeasuredOptions } from "../../src/io/formats/open.ts";
import type { RawScan } from "../../src/io/scan/raw-scan.ts";

const goldens = new URL("../../fixtures/measured/", import.meta.url).pathname;

async function scanOf(name: string, options: OpenMeasuredOptions = {}): Promise<RawScan> {
  const { scan, close } = await openScanFile(join(goldens, name), options);
  await close();
  return scan;
}

describe("numbers in another unit than the one they are taken for", () => {
  test("electrons in ångström: neither wavelength nor pixel is used, and the flags are named", async () => {
    const { geometry, warnings } = await scanOf("electrons.mat", { positionUnit: "angstrom" });
    expect([geometry.wavelengthM, geometry.pixelSizeM]).toEqual([undefined, undefined]);
    expect(warnings.join("\n")).toMatch(/wavelength of 0\.0197 m is not used.*--wavelength METRES/u);
    expect(warnings.join("\n")).toMatch(/object pixel of 0\.2 m is not used.*--pixel-size/u);
  });

  test("what is stated by flags is used, without a doubt", async () => {
    const stated = { positionUnit: "angstrom", wavelengthM: 1.97e-12, pixelSizeM: 2e-11 } as const;
    const { geometry, warnings } = await scanOf("electrons.mat", stated);
    expect([geometry.wavelengthM, geometry.pixelSizeM]).toEqual([1.97e-12, 2e-11]);
    expect(warnings).toEqual([]);
  });

  test("8000 J is no photon: the energy is asked for, and --energy wins", async () => {
    const { geometry, warnings, conversions } = await scanOf("illumination.cxi");
    expect(geometry.wavelengthM).toBeUndefined();
    expect(conversions.join("\n")).toContain("8000 J (the format's unit)");
    expect(warnings.join("\n")).toMatch(/wavelength of 2\.\d+e-29 m is not used.*--energy EV/u);
    const stated = await scanOf("illumination.cxi", { energyEv: 8000 });
    expect(stated.geometry.wavelengthM! * 1e10).toBeCloseTo(1.54980248, 7);
    expect(stated.warnings).toEqual([]);
  });

  test.each<[string, OpenMeasuredOptions, RegExp]>([
    ["two wavelengths", { energyEv: 8000, wavelengthM: 1e-10 }, /stated twice.*8000 eV, 1e-10 m/u],
    ["a wavelength in ångström", { wavelengthM: 1.54 }, /wavelength is one that no instrument has.*1\.54 m/u],
    ["a pixel in micrometres", { detectorPixelM: 75 }, /detector pixel is one that no instrument has/u],
  ])("%s by flag is refused", async (_what, options, message) => {
    await expect(scanOf("scan.cxi", options)).rejects.toThrow(message);
  });
});

describe("a part that cannot be used costs no scan", () => {
  test("links that lead nowhere and images that are none are warnings", async () => {
    const { warnings, object } = await scanOf("awkward.cxi");
    expect(warnings.join("\n")).toMatch(/detector_2\/mask: .*leads nowhere/u);
    expect(warnings.join("\n")).toMatch(/mask_shared: .*without end/u);
    expect(warnings.join("\n")).toMatch(/geometry_1\/translation: .*leads nowhere/u);
    expect(warnings.join("\n")).toMatch(/not read: \/entry_1\/image_2\/data/u);
    expect(object!.height).toBe(20);
  });

  test("an object of two layers is left out, what is beside it is kept", async () => {
    const { object, probe, positions, warnings } = await scanOf("layers.h5");
    expect([object, probe?.modes, positions?.x.length]).toEqual([undefined, 2, 6]);
    expect(warnings.join("\n")).toMatch(/the object is not used:.*\(2, 20, 24\)/u);
  });
});

test("the weights of PtyPy are a mask, and its near field is no far field", async () => {
  const { nearField, told, warnings } = await scanOf("weights.ptyd");
  expect(nearField).toBe(true);
  expect(told.join("\n")).toContain("2 of 80 pixels are bad");
  expect(warnings.join("\n")).toMatch(/propagation says nearfield.*--focus-to-sample/u);
  expect((await scanOf("data.ptyd")).nearField).toBeUndefined();
});

test("a reconstruction of PtyPy: its energy, and positions from the object's middle", async () => {
  const { geometry, told } = await scanOf("placed.ptyr");
  expect(geometry.wavelengthM! * 1e10).toBeCloseTo(1.54980248, 7);
  expect(told.join("\n")).toMatch(/from the object's middle.*6e-8, 4e-8/u);
});

test("a product's positions are counted from where its object is, which is told", async () => {
  const { told } = await scanOf("centred.h5");
  expect(told.join("\n")).toMatch(/less the object's centre, \(0\.00003, -0\.00004\) m/u);
});

test("frames without a mark of MATLAB are turned, which is told, and not with --layout MHW", async () => {
  const { told, frames } = await scanOf("fold_slice.hdf5");
  expect(told.join("\n")).toMatch(/no mark of MATLAB.*--layout MHW/u);
  expect([frames!.height, frames!.width]).toEqual([8, 10]);
  const plain = (await scanOf("fold_slice.hdf5", { layout: "MHW" })).frames!;
  expect([plain.height, plain.width]).toEqual([10, 8]);
});

test("positions that fit the last axis alone: the layout is offered, not other frames", async () => {
  const map = { diffraction: "/eiger", x: "/sx", y: "/sy" };
  await expect(scanOf("mixed.h5", { map })).rejects.toThrow(/\(8, 10, 6\).*--layout HWM/u);
  await expect(
    scanOf("raw.h5", {
      map: { diffraction: "/measurement/eiger", x: "/measurement/motors/sx", y: "/measurement/motors/sy" },
      positionUnit: "mm",
      layout: "HWM",
    }),
  ).rejects.toThrow(/\(6, 8, 10\).*--layout MHW/u);
});

describe("rasters", () => {
  test("by the axes of NXdata, each in its unit", async () => {
    const { positions } = await scanOf("axes.nxs");
    const um = (values: Float64Array): number[] =>
      [...values].map((value) => Number((value * 1e6).toFixed(9)));
    expect([um(positions!.x), um(positions!.y)]).toEqual([
      [0, 4, 8, 0, 4, 8],
      [0, 0, 0, 5, 5, 5],
    ]);
  });

  test("by the calibration of py4DSTEM: steps, and a pixel that follows from the frames' size", async () => {
    const { positions, geometry, file } = await scanOf("emd.h5");
    const angstrom = (values: Float64Array): number[] => [...values].map((value) => Math.round(value * 1e10));
    expect([angstrom(positions!.x), angstrom(positions!.y)]).toEqual([
      [0, 4, 8, 0, 4, 8],
      [0, 0, 0, 5, 5, 5],
    ]);
    // 1 / (8 × 0.05 / Å) = 2.5 Å.
    const sampling = samplingOf(file, geometry, { sizePx: 8, bin: 1, nearField: false });
    expect(sampling.pixelSizeM).toBeCloseTo(2.5e-10, 20);
    const binned = samplingOf(file, geometry, { sizePx: 4, bin: 2, nearField: false });
    expect(binned.pixelSizeM).toBeCloseTo(2.5e-10, 20);
    expect((await scanOf("emd.h5", { scanStepM: 1e-9 })).positions!.x[1]).toBe(1e-9);
  });

  test("angles need the wavelength, which is asked for", async () => {
    const without = await scanOf("calibrated.h5");
    expect(without.geometry.frequencyPixelPerM).toBeUndefined();
    expect(without.warnings.join("\n")).toMatch(/0\.5 mrad.*--wavelength METRES/u);
    const { geometry, positions } = await scanOf("calibrated.h5", { wavelengthM: 1.97e-12 });
    expect(geometry.frequencyPixelPerM! / (0.5e-3 / 1.97e-12)).toBeCloseTo(1, 12);
    expect(positions!.y[5]).toBeCloseTo(5e-10, 20);
  });

  test("an array of four axes without another sign of frames is said to be a guess", async () => {
    expect((await scanOf("network.h5")).warnings.join("\n")).toMatch(/likeliest guess.*--map/u);
    expect((await scanOf("raster.h5")).warnings).toEqual([]);
  });
});

test("the energy of a storage ring is no photon's", async () => {
  const { scan, close } = await openMeasured(join(goldens, "motors.nxs"));
  expect(scan!.conversions.join("\n")).not.toContain("GeV");
  await close();
});
