// All pictures of a report: amplitude and phase of truth and every finished arm, first finished replicate of each condition.
// Equal pictures are held once. When all of them would be too much for one page, blocks of pixels are averaged in all alike.

import { pngDataUri } from "../io/png.ts";
import type { PhaseRange, ValueRange } from "./images.ts";
import { amplitudePicture, type LevelPicture, phasePicture } from "./level-pictures.ts";
import type { CellImages, RunData } from "./run-data.ts";
import type { Condition, Summary } from "./summary.ts";
import { clippedAmplitudeRange, phaseRange, shrink, shrinkMask } from "./thumbnails.ts";
import type { LevelScale } from "./viewer/levels.ts";

export interface Picture {
  /** Unique in the page. */
  readonly id: string;
  /** data:image/png;base64,… */
  readonly address: string;
  readonly scale: LevelScale;
  readonly width: number;
  readonly height: number;
}

export interface PicturePair {
  readonly amplitude: Picture;
  readonly phase: Picture;
}

export interface PicturedCondition {
  readonly condition: Condition;
  readonly target: PicturePair;
  readonly arms: ReadonlyMap<string, PicturePair>;
}

export interface PicturedView {
  readonly view: string;
  readonly targetName: CellImages["target"]["name"];
  readonly ranges: { readonly amplitude: ValueRange; readonly phase: PhaseRange };
  /** Width of the compared field, object pixels. */
  readonly widthPx: number;
  readonly conditions: readonly PicturedCondition[];
}

export interface StudyPictures {
  readonly views: readonly PicturedView[];
  /** Object pixels averaged along each side of a picture pixel. */
  readonly block: number;
}

/** Base64 characters that a report spends on pictures; with curves and tables it stays below 15 MB. */
const pictureBudget = 11.5e6;

export function studyPictures(
  { images }: Pick<RunData, "images">,
  summary: Summary,
  budget = pictureBudget,
): StudyPictures {
  const cells = summary.views.map((view) => ({
    view,
    shown: summary.conditions
      .filter((condition) => condition.view === view)
      .flatMap((condition) =>
        condition.cells.flatMap((cell) => {
          const found = images.get(cell.path);
          return found === undefined ? [] : [{ condition, images: found }];
        }),
      ),
  }));
  // One condition tells what block to begin with: encoding all pictures for nothing takes seconds.
  const all = cells.flatMap(({ view, shown }) => shown.map((each) => ({ view, shown: [each] })));
  const middle = all[all.length >> 1];
  let block = 1;
  for (; middle !== undefined; block++) {
    const shelf = createShelf();
    const { conditions } = picturedView(middle.view, middle.shown, { block, shelf });
    const { amplitude, phase } = conditions[0]!.target;
    // All conditions share the truth, as a rule.
    const shared = amplitude.address.length + phase.address.length;
    const guess = shared + (shelf.size() - shared) * all.length;
    if (guess <= budget || amplitude.width < smallestWidth) break;
  }
  for (;;) {
    const shelf = createShelf();
    const views = cells.flatMap(({ view, shown }) =>
      shown.length === 0 ? [] : [picturedView(view, shown, { block, shelf })],
    );
    const isSmall = views.some(({ conditions }) => conditions[0]!.target.amplitude.width < smallestWidth);
    if (shelf.size() <= budget || isSmall) return { views, block };
    block++;
  }
}

/** A narrower picture shows nothing: then it is the page that grows. */
const smallestWidth = 64;

type Shown = { readonly condition: Condition; readonly images: CellImages };

function picturedView(
  view: string,
  shown: readonly Shown[],
  { block, shelf }: { block: number; shelf: Shelf },
): PicturedView {
  // A measured study's reference is the full-dose image: the last level's.
  const { target, mask } = shown.at(-1)!.images;
  const ranges = {
    amplitude: clippedAmplitudeRange(target.image, mask),
    phase: phaseRange(target.image, mask),
  };
  const conditions = shown.map(({ condition, images }) => {
    const smallMask = shrinkMask(images.mask, images.target.image, block);
    const pair = (image: CellImages["target"]["image"]): PicturePair => {
      const small = shrink(image, block);
      return {
        amplitude: shelf.add(amplitudePicture(small, ranges.amplitude, smallMask)),
        phase: shelf.add(phasePicture(small, ranges.phase, smallMask)),
      };
    };
    return {
      condition,
      target: pair(images.target.image),
      arms: new Map([...images.arms].map(([arm, image]) => [arm, pair(image)])),
    };
  });
  return { view, targetName: target.name, ranges, widthPx: target.image.width, conditions };
}

interface Shelf {
  add(picture: LevelPicture): Picture;
  /** Characters of all different pictures. */
  size(): number;
}

/** Gives equal pictures one id. */
function createShelf(): Shelf {
  const byAddress = new Map<string, string>();
  let size = 0;
  return {
    add({ png, scale, width, height }) {
      const address = pngDataUri(png);
      // The same bytes may mean other values when the scale differs.
      const key = `${scale.join(" ")} ${address}`;
      let id = byAddress.get(key);
      if (id === undefined) {
        id = `p${byAddress.size}`;
        byAddress.set(key, id);
        size += address.length;
      }
      return { id, address, scale, width, height };
    },
    size: () => size,
  };
}
