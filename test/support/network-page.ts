// A page that runs models: it opens the web runtime of the build and answers what a test asks it. The libraries come from
// node_modules, by the page's own server.

import type { Server } from "node:http";
import type { Browser, Page } from "playwright-core";
import { servePage } from "./page-server.ts";
import { modelOf, type RuntimeCase } from "./runtime-cases.ts";

/** What the page answers. */
export interface Answer {
  readonly outputs?: { readonly [name: string]: readonly number[] };
  readonly threads?: number;
  /** Whether an array that was given for an output came back with the same numbers. */
  readonly inPlace?: boolean;
  readonly error?: string;
}

export interface NetworkPage {
  readonly page: Page;
  readonly server: Server;
  readonly address: string;
  /** What the page complained about, and the addresses it asked for. */
  readonly problems: string[];
  readonly requests: string[];
}

const html = `<!doctype html><title>networks</title><link rel="icon" href="data:,"><script type="module">
  import { openWebRuntime } from "/dist/nn/runtime/web.js";
  const runtimes = {};
  const library = {
    wasm: () => import("/node_modules/onnxruntime-web/dist/ort.wasm.bundle.min.mjs"),
    webgpu: () => import("/node_modules/onnxruntime-web/dist/ort.webgpu.bundle.min.mjs"),
  };
  globalThis.ask = async ({ provider, model, feeds, threads }) => {
    try {
      runtimes[provider] ??= await openWebRuntime({ provider, library: library[provider] });
      const bytes = Uint8Array.from(atob(model), (letter) => letter.charCodeAt(0));
      const session = await runtimes[provider].load(bytes, { threads });
      const given = Object.fromEntries(
        Object.entries(feeds).map(([name, { shape, data }]) => [name, { shape, data: Float32Array.from(data) }]),
      );
      const [name] = session.outputNames;
      const anew = await session.run(given);
      const into = { [name]: new Float32Array(anew[name].length) };
      const again = await session.run(given, { into });
      const inPlace = again[name] === into[name] && String(again[name]) === String(anew[name]);
      const outputs = Object.fromEntries(Object.entries(anew).map(([key, data]) => [key, Array.from(data)]));
      await session.release();
      return { outputs, threads: session.threads, inPlace };
    } catch (error) {
      return { error: error.message };
    }
  };
  document.title = "ready";
</script>`;

export async function openNetworkPage(
  browser: Browser,
  { isolated }: { isolated: boolean },
): Promise<NetworkPage> {
  const folders = ["/dist/", "/node_modules/onnxruntime-web/dist/"];
  const { server, address } = await servePage({ html, folders, isolated });
  const page = await browser.newPage();
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(address);
  await page.waitForFunction(`document.title === "ready"`);
  return { page, server, address, problems, requests };
}

export function ask(
  { page }: NetworkPage,
  each: RuntimeCase,
  options: { readonly provider: "wasm" | "webgpu"; readonly threads: number },
): Promise<Answer> {
  const feeds = Object.entries(each.feeds).map(([name, { shape, data }]) => [
    name,
    { shape, data: Array.from(data) },
  ]);
  const model = Buffer.from(modelOf(each)).toString("base64");
  return page.evaluate<Answer>(
    `ask(${JSON.stringify({ ...options, model, feeds: Object.fromEntries(feeds) })})`,
  );
}
