// Examples of operations on batches of images [B, C, H, W].

import { conv2d, conv2dWeightGradient } from "../../../src/nn/ops/conv2d.ts";
import { flipKernel } from "../../../src/nn/ops/flip-kernel.ts";
import { maxPool2 } from "../../../src/nn/ops/max-pool2.ts";
import { sumPool2, upsample2 } from "../../../src/nn/ops/upsample2.ts";
import {
  contractingConv2d,
  expandedGradient,
  expandingConv2d,
  upsampledConv2d,
} from "../../../src/nn/ops/upsampled-conv2d.ts";
import type { Shape } from "../../../src/nn/graph/shape.ts";
import { total } from "../tensor-loops.ts";
import type { OperationExample } from "./example.ts";

type Images = readonly [batch: number, channels: number, height: number, width: number];

function convolution(
  [batch, channels, height, width]: Images,
  out: number,
  k: number,
  biased: boolean,
): OperationExample {
  const weights = [out, channels, k, k];
  const reach = (k - 1) / 2;
  return {
    of: "conv2d",
    shapes: [[batch, channels, height, width], weights, ...(biased ? [[out]] : [])],
    output: [batch, out, height, width],
    build: (x, w, bias) => conv2d(x!, w!, bias),
    naive: (x, w, bias) => (b, co, i, j) =>
      (bias?.(co!) ?? 0) +
      total(
        [channels, k, k],
        (ci, u, v) => w!(co!, ci!, u!, v!) * x!(b!, ci!, i! + u! - reach, j! + v! - reach),
      ),
  };
}

function weightGradient([batch, channels, height, width]: Images, out: number, k: number): OperationExample {
  const reach = (k - 1) / 2;
  return {
    of: "conv2dWeightGradient",
    shapes: [
      [batch, channels, height, width],
      [batch, out, height, width],
    ],
    output: [out, channels, k, k],
    build: (x, dy) => conv2dWeightGradient(x!, dy!, k),
    naive: (x, dy) => (co, ci, u, v) =>
      total(
        [batch, height, width],
        (b, i, j) => dy!(b!, co!, i!, j!) * x!(b!, ci!, i! + u! - reach, j! + v! - reach),
      ),
  };
}

/** Operations between small images and images of twice the size; a pixel pairs with the 4 × 4 around its copies. */
function resizing([batch, into, height, width]: Images, out: number): readonly OperationExample[] {
  const small = [batch, into, height, width];
  const large = double([batch, out, height, width]);
  const [kernel, weights] = [
    [into, out, 4, 4],
    [out, into, 3, 3],
  ];
  return [
    {
      of: "expandingConv2d",
      shapes: [small, kernel, [out]],
      output: large,
      build: (x, k, bias) => expandingConv2d(x!, k!, bias),
      naive: (x, k, bias) => (b, co, i, j) =>
        bias!(co!) +
        total(
          [into, height, width],
          (ci, r, c) => k!(ci!, co!, i! - 2 * r! + 1, j! - 2 * c! + 1) * x!(b!, ci!, r!, c!),
        ),
    },
    {
      of: "contractingConv2d",
      shapes: [large, kernel],
      output: small,
      build: (y, k) => contractingConv2d(y!, k!),
      naive: (y, k) => (b, ci, r, c) =>
        total(
          [out, 4, 4],
          (co, u, v) => k!(ci!, co!, u!, v!) * y!(b!, co!, 2 * r! + u! - 1, 2 * c! + v! - 1),
        ),
    },
    {
      of: "expandedGradient",
      shapes: [small, large],
      output: kernel,
      build: (x, y) => expandedGradient(x!, y!),
      naive: (x, y) => (ci, co, u, v) =>
        total(
          [batch, height, width],
          (b, r, c) => x!(b!, ci!, r!, c!) * y!(b!, co!, 2 * r! + u! - 1, 2 * c! + v! - 1),
        ),
    },
    {
      of: "upsampledConv2d",
      shapes: [small, weights, [out]],
      output: large,
      build: (x, w, bias) => upsampledConv2d(x!, w!, bias),
      naive: (x, w, bias) => (b, co, i, j) =>
        bias!(co!) +
        total(
          [into, 3, 3],
          // Half of −1 is floored to −1: outside of the image.
          (ci, u, v) => w!(co!, ci!, u!, v!) * x!(b!, ci!, (i! + u! - 1) >> 1, (j! + v! - 1) >> 1),
        ),
    },
  ];
}

const images: readonly Images[] = [
  [1, 1, 2, 2],
  [2, 3, 4, 6],
];

function double([batch, channels, height, width]: Images): Shape {
  return [batch, channels, 2 * height, 2 * width];
}

function half([batch, channels, height, width]: Images): Shape {
  return [batch, channels, height / 2, width / 2];
}

export const imageExamples: readonly OperationExample[] = [
  convolution([1, 1, 1, 1], 1, 1, false),
  convolution([2, 3, 4, 5], 2, 1, true),
  convolution([2, 3, 5, 4], 4, 3, true),
  convolution([1, 2, 3, 7], 1, 3, false),
  // A kernel larger than the image: most taps lie outside.
  convolution([2, 1, 2, 3], 2, 5, true),
  weightGradient([1, 1, 1, 1], 1, 1),
  weightGradient([2, 3, 4, 5], 2, 1),
  weightGradient([2, 3, 5, 4], 4, 3),
  weightGradient([1, 2, 3, 7], 1, 3),
  weightGradient([2, 1, 2, 3], 2, 5),
  ...resizing([1, 2, 1, 2], 1),
  ...resizing([2, 3, 2, 3], 2),
  ...[
    [1, 1, 1, 1],
    [2, 3, 3, 5],
  ].map(([out, into, rows, columns]): OperationExample => ({
    of: "flipKernel",
    shapes: [[out!, into!, rows!, columns!]],
    output: [into!, out!, rows!, columns!],
    linear: true,
    build: (w) => flipKernel(w!),
    naive: (w) => (ci, co, u, v) => w!(co!, ci!, rows! - 1 - u!, columns! - 1 - v!),
  })),
  ...images.map((shape): OperationExample => ({
    of: "maxPool2",
    shapes: [shape],
    output: half(shape),
    domain: "apart",
    build: (x) => maxPool2(x!),
    naive: (x) => (b, c, i, j) =>
      Math.max(...[0, 1].flatMap((u) => [0, 1].map((v) => x!(b!, c!, 2 * i! + u, 2 * j! + v)))),
  })),
  ...images.map((shape): OperationExample => ({
    of: "sumPool2",
    shapes: [shape],
    output: half(shape),
    linear: true,
    build: (x) => sumPool2(x!),
    naive: (x) => (b, c, i, j) => total([2, 2], (u, v) => x!(b!, c!, 2 * i! + u!, 2 * j! + v!)),
  })),
  ...[...images, [2, 1, 3, 1] as const].map((shape): OperationExample => ({
    of: "upsample2",
    shapes: [shape],
    output: double(shape),
    linear: true,
    build: (x) => upsample2(x!),
    naive: (x) => (b, c, i, j) => x!(b!, c!, i! >> 1, j! >> 1),
  })),
];
