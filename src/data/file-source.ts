// A file that a design names: it counts by its content, not by its path.

import { z } from "zod";

/** `sha256` is filled in when the design is loaded, and stands for the path in every hash. */
export const fileSource = z.strictObject({
  kind: z.literal("file"),
  path: z.string().min(1),
  sha256: z.string().optional(),
});

export type FileSource = z.infer<typeof fileSource>;
