// Every example of every operation.

import { elementwiseExamples } from "./elementwise.ts";
import type { OperationExample } from "./example.ts";
import { imageExamples } from "./images.ts";
import { layoutExamples } from "./layout.ts";

export const operationExamples: readonly OperationExample[] = [
  ...elementwiseExamples,
  ...layoutExamples,
  ...imageExamples,
];
