// The Python literals that a .npy header is made of: dict, list, tuple, string, integer, True, False, None.
// Parsed, never evaluated. Depth and length are bounded by the caller's header limit and `maxDepth`.

/** A parsed literal. Tuples and lists are arrays, a dict is a Map. */
export type PythonLiteral = string | number | boolean | null | PythonLiteral[] | Map<string, PythonLiteral>;

const maxDepth = 16;

/** Parses one literal that fills the text. @throws SyntaxError, which says where it stopped. */
export function parsePythonLiteral(text: string): PythonLiteral {
  let at = 0;
  const value = literal(0);
  skipSpace();
  if (at < text.length) fail("the end");
  return value;

  function literal(depth: number): PythonLiteral {
    if (depth > maxDepth) fail("less nesting");
    skipSpace();
    const character = text[at];
    if (character === "{") return dict(depth);
    if (character === "[") return sequence("]", depth);
    if (character === "(") return sequence(")", depth);
    if (character === "'" || character === '"') return quoted(character);
    const word = /[A-Za-z0-9_+-]*/y;
    word.lastIndex = at;
    const token = word.exec(text)![0];
    at += token.length;
    if (token === "True") return true;
    if (token === "False") return false;
    if (token === "None") return null;
    // Python 2 wrote long integers with an L.
    if (/^[+-]?\d+L?$/.test(token)) return Number(token.replace("L", ""));
    return fail("a value");
  }

  function dict(depth: number): Map<string, PythonLiteral> {
    const entries = new Map<string, PythonLiteral>();
    at++;
    while (!closes("}")) {
      const key = literal(depth + 1);
      if (typeof key !== "string") return fail("a string key");
      expectCharacter(":");
      if (entries.has(key)) fail(`'${key}' once`);
      entries.set(key, literal(depth + 1));
      if (!closes("}", true)) expectCharacter(",");
    }
    return entries;
  }

  function sequence(close: string, depth: number): PythonLiteral[] {
    const items: PythonLiteral[] = [];
    at++;
    while (!closes(close)) {
      items.push(literal(depth + 1));
      if (!closes(close, true)) expectCharacter(",");
    }
    return items;
  }

  /** True at the closing character, which is consumed unless only peeked at. */
  function closes(close: string, peek = false): boolean {
    skipSpace();
    if (text[at] !== close) return false;
    if (!peek) at++;
    return true;
  }

  function quoted(quote: string): string {
    const end = text.indexOf(quote, at + 1);
    if (end < 0) fail("a closing quote");
    const content = text.slice(at + 1, end);
    if (content.includes("\\")) fail("a string without escapes");
    at = end + 1;
    return content;
  }

  function expectCharacter(character: string): void {
    skipSpace();
    if (text[at] !== character) fail(`"${character}"`);
    at++;
  }

  function skipSpace(): void {
    while (at < text.length && /\s/.test(text[at]!)) at++;
  }

  function fail(expected: string): never {
    throw new SyntaxError(`expected ${expected} at character ${at}`);
  }
}
