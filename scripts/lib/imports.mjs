// Finds the imports of a TypeScript file by its text. The formatter keeps them in one shape, so no parser is needed.

const clause = String.raw`[\w$*{},\s]+?`;
const statement = new RegExp(
  String.raw`^[ \t]*(import|export)\s+(type\s+)?(?:(${clause})\s*from\s*)?"([^"]+)"`,
  "gm",
);
const dynamic = /\bimport\(\s*"([^"]+)"\s*[,)]/g;

/**
 * Imports and re-exports in order: `{ from, typeOnly, reexport, line }`, with `from` as written.
 * Comments are blanked first, so an import in an example does not count.
 */
export function importsOf(text) {
  const code = withoutComments(text);
  const found = [];
  for (const match of code.matchAll(statement)) {
    found.push({
      from: match[4],
      typeOnly: match[2] !== undefined || onlyTypes(match[3] ?? ""),
      reexport: match[1] === "export",
      line: lineAt(code, match.index),
    });
  }
  for (const match of code.matchAll(dynamic)) {
    found.push({ from: match[1], typeOnly: false, reexport: false, line: lineAt(code, match.index) });
  }
  return found;
}

/** `{ type A, type B }` brings types alone. */
function onlyTypes(names) {
  const inner = /^\s*\{([\s\S]*)\}\s*$/.exec(names)?.[1];
  if (inner === undefined) return false;
  const parts = inner
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  return parts.length > 0 && parts.every((part) => part.startsWith("type "));
}

/** Comments become spaces; line numbers stay. Only whole-line comments matter to the patterns above. */
function withoutComments(text) {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/^([ \t]*)\/\/.*$/gm, "$1");
}

function lineAt(text, index) {
  return text.slice(0, index).split("\n").length;
}
