// Which axis a name means, as motors and columns are called: x, sx, samy, pos_x, x_um …

/** The letter alone, after a motor's name, or apart from other words; undefined for other names. */
export function axisOf(name: string): "x" | "y" | undefined {
  const match = /^(?:[a-z]*[_. -])?(?:s|sam|sample|stage|pos|p|pp)?([xy])(?:[_. -].*)?$/iu.exec(name.trim());
  if (match === null) return undefined;
  return match[1]!.toLowerCase() === "x" ? "x" : "y";
}
