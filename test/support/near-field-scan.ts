// A near-field scan by a short forward model of its own: exit waves at whole pixels, carried to the detector by the transfer
// function, counts drawn without our sampler.

import type { ComplexImage } from "../../src/array/ndarray.ts";
import type { Dataset } from "../../src/data/dataset.ts";
import { referenceFft2 } from "../../src/compute/reference-fft.ts";
import { buildPhantom } from "../../src/optics/phantom/build.ts";
import { nearFieldTransfer } from "../../src/optics/near-field.ts";
import { countsOf, uniform } from "./raw-scan.ts";

const size = 64;
const geometry = { wavelengthM: 1e-10, pixelSizeM: 1e-7, distanceM: 2e-3 };

/** 25 frames of a phantom under a structured beam, whole-pixel steps of about 8 px, 400 counts per pixel. */
export function nearFieldScan(): Dataset {
  const object = buildPhantom({
    phantom: "cells",
    heightPx: 112,
    widthPx: 104,
    amplitudeMin: 0.6,
    phaseRangeRad: 1.2,
    seed: 3,
  });
  const next = uniform(7);
  const probe = beam();
  const transfer = nearFieldTransfer(size, geometry);
  const fft = referenceFft2(size);
  const [x, y] = [new Float64Array(25), new Float64Array(25)];
  const diffraction = new Float32Array(25 * size * size);
  for (let m = 0; m < 25; m++) {
    x[m] = size / 2 + 2 + 8 * (m % 5) + Math.floor(3 * next()) - 1;
    y[m] = size / 2 + 2 + 8 * Math.floor(m / 5) + Math.floor(3 * next()) - 1;
    const wave = exitWave(object, probe, x[m]!, y[m]!);
    fft.forward(wave);
    for (let i = 0; i < wave.length; i += 2) {
      const [re, im] = [wave[i]!, wave[i + 1]!];
      wave[i] = re * transfer[i]! - im * transfer[i + 1]!;
      wave[i + 1] = re * transfer[i + 1]! + im * transfer[i]!;
    }
    fft.inverse(wave);
    for (let i = 0; i < size * size; i++) {
      const mean = wave[2 * i]! ** 2 + wave[2 * i + 1]! ** 2;
      diffraction[m * size * size + i] = Math.sqrt(countsOf(mean, next));
    }
  }
  return {
    frames: 25,
    size,
    diffraction,
    positions: { x, y },
    probe: { modes: 1, size, data: probe },
    object,
    scanIndex: new Int32Array(25),
    metadata: { nearField: geometry },
  };
}

/** Bright stripes and dots: without structure a near field knows no position. */
function beam(): Float32Array {
  const data = new Float32Array(2 * size * size);
  for (let v = 0, i = 0; v < size; v++) {
    for (let u = 0; u < size; u++, i += 2) {
      const amplitude = 20 * (1 + 0.4 * Math.sin((2 * Math.PI * (2 * u + v)) / size));
      const phase = 0.8 * Math.cos((2 * Math.PI * (3 * v - u)) / size);
      data[i] = amplitude * Math.cos(phase);
      data[i + 1] = amplitude * Math.sin(phase);
    }
  }
  return data;
}

function exitWave({ width, data }: ComplexImage, probe: Float32Array, x: number, y: number): Float32Array {
  const wave = new Float32Array(probe.length);
  for (let v = 0, i = 0; v < size; v++) {
    for (let u = 0; u < size; u++, i += 2) {
      const at = 2 * ((y - size / 2 + v) * width + x - size / 2 + u);
      wave[i] = probe[i]! * data[at]! - probe[i + 1]! * data[at + 1]!;
      wave[i + 1] = probe[i]! * data[at + 1]! + probe[i + 1]! * data[at]!;
    }
  }
  return wave;
}
