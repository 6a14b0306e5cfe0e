// What the page knows of its pictures: written into the page as JSON in an attribute, so that no name can become markup.

import type { LevelScale } from "./levels.ts";
import type { PictureSize } from "./viewport.ts";

/** One 8-bit picture of the page: the image with this `data-picture`, and what its levels mean. */
export interface CatalogPicture {
  readonly id: string;
  readonly scale: LevelScale;
}

export interface CatalogPanel {
  /** "truth", "reference" or an arm. */
  readonly name: string;
  readonly amplitude: CatalogPicture;
  readonly phase: CatalogPicture;
}

export interface CatalogCondition {
  readonly view: string;
  /** "overlap 0.70"; may be empty. */
  readonly viewNote: string;
  /** "1 000 photons per frame". */
  readonly level: string;
  /** Truth or reference first. */
  readonly panels: readonly CatalogPanel[];
  readonly absent: readonly { readonly name: string; readonly reason: string }[];
  readonly ranges: DisplayRanges;
  readonly size: PictureSize;
}

/** What the colours of a condition span. */
export interface DisplayRanges {
  readonly amplitude: { readonly min: number; readonly max: number };
  readonly phase: { readonly centerRad: number; readonly spanRad: number };
}

export interface Catalog {
  /** Metres per picture pixel; null when not known. */
  readonly pixelSizeM: number | null;
  /** Object pixels averaged along each side of a picture pixel. */
  readonly block: number;
  readonly conditions: readonly CatalogCondition[];
}
