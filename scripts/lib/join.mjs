// Joins modules into few files: Node takes about a millisecond a module, and the program has some 700. Packages stay outside.

import { join, relative, sep } from "node:path";
import { rolldown } from "rolldown";

/** Writes the entries, by name "folder/file" without an ending, into `root`, and what they share into one of its folders. */
export async function joinModules({ root, input, shared }) {
  const bundle = await rolldown({
    input: Object.fromEntries(Object.entries(input).map(([name, file]) => [name, join(root, file)])),
    platform: "node",
    external: (id) => !id.startsWith(".") && !id.startsWith(root),
    plugins: [ownPlaces(root)],
    onLog(level, log, handle) {
      if (level === "warn") throw new Error(log.message);
      handle(level, log);
    },
  });
  await bundle.write({
    dir: root,
    format: "esm",
    entryFileNames: "[name].js",
    chunkFileNames: `${shared}/[name]-[hash].js`,
  });
  await bundle.close();
}

/** A module finds what lies beside it by its own place. Joined files lie in folders of the root, one level down. */
function ownPlaces(root) {
  return {
    name: "own-places",
    transform(code, id) {
      if (!code.includes("import.meta.url")) return null;
      const from = `../${relative(root, id).split(sep).join("/")}`;
      return code.replaceAll("import.meta.url", `new URL(${JSON.stringify(from)}, import.meta.url).href`);
    },
  };
}
