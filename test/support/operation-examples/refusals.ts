// Uses of operations that are refused, and what the error says.

import { gradients } from "../../../src/nn/graph/differentiate.ts";
import type { ErrorTag } from "../../../src/errors.ts";
import { constant, input, type Tensor } from "../../../src/nn/graph/tensor.ts";
import { add } from "../../../src/nn/ops/add.ts";
import { angle } from "../../../src/nn/ops/angle.ts";
import { concat } from "../../../src/nn/ops/concat.ts";
import { conv2d, conv2dWeightGradient } from "../../../src/nn/ops/conv2d.ts";
import { divide } from "../../../src/nn/ops/divide.ts";
import { expand, sum } from "../../../src/nn/ops/expand.ts";
import { flipKernel } from "../../../src/nn/ops/flip-kernel.ts";
import { keepEqual, keepPositive } from "../../../src/nn/ops/keep-where.ts";
import { matmul } from "../../../src/nn/ops/matmul.ts";
import { maxPool2 } from "../../../src/nn/ops/max-pool2.ts";
import { mean } from "../../../src/nn/ops/mean.ts";
import { multiply } from "../../../src/nn/ops/multiply.ts";
import { crop2d, pad2d } from "../../../src/nn/ops/pad2d.ts";
import { peak } from "../../../src/nn/ops/peak.ts";
import { reshape } from "../../../src/nn/ops/reshape.ts";
import { scaleBy } from "../../../src/nn/ops/scale-by.ts";
import { slice } from "../../../src/nn/ops/slice.ts";
import { subtract } from "../../../src/nn/ops/subtract.ts";
import { transpose } from "../../../src/nn/ops/transpose.ts";
import { offset, scale } from "../../../src/nn/ops/unary.ts";
import { sumPool2, upsample2 } from "../../../src/nn/ops/upsample2.ts";
import {
  contractingConv2d,
  expandedGradient,
  expandingConv2d,
} from "../../../src/nn/ops/upsampled-conv2d.ts";

interface Refusal {
  readonly title: string;
  readonly attempt: () => unknown;
  readonly says: string;
  readonly tag?: ErrorTag;
}

const of = (...shape: number[]): Tensor => input("x", shape);
const margins = { top: 0, bottom: 0, left: 0, right: 0 };
const images = of(2, 3, 4, 6);

const ofTwo = { add, subtract, multiply, divide, angle, keepPositive };
const ofImages = { maxPool2, sumPool2 };

export const refusals: readonly Refusal[] = [
  ...Object.entries(ofTwo).map(([name, operation]) => ({
    title: `${name} of two shapes: nothing is broadcast`,
    attempt: () => operation(of(2, 3), of(1, 3)),
    says: `${name}: its inputs do not fit; expected [2, 3], got [1, 3]`,
  })),
  ...Object.entries(ofImages).flatMap(([name, operation]) => [
    {
      title: `${name} of an odd height`,
      attempt: () => operation(of(1, 1, 3, 4)),
      says: `${name}: its inputs do not fit; expected an even height and width, got [1, 1, 3, 4]`,
    },
    {
      title: `${name} without a batch`,
      attempt: () => operation(of(1, 4, 4)),
      says: `${name}: its inputs do not fit; expected [batch, channels, height, width], got [1, 4, 4]`,
    },
  ]),
  { title: "upsample2 without a batch", attempt: () => upsample2(of(4, 4)), says: "got [4, 4]" },
  {
    title: "keepEqual of other shapes",
    attempt: () => keepEqual(of(2), of(2), of(3)),
    says: "expected [2], got [3]",
  },
  {
    title: "scaleBy with a vector",
    attempt: () => scaleBy(of(2), of(2)),
    says: "a factor of shape [] or [1], got [2]",
  },
  {
    title: "scale by no number",
    attempt: () => scale(of(2), NaN),
    says: "a finite number, got NaN",
    tag: "Range",
  },
  { title: "offset by infinity", attempt: () => offset(of(2), Infinity), says: "got Infinity", tag: "Range" },
  {
    title: "expandingConv2d with a kernel of 3 × 3",
    attempt: () => expandingConv2d(images, of(3, 5, 3, 3)),
    says: "expected [3, 5, 4, 4]",
  },
  {
    title: "expandingConv2d with another bias",
    attempt: () => expandingConv2d(images, of(3, 5, 4, 4), of(3)),
    says: "expected [5]",
  },
  {
    title: "contractingConv2d of an odd height",
    attempt: () => contractingConv2d(of(1, 5, 3, 4), of(3, 5, 4, 4)),
    says: "an even height and width",
  },
  {
    title: "expandedGradient of images of one size",
    attempt: () => expandedGradient(images, images),
    says: "images of twice the size",
  },
  {
    title: "conv2d of other channels",
    attempt: () => conv2d(images, of(5, 2, 3, 3)),
    says: "weights of shape [out, 3, k, k], k odd, got [5, 2, 3, 3]",
  },
  {
    title: "conv2d with an even kernel",
    attempt: () => conv2d(images, of(5, 3, 2, 2)),
    says: "k odd, got [5, 3, 2, 2]",
  },
  {
    title: "conv2d with an oblong kernel",
    attempt: () => conv2d(images, of(5, 3, 3, 1)),
    says: "got [5, 3, 3, 1]",
  },
  {
    title: "conv2d with another bias",
    attempt: () => conv2d(images, of(5, 3, 3, 3), of(3)),
    says: "expected [5], got [3]",
  },
  { title: "conv2d of one image", attempt: () => conv2d(of(3, 4, 6), of(5, 3, 3, 3)), says: "got [3, 4, 6]" },
  {
    title: "a weight gradient of other images",
    attempt: () => conv2dWeightGradient(images, of(2, 5, 6, 4), 3),
    says: "expected [2, 3, 4, 6] but for the channels, got [2, 5, 6, 4]",
  },
  {
    title: "a weight gradient of an even k",
    attempt: () => conv2dWeightGradient(images, images, 4),
    says: "an odd k",
  },
  {
    title: "flipKernel of a matrix",
    attempt: () => flipKernel(of(2, 3)),
    says: "[out, in, rows, columns], got [2, 3]",
  },
  {
    title: "concat of nothing",
    attempt: () => concat([], 0),
    says: "expected at least one tensor, got none",
  },
  {
    title: "concat of shapes that differ elsewhere",
    attempt: () => concat([of(2, 3), of(2, 4)], 0),
    says: "expected [2, 3] but for axis 0, got [2, 4]",
  },
  {
    title: "concat along no axis",
    attempt: () => concat([of(2), of(2)], 1),
    says: "rising axes of the input, not [1]",
  },
  { title: "an empty slice", attempt: () => slice(of(4), 0, 2, 2), says: "not from 2 to 2, got [4]" },
  { title: "a slice beyond the end", attempt: () => slice(of(4), 0, 2, 5), says: "not from 2 to 5, got [4]" },
  {
    title: "a slice between elements",
    attempt: () => slice(of(4), 0, 0.5, 2),
    says: "crop: its inputs do not fit",
  },
  {
    title: "a slice of no axis",
    attempt: () => slice(of(4), -1, 0, 1),
    says: "rising axes of the input, not [-1]",
  },
  { title: "negative padding", attempt: () => pad2d(of(4, 4), { ...margins, left: -1 }), says: "got [4, 4]" },
  { title: "padding of a vector", attempt: () => pad2d(of(4), margins), says: "at least two axes, got [4]" },
  {
    title: "cropping everything",
    attempt: () => crop2d(of(4, 4), { ...margins, top: 4 }),
    says: "room for [4, 0]",
  },
  {
    title: "reshape to another number of elements",
    attempt: () => reshape(of(2, 3), [5]),
    says: "as many elements as [2, 3] has, got [5]",
  },
  {
    title: "reshape to negative extents",
    attempt: () => reshape(of(2, 3), [-2, -3]),
    says: "whole numbers of at least 1",
  },
  {
    title: "transpose that repeats an axis",
    attempt: () => transpose(of(2, 3), [0, 0]),
    says: "each axis once in [0, 0]",
  },
  {
    title: "transpose that leaves one out",
    attempt: () => transpose(of(2, 3), [0]),
    says: "each axis once in [0]",
  },
  { title: "matmul of other inner extents", attempt: () => matmul(of(2, 3), of(2, 3)), says: "fits [2, 3]" },
  {
    title: "matmul of other leading axes",
    attempt: () => matmul(of(4, 2, 3), of(1, 3, 2)),
    says: "a right operand that fits [4, 2, 3]",
  },
  {
    title: "matmul with a vector",
    attempt: () => matmul(of(2, 3), of(3)),
    says: "at least two axes, got [3]",
  },
  { title: "matmul of a vector", attempt: () => matmul(of(3), of(3, 2)), says: "at least two axes, got [3]" },
  { title: "sum over an axis twice", attempt: () => sum(of(2, 3), [1, 1]), says: "not [1, 1], got [2, 3]" },
  { title: "sum over no axis of the tensor", attempt: () => sum(of(2, 3), [2]), says: "not [2], got [2, 3]" },
  {
    title: "mean over axes out of order",
    attempt: () => mean(of(2, 3), [1, 0]),
    says: "not [1, 0], got [2, 3]",
  },
  { title: "peak over no axis of the tensor", attempt: () => peak(of(2), [1]), says: "not [1], got [2]" },
  {
    title: "expand of another extent",
    attempt: () => expand(of(2, 3), [2, 6]),
    says: "those of [2, 6], got [2, 3]",
  },
  { title: "expand to another rank", attempt: () => expand(of(1), [2, 1]), says: "got [1]" },
  {
    title: "an input without extent",
    attempt: () => of(2, 0),
    says: "whole numbers of at least 1, got [2, 0]",
  },
  {
    title: "a constant of another length",
    attempt: () => constant([2], [1]),
    says: "expected 2 values for [2], got 1",
  },
  {
    title: "the gradient of many numbers",
    attempt: () => gradients(of(2), []),
    says: "expected one element, got [2]",
  },
];
