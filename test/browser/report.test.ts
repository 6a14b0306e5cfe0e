// The report in a real browser: opened from disk with no network, in light and dark, on a phone and on paper.

import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeReport } from "../../src/report/write.ts";
import { launchBrowser, openReport } from "../support/report-page.ts";
import { writeSyntheticRun } from "../support/synthetic-run.ts";

let browser: Browser;
let folder: string;
let address: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-browser-"));
  const run = join(folder, "run");
  await writeSyntheticRun(run, {
    arms: { rpie: 0.36, pinn: 0.4 },
    skipped: { supervised: "no labels" },
    seeds: [42, 43],
    pixelSizeM: 1e-8,
  });
  address = pathToFileURL(await writeReport(run)).href;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const open = (
  options: { width?: number; colorScheme?: "light" | "dark"; javaScriptEnabled?: boolean } = {},
) => openReport(browser, address, options);

const luminance = (page: Page, selector: string, property: "color" | "backgroundColor"): Promise<number> =>
  page.$eval(
    selector,
    (element, name) => {
      const [r, g, b] = getComputedStyle(element)
        [name as "color"].match(/[\d.]+/g)!
        .map((value) => {
          const v = Number(value) / 255;
          return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        });
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    },
    property,
  );

describe("report in Chromium", () => {
  test("opens from disk without a complaint and without asking for anything else", async () => {
    const { page, problems, requests } = await open();
    expect(problems).toEqual([]);
    expect(requests).toEqual([address]);
    await page.close();
  });

  test("every picture decodes to its stated size and every curve is drawn", async () => {
    const { page } = await open();
    const sizes = await page.$$eval("img", (images) =>
      images.map((i) => [i.naturalWidth, i.naturalHeight, Number(i.getAttribute("width"))]),
    );
    expect(sizes.length).toBeGreaterThan(3 * 2 * 3 * 3);
    for (const [width, height, stated] of sizes) {
      expect(height).toBeGreaterThan(0);
      expect([width, 254]).toContain(stated === 230 ? 254 : stated);
    }
    const boxes = await page.$$eval("figure svg.plot", (plots) =>
      plots.map((plot) => plot.getBoundingClientRect().height),
    );
    // Two metrics and the correlation in three views at three doses, and a map for each of three arms.
    expect(boxes.length).toBeGreaterThanOrEqual(2 * 3 + 3 * 3 + 3);
    for (const height of boxes) expect(height).toBeGreaterThan(80);
    await page.close();
  });

  test("the answer and the start of the key figure are on the first screen, the null row is in the table", async () => {
    const { page } = await open();
    const top = (selector: string) => page.$eval(selector, (element) => element.getBoundingClientRect().top);
    expect(await top("#answer")).toBeLessThan(500);
    expect(await top("figure")).toBeLessThan(900);
    expect(await page.locator('.results tr[data-arm="null"]').first().innerText()).toMatch(/0\.260/);
    expect(await page.locator('.results tr[data-arm="supervised"]').first().innerText()).toContain(
      "skipped: no labels",
    );
    await page.close();
  });

  test.each(["light", "dark"] as const)("text reaches WCAG AA contrast in %s", async (colorScheme) => {
    const { page } = await open({ colorScheme });
    const ground = await luminance(page, "body", "backgroundColor");
    expect(ground < 0.1).toBe(colorScheme === "dark");
    for (const selector of [
      "body",
      ".question",
      ".caveats",
      "figcaption",
      "summary",
      ".facts dt",
      ".results td",
      ".viewtools label",
      ".viewtools select",
      ".viewwhere",
      ".viewvalue",
    ]) {
      const text = await luminance(page, selector, "color");
      const [bright, dim] = text > ground ? [text, ground] : [ground, text];
      expect((bright + 0.05) / (dim + 0.05), selector).toBeGreaterThanOrEqual(4.5);
    }
    await page.screenshot({ path: join(folder, `report-${colorScheme}.png`), fullPage: true });
    expect((await stat(join(folder, `report-${colorScheme}.png`))).size).toBeGreaterThan(50_000);
    await page.close();
  });

  test.each([390, 820, 1280])("nothing sticks out sideways at a width of %i pixels", async (width) => {
    const { page } = await open({ width });
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    await page.close();
  });

  test("without script the gallery has every picture, and nothing is said of a viewer", async () => {
    const { page, problems } = await open({ javaScriptEnabled: false });
    expect(problems).toEqual([]);
    expect(await page.locator("#viewer").isVisible()).toBe(false);
    expect(await page.locator(".gallery img").count()).toBe(3 * 2 * (1 + 3 * 3));
    await page.close();
  });

  test("details open from the keyboard", async () => {
    const { page } = await open();
    await page.locator("summary").first().focus();
    await page.keyboard.press("Enter");
    expect(await page.locator("details[open]").count()).toBe(1);
    await page.close();
  });

  test("prints on A4 in light colours whatever the screen's scheme, within the width of the paper", async () => {
    const { page } = await open({ colorScheme: "dark", width: 695 });
    const pdf = await page.pdf({ preferCSSPageSize: true });
    expect(pdf.subarray(0, 5).toString("latin1")).toBe("%PDF-");
    expect(pdf.toString("latin1")).toMatch(/\/MediaBox \[0 0 59[45]\S* 84[12]/);
    await page.emulateMedia({ media: "print" });
    expect(await luminance(page, "body", "backgroundColor")).toBe(1);
    expect(await luminance(page, "body", "color")).toBeLessThan(0.1);
    // 210 mm less two margins of 13 mm at 96 dpi.
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(695);
    await page.close();
  });
});
