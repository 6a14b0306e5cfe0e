// What a problem calls its arrays, and what the file of the scan calls them: engines know problems alone, and users their files.

import { DoselapError, inFile } from "../errors.ts";

const keys: { readonly [name: string]: string } = {
  size: "diffraction",
  probe: "probeGuess",
  object: "objectGuess",
  objectHeight: "objectGuess",
  objectWidth: "objectGuess",
  positions: "xcoords, ycoords",
  "positions.x": "xcoords",
  "positions.y": "ycoords",
  background: "_metadata.backgroundPhotonsPerPx",
  transfer: "_metadata.nearField",
};

/** Where something stands that is not in the scan's file. */
export interface Elsewhere {
  /** The scan's when absent. */
  readonly file?: string | undefined;
  readonly key: string;
}

/** The error with the scan's file, where it names none, and its key as that file has it.
 * @param elsewhere by a problem's name: what does not come from the file. */
export function inScanFile(
  error: DoselapError,
  file: string | undefined,
  elsewhere: { readonly [name: string]: Elsewhere | undefined } = {},
): DoselapError {
  const { _tag, headline, context } = error;
  const { key = "" } = context;
  // What follows a name is where in it: "positions (frame 3)".
  const [name = "", ...place] = key.split(" ");
  const other = elsewhere[name];
  const named = [other?.key ?? keys[name] ?? name, ...place].join(" ");
  const source = other?.file ?? file;
  const told = key === "" ? error : new DoselapError(_tag, headline, { ...context, key: named });
  return source === undefined ? told : inFile(told, source);
}
