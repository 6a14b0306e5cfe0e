// A server for the browser's tests: one page and folders of the repository, on this machine alone. With isolation the page
// may share memory, and so use threads.

import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";

export interface PageServerOptions {
  readonly html: string;
  /** Such as `/dist/`. */
  readonly folders: readonly string[];
  readonly isolated: boolean;
}

const root = new URL("../../", import.meta.url);
const types: { readonly [extension: string]: string } = {
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
};

export async function servePage({
  html,
  folders,
  isolated,
}: PageServerOptions): Promise<{ server: Server; address: string }> {
  const headers = isolated
    ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
    : {};
  const server = createServer(({ url }, response) => {
    const { pathname } = new URL(url!, "http://localhost");
    const type = types[extname(pathname)];
    if (pathname === "/") {
      response.writeHead(200, { ...headers, "content-type": "text/html; charset=utf-8" }).end(html);
    } else if (type === undefined || !folders.some((folder) => pathname.startsWith(folder))) {
      response.writeHead(404, headers).end();
    } else {
      readFile(fileURLToPath(new URL(`.${pathname}`, root))).then(
        (bytes) => response.writeHead(200, { ...headers, "content-type": type }).end(bytes),
        () => response.writeHead(404, headers).end(),
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
