// Serves the page on this machine alone: node examples/browser/serve.mjs [--port 8000] [--no-isolation].
// With isolation (COOP and COEP headers) the page may use several threads. Workers know no import maps, so the bare
// imports of the build are replaced by addresses here; a bundler would do the same.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { port: { type: "string", default: "8000" }, "no-isolation": { type: "boolean", default: false } },
});
const root = new URL("../../", import.meta.url);
const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};
const packages = { zod: "/node_modules/zod/index.js", kdbush: "/node_modules/kdbush/index.js" };
/** Nothing else of the folder is shown. */
const open = ["/examples/browser/", "/dist/", "/node_modules/zod/", "/node_modules/kdbush/"];

const server = createServer(async ({ url }, response) => {
  const { pathname } = new URL(url, "http://localhost");
  const path = pathname === "/" ? "/examples/browser/index.html" : pathname;
  const type = types[extname(path)];
  if (type === undefined || !open.some((folder) => path.startsWith(folder))) {
    notFound(response);
    return;
  }
  try {
    const bytes = await readFile(fileURLToPath(new URL(`.${path}`, root)));
    response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...isolation() });
    response.end(
      path.startsWith("/dist/") && type === types[".js"] ? withAddresses(bytes.toString()) : bytes,
    );
  } catch {
    notFound(response);
  }
});
server.listen(Number(values.port), "127.0.0.1", () => {
  console.log(`http://127.0.0.1:${server.address().port}/examples/browser/index.html`);
});

function isolation() {
  if (values["no-isolation"]) return {};
  return { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" };
}

function withAddresses(text) {
  return text.replace(
    /(from\s+|import\s+)"(zod|kdbush)"/g,
    (_, keyword, name) => `${keyword}"${packages[name]}"`,
  );
}

function notFound(response) {
  response.writeHead(404, { "content-type": "text/plain", ...isolation() });
  response.end("not found");
}
