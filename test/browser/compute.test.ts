// The example page in a real browser: the same bytes as Node from the same kernels, on two threads where the page is
// isolated and on one, saying so, where it is not.

import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const seed = 11;

let browser: Browser;
let folder: string;
let expected: string;
const servers: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-browser-"));
  expected = await digestInNode();
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-sync",
      "--no-first-run",
      "--disable-background-networking",
    ],
  });
});
afterAll(async () => {
  await browser?.close();
  for (const server of servers) server.kill();
  await rm(folder, { recursive: true, force: true });
});

/** SHA-256 of the object that Node reconstructs from the same file, on one thread. */
async function digestInNode(): Promise<string> {
  const program = `
    import { openBackend } from ${JSON.stringify(new URL("dist/compute/node.js", root).href)};
    import { reconstruct } from ${JSON.stringify(new URL("examples/browser/reconstruct.mjs", root).href)};
    const backend = openBackend({ kernels: "simd", threads: 1 });
    console.log((await reconstruct({ backend, seed: ${seed} })).sha256);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  return stdout.trim();
}

/** Starts the example's own server as a reader would. Gives the address of the page. */
async function serve(...flags: string[]): Promise<string> {
  const script = fileURLToPath(new URL("examples/browser/serve.mjs", root));
  const server = spawn(process.execPath, [script, "--port", "0", ...flags], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  servers.push(server);
  const [line] = await once(server.stdout, "data");
  return String(line).trim();
}

async function open(address: string): Promise<{ page: Page; problems: string[]; fact: Fact }> {
  const page = await browser.newPage({ viewport: { width: 1000, height: 1000 } });
  const problems: string[] = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(address);
  await page.waitForSelector('main:is([data-state="done"], [data-state="failed"])', { timeout: 120_000 });
  return { page, problems, fact: (id) => page.locator(`#${id}`).innerText() };
}
type Fact = (id: string) => Promise<string>;

/** Grey values of a picture: how many there are, and their standard deviation. */
function contrast(page: Page, id: string): Promise<{ pixels: number; deviation: number }> {
  return page.$eval(`#${id}`, (element) => {
    const canvas = element as HTMLCanvasElement;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    const greys = Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]!);
    const mean = greys.reduce((sum, grey) => sum + grey, 0) / greys.length;
    const variance = greys.reduce((sum, grey) => sum + (grey - mean) ** 2, 0) / greys.length;
    return { pixels: greys.length, deviation: Math.sqrt(variance) };
  });
}

describe("the example page in Chromium", () => {
  test("isolated: two threads, and the bytes of Node", async () => {
    const address = await serve();
    const { page, problems, fact } = await open(`${address}?kernels=simd&threads=2&seed=${seed}`);
    expect(problems).toEqual([]);
    expect(await page.locator(".note").innerText()).toBe("");
    expect(await fact("kernels")).toBe("wasm simd ×2 threads");
    expect(await fact("threads")).toBe("2");
    expect(await fact("isolation")).toBe("cross-origin isolated");
    expect(await fact("sha256")).toBe(expected);
    for (const id of ["amplitude", "phase"]) {
      const { pixels, deviation } = await contrast(page, id);
      expect(pixels).toBe(160 * 160);
      // Stretched to its percentiles a picture has contrast; an empty one has none.
      expect(deviation).toBeGreaterThan(20);
    }
    const picture = join(folder, "compute.png");
    await page.screenshot({ path: process.env["SCREENSHOT"] ?? picture, fullPage: true });
    if (process.env["SCREENSHOT"] === undefined) expect((await stat(picture)).size).toBeGreaterThan(20_000);
    await page.close();
  });

  test("not isolated: one thread, which the page says, and the same bytes", async () => {
    const address = await serve("--no-isolation");
    const { page, problems, fact } = await open(`${address}?kernels=simd&threads=2&seed=${seed}`);
    expect(problems).toEqual([]);
    expect(await page.locator(".note").innerText()).toMatch(/one thread: .*not cross-origin isolated/);
    expect(await fact("kernels")).toBe("wasm simd");
    expect(await fact("threads")).toBe("1");
    expect(await fact("isolation")).toBe("not isolated");
    expect(await fact("sha256")).toBe(expected);
    await page.close();
  });

  test("kernels that do not exist: the page says which do", async () => {
    const address = await serve();
    const { page } = await open(`${address}?kernels=avx`);
    expect(await page.locator("main").getAttribute("data-state")).toBe("failed");
    expect(await page.locator(".note").innerText()).toContain("auto, reference, simd or relaxed");
    await page.close();
  });

  test("the server shows the page and the build, and nothing else", async () => {
    const address = await serve();
    const answer = async (path: string) => (await fetch(new URL(path, address))).status;
    expect(await answer("/dist/compute/browser.js")).toBe(200);
    expect(await answer("/package.json")).toBe(404);
    expect(await answer("/dist/%2e%2e/package.json")).toBe(404);
    expect(await answer("/src/index.ts")).toBe(404);
  });
});
