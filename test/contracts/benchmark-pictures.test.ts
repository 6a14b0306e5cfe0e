// The pictures of docs/benchmarks.md say what its tables say: each point lies where intensity and rate put it, the published
// pictures are those of the published numbers, and a page that lacks a number is refused.

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { JSDOM } from "jsdom";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const names = ["roofline.svg", "costs.svg"] as const;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pictures-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Draws a page; gives the pictures' texts. */
async function draw(page: string): Promise<{ [name in (typeof names)[number]]: string }> {
  await writeFile(join(folder, "page.md"), page);
  const args = [join(root, "bench/pictures.mjs"), "--page", join(folder, "page.md"), "--out", folder];
  await promisify(execFile)(process.execPath, args);
  const [roofline, costs] = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return { "roofline.svg": roofline!, "costs.svg": costs! };
}

/** A page with numbers that are easily followed by hand: 1146880 operations per transform of N = 128. */
const page = `
### Transform: 2-D

| N | kernels | GFLOP/s |
| --- | --- | --- |
| 64 | simd | 36.1 |
| 512 | simd | 18.6 |

### Sweeps: 500 positions

| engine | kernels | batch | threads | ms per sweep |
| --- | --- | --- | --- | --- |
| epie | simd | 1 | 1 | 61.2 |

### Cost of an epoch

Transforms in the first-level cache: 37.4 GFLOP/s on one thread. A large copy: 18.8 GB/s.

| N | positions | modes | threads | LSQ-ML, µs per visit |
| --- | --- | --- | --- | --- |
| 128 | 200 | 1 | 1 | 244 |
| 256 | 200 | 1 | 1 | 941 |
| 128 | 800 | 1 | 1 | 214 |
| 128 | 200 | 5 | 1 | 671 |
| 128 | 400 | 3 | 1 | 444 |
| 128 | 400 | 3 | 2 | 248 |

### Another table
`;

const published = () => readFile(join(root, "docs/benchmarks.md"), "utf8");

/** Titles of the points of a picture, and their middles. */
function pointsOf(svg: string): { title: string; x: number; y: number }[] {
  const { document } = new JSDOM(svg, { contentType: "image/svg+xml" }).window;
  return [...document.querySelectorAll("circle")].map((circle) => ({
    title: circle.querySelector("title")!.textContent,
    x: Number(circle.getAttribute("cx")),
    y: Number(circle.getAttribute("cy")),
  }));
}

test("the published pictures are drawn from the published numbers, and linked", async () => {
  const text = await published();
  const drawn = await draw(text);
  for (const name of names) {
    expect(drawn[name]).toBe(await readFile(join(root, "docs/images", name), "utf8"));
    expect(text).toContain(`(images/${name})`);
  }
});

test("every transform, sweep and visit of the page is a point of the roofline, with its rate", async () => {
  const { "roofline.svg": svg } = await draw(page);
  // 5 N² log₂ N² = 1146880 operations at N = 128; an ePIE visit has two transforms, 500 of which took 61.2 ms.
  expect(svg).toContain("epie, N = 128, simd, batch 1, threads 1: 18.7 GFLOP/s");
  // 3 modes, 248 µs on two threads: 6 × 1146880 / 248e-6.
  expect(svg).toContain("LSQ-ML, N = 128, 400 positions, 3 modes, threads 2: 27.7 GFLOP/s");
  expect(svg).toContain("transform, N = 512, simd: 18.6 GFLOP/s");
  expect(svg).toContain("large copy: 18.8 GB/s");
  expect(svg).toContain("37.4 GFLOP/s");
});

test("a transform lies at 5 log₂ N² / 16 flop per byte, and at its rate", async () => {
  const { "roofline.svg": svg } = await draw(page);
  const points = pointsOf(svg).filter(({ title }) => title.startsWith("transform"));
  expect(points).toHaveLength(2);
  const [first, last] = [points[0]!, points.at(-1)!];
  expect(first.title).toContain("N = 64");
  expect(last.title).toContain("N = 512");
  // From 1.39 to 6.4 are 710 px, of which log(5.625 / 3.75) / log(6.4 / 1.39) lie between N = 64 and 512. Places are rounded to 0.1 px.
  expect(last.x - first.x).toBeCloseTo((710 * Math.log(1.5)) / Math.log(6.4 / ((0.7 * 37.4) / 18.8)), 0);
  expect(last.y).toBeGreaterThan(first.y);
});

test("published limits are the lower of what peak and bandwidth allow", async () => {
  const text = await published();
  const [, peak, bandwidth] = /cache: ([\d.]+) GFLOP\/s on one thread\. A large copy: ([\d.]+) GB\/s/u.exec(
    text,
  )!;
  const [alone, batched] = [
    /\| epie \| simd \| 1 \| 1 \| [\d.]+ \| ([\d.]+) \|/u,
    /\| epie \| simd \| 32 \| 2 \| [\d.]+ \| ([\d.]+) \|/u,
  ].map((row) => Number(row.exec(text)![1]));
  // 500 visits of two transforms; 33 bytes per pixel alone, 57 in batches, which all threads bring on one way.
  const least = (threads: number, bytes: number) =>
    500 * Math.max((2 * 1146880) / (Number(peak) * threads), (bytes * 128 ** 2) / Number(bandwidth)) * 1e-6;
  expect(alone).toBeCloseTo(least(1, 33), 1);
  expect(batched).toBeCloseTo(least(2, 57), 1);
});

test("what a visit costs is drawn against N, positions, modes and threads", async () => {
  const { "costs.svg": svg } = await draw(page);
  for (const title of [
    "N 256: 941 µs",
    "positions (N = 128) 800: 214 µs",
    "probe modes (N = 128) 5: 671 µs",
  ]) {
    expect(svg).toContain(title);
  }
  expect(svg).toContain("threads (N = 128, 3 modes) 2: 248 µs");
  expect(svg).not.toContain("NaN");
});

test.each([
  [
    /\| 64 \| simd \| [\d.]+/u,
    "| 64 | simd | fast",
    /column "GFLOP\/s": expected a number above 0, got fast/u,
  ],
  [/### Sweeps[^\n]*/u, "### Swept", /no table "Sweeps"/u],
  [/A large copy: [\d.]+/u, "A large copy: some", /rates of the machine/u],
] as const)("a page without %s is refused", async (from, to, message) => {
  await expect(draw(page.replace(from, to))).rejects.toThrow(message);
});
