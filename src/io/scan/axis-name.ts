// Which axis a name means, as motors and columns are called: x, sx, samy, pos_x, x_um, horizontal, row …

/** What stands before the letter of an axis in the names of motors and columns. */
const motors =
  "s|sam|samp|sample|st|stage|pos|position|p|pp|pi|piezo|scan|mot|motor|enc|encoder|fine|coarse|nano|probe";
const lettered = new RegExp(
  String.raw`^(?:[a-z\d]+[_. -])*?(?:${motors})?([xy])(?:pos|position|coords?)?(?:[_. -].*)?$`,
  "iu",
);
/** x runs along the columns, y along the rows. */
const worded =
  /^(?:.*[_. -])?(?:(cols?|columns?|hor|horz|horizontal)|(rows?|ver|vert|vertical))(?:[_. -].*)?$/iu;

/** The letter alone, after a motor's name, or apart from other words; a word that means an axis; undefined for other names. */
export function axisOf(name: string): "x" | "y" | undefined {
  const letter = lettered.exec(name.trim())?.[1];
  if (letter !== undefined) return letter.toLowerCase() === "x" ? "x" : "y";
  const word = worded.exec(name.trim());
  if (word === null) return undefined;
  return word[1] === undefined ? "y" : "x";
}
