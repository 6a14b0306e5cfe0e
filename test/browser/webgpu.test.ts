// WebGPU without a graphics card: on the software device that Chromium brings, a training step runs wholly on the device,
// in the page and in Node, and its gradients are those of the processor. Speed and real devices are not tested.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openNodeRuntime } from "../../src/nn/runtime/node.ts";
import { ask, openNetworkPage } from "../support/network-page.ts";
import { gradientErrors, modelOf, stepCase } from "../support/runtime-cases.ts";

// Small, because most of the time goes into compiling one shader per kind of operation and shape.
const step = stepCase({ tiles: 1, framesPerTile: 1, sizePx: 8, tilePx: 8, widths: [2] });
let expected: { [name: string]: Float32Array };
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-webgpu-"));
  const session = await (await openNodeRuntime()).load(modelOf(step));
  expected = await session.run(step.feeds);
  await session.release();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function expectGradients(outputs: { readonly [name: string]: ArrayLike<number> }): void {
  const errors = gradientErrors(step, outputs, expected);
  expect(errors.length).toBeGreaterThan(5);
  // Devices have less exact sines and roots: 1e-4 was seen. The contract of the project is 1e-3.
  expect(errors.filter(({ error }) => !(error < 1e-3))).toEqual([]);
}

test("in Chromium", async () => {
  const browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      "--enable-features=Vulkan",
    ],
  });
  const page = await openNetworkPage(browser, { isolated: false });
  const { outputs, error } = await ask(page, step, { provider: "webgpu", threads: 1 });
  await browser.close();
  page.server.close();
  expect(error).toBeUndefined();
  expectGradients(outputs!);
});

test("in Node", async () => {
  const files = {
    model: join(folder, "step.onnx"),
    feeds: join(folder, "feeds.json"),
    outputs: join(folder, "outputs.json"),
  };
  await writeFile(files.model, modelOf(step));
  const feeds = Object.entries(step.feeds).map(([name, { shape, data }]) => [
    name,
    { shape, data: Array.from(data) },
  ]);
  await writeFile(files.feeds, JSON.stringify(Object.fromEntries(feeds)));
  // A process of its own: the driver is chosen by a variable of the environment, when the library is loaded.
  const program = `
    import { readFileSync, writeFileSync } from "node:fs";
    import { openNodeRuntime } from ${JSON.stringify(new URL("../../dist/nn/runtime/node.js", import.meta.url).href)};
    const files = ${JSON.stringify(files)};
    const feeds = JSON.parse(readFileSync(files.feeds, "utf8"));
    for (const feed of Object.values(feeds)) feed.data = Float32Array.from(feed.data);
    const session = await (await openNodeRuntime({ provider: "webgpu" })).load(readFileSync(files.model));
    const outputs = await session.run(feeds);
    await session.release();
    writeFileSync(files.outputs, JSON.stringify(outputs, (_, value) => (ArrayBuffer.isView(value) ? Array.from(value) : value)));`;
  const driver = process.env["VK_ICD_FILENAMES"] ?? "/usr/lib/chromium/vk_swiftshader_icd.json";
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], {
    env: { ...process.env, VK_ICD_FILENAMES: driver },
  });
  expectGradients(JSON.parse(await readFile(files.outputs, "utf8")) as { [name: string]: number[] });
});
