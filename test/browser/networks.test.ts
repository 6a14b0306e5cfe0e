// Networks in a real browser: the models that Node trains with run there in WebAssembly, from the page's own server, and
// give the same numbers.

import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { input } from "../../src/nn/graph/tensor.ts";
import { expand, sum } from "../../src/nn/ops/expand.ts";
import { openNodeRuntime } from "../../src/nn/runtime/node.ts";
import { ask, openNetworkPage, type NetworkPage } from "../support/network-page.ts";
import { errorsOf, gradientErrors, modelOf, runtimeCases, tolerance } from "../support/runtime-cases.ts";

const cases = runtimeCases();
const pages: NetworkPage[] = [];
let browser: Browser;
beforeAll(async () => {
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
  for (const { server } of pages) server.close();
});

async function opened(isolated: boolean): Promise<NetworkPage> {
  const page = await openNetworkPage(browser, { isolated });
  pages.push(page);
  return page;
}

const step = cases.at(-1)!;

describe("onnxruntime-web in Chromium", () => {
  let isolated: NetworkPage;
  beforeAll(async () => {
    isolated = await opened(true);
  });

  async function expectNumbersOfNode(at: NetworkPage, threads: number): Promise<void> {
    for (const each of cases) {
      const answer = await ask(at, each, { provider: "wasm", threads: 2 });
      expect(answer.error).toBeUndefined();
      expect(answer.threads).toBe(threads);
      expect(answer.inPlace).toBe(true);
      const errors = Object.entries(errorsOf(each, answer.outputs!));
      expect(errors.filter(([, error]) => !(error < tolerance))).toEqual([]);
    }
    expect(at.problems).toEqual([]);
    expect(at.requests.filter((url) => !url.startsWith(at.address) && !url.startsWith("blob:"))).toEqual([]);
  }

  test("an isolated page computes on two threads, without another server, what every runtime does", async () => {
    await expectNumbersOfNode(isolated, 2);
  });

  test("a page that is not isolated does on one, which the session says", async () => {
    const alone = await opened(false);
    await expectNumbersOfNode(alone, 1);
    await alone.page.close();
  });

  test("gradients are those of Node", async () => {
    const { outputs } = await ask(isolated, step, { provider: "wasm", threads: 2 });
    const session = await (await openNodeRuntime()).load(modelOf(step));
    const node = await session.run(step.feeds);
    await session.release();
    const errors = gradientErrors(step, outputs!, node);
    expect(errors.length).toBeGreaterThan(10);
    // The contract of the project; 4e-7 was seen.
    expect(errors.filter(({ error }) => !(error < 1e-3))).toEqual([]);
  });

  test("another number of threads than the first model's is refused", async () => {
    await ask(isolated, step, { provider: "wasm", threads: 2 });
    const { error } = await ask(isolated, step, { provider: "wasm", threads: 1 });
    expect(error).toMatch(/threads: .*expected 2, as for the first model of the page, got 1/);
  });

  test("memory that does not suffice has a way out", async () => {
    const tooLarge = expand(input("x", [1, 1]), [2 ** 15, 2 ** 16]);
    const outputs = { y: sum(tooLarge, [0, 1]) };
    const feeds = { x: { shape: [1, 1], data: Float32Array.of(1) } };
    const { error } = await ask(
      isolated,
      { title: "8 GiB", outputs, feeds },
      { provider: "wasm", threads: 2 },
    );
    expect(error).toMatch(/out of memory.*smaller batch/s);
  });

  test("WebGPU without a device is refused, and the error says what is left", async () => {
    const { error } = await ask(isolated, step, { provider: "webgpu", threads: 2 });
    expect(error).toMatch(/webgpu does not compute here.*Take wasm/s);
  });
});
