// Paths of an HDF5 file resolved one name at a time, so that each link is seen before it is followed: the library itself would
// open any file that an external link names.

/** More links than a sound file chains. */
export const maxLinks = 16;

/** The names of a path: "/entry_1//data/" is entry_1, data; "." is dropped. */
export function namesOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}
