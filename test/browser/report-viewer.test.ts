// The viewer of the report: the pictures' numbers under a linked cursor, linked zoom and pan by mouse, touch and
// keyboard, and names that stay names.

import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeReport } from "../../src/report/write.ts";
import { launchBrowser, openReport } from "../support/report-page.ts";
import { writeSyntheticRun } from "../support/synthetic-run.ts";

const [widthPx, heightPx] = [250, 160];
const hostile = `<img src=x onerror="alert(1)">'"&amp;</script><script>alert(2)</script>`;
let browser: Browser;
let folder: string;
let address: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-viewer-"));
  const run = join(folder, "run");
  await writeSyntheticRun(run, { arms: { rpie: 0.36, [hostile]: 0.4 }, name: hostile, widthPx, heightPx });
  address = pathToFileURL(await writeReport(run)).href;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const open = async (options: Parameters<typeof openReport>[2] = {}) => {
  const opened = await openReport(browser, address, options);
  await opened.page.locator(".viewcanvas").first().waitFor();
  await opened.page.locator("#viewer").scrollIntoViewIfNeeded();
  return opened;
};
const values = (page: Page) => page.locator(".view:not([hidden]) .viewvalue").allInnerTexts();
const where = (page: Page) => page.locator(".viewwhere").innerText();
const numberOf = (text: string) => Number(text.replace("−", "-").replace(" rad", ""));

/** Moves the mouse to the middle of a picture pixel of a panel. */
async function pointAt(page: Page, [x, y]: readonly [number, number], panel = 0): Promise<[number, number]> {
  const box = (await page.locator(".viewcanvas").nth(panel).boundingBox())!;
  const at: [number, number] = [
    box.x + ((x + 0.5) / widthPx) * box.width,
    box.y + ((y + 0.5) / heightPx) * box.height,
  ];
  await page.mouse.move(...at);
  return at;
}

/** The spokes of the synthetic truth, 0 to 1, by their formula. */
function spokes(x: number, y: number): number {
  const angle = Math.atan2(y - heightPx / 2 + 0.2, x - widthPx / 2 + 0.3);
  return 0.5 + 0.5 * Math.tanh(6 * Math.sin(18 * angle));
}

describe("the viewer", () => {
  test("opens with the highest dose, all arms under their names, and no complaint", async () => {
    const { page, problems, requests } = await open();
    expect(await page.locator(".viewname").allInnerTexts()).toEqual(["truth", "rpie", hostile, "null"]);
    expect(problems).toEqual([]);
    expect(requests).toEqual([address]);
    await page.close();
  });

  test("names inject nothing", async () => {
    const { page } = await open();
    expect(await page.locator("script").count()).toBe(1);
    expect(await page.locator("[onerror]").count()).toBe(0);
    await page.close();
  });

  test("the policy runs the page's own script and no other", async () => {
    const { page, problems } = await open();
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'changed'";
      document.body.append(script);
    });
    expect(await page.title()).not.toBe("changed");
    expect(problems.join()).toMatch(/Content Security Policy/);
    await page.close();
  });

  test("reads the truth's numbers back, whichever panel the mouse is over", async () => {
    const { page } = await open();
    for (const [panel, place] of (
      [
        [60, 40],
        [200, 30],
        [31, 120],
      ] as const
    ).entries()) {
      await pointAt(page, place, panel);
      await page.waitForFunction(
        (start) => document.querySelector(".viewwhere")!.textContent.startsWith(start),
        `x ${place[0]}, y ${place[1]} px`,
      );
      const value = spokes(place[0], place[1]);
      await page.selectOption(".viewtools label:has-text('show') select", { label: "phase" });
      // Half a level of 1 rad, and half a unit of the last digit.
      expect(Math.abs(numberOf((await values(page))[0]!) - (value - 0.5))).toBeLessThan(0.003);
      await page.selectOption(".viewtools label:has-text('show') select", { label: "amplitude" });
      expect(Math.abs(numberOf((await values(page))[0]!) - (1 - 0.4 * value))).toBeLessThan(0.0015);
    }
    await page.close();
  });

  test("a difference is the arm less the truth, and the truth itself is left out", async () => {
    const { page } = await open();
    await pointAt(page, [60, 40]);
    await page.selectOption(".viewtools label:has-text('show') select", { label: "amplitude" });
    const [truth, rpie] = (await values(page)).map(numberOf);
    await page.selectOption(".viewtools label:has-text('show') select", { label: "amplitude difference" });
    const differences = await values(page);
    expect(differences).toHaveLength(3);
    // Three numbers rounded to three decimals.
    expect(Math.abs(numberOf(differences[0]!) - (rpie! - truth!))).toBeLessThan(0.0016);
    await page.close();
  });

  test("keys move the cursor, zoom about it, pan, and show all again", async () => {
    const { page } = await open();
    await page.locator(".viewgrid").focus();
    expect(await where(page)).toMatch(/^x 125, y 80 px · zoom 1 ×/);
    for (const key of ["ArrowRight", "ArrowRight", "ArrowUp", "PageDown"]) await page.keyboard.press(key);
    await expect.poll(() => where(page)).toMatch(/^x 127, y 89 px/);
    expect(await page.locator("[role=status]").innerText()).toMatch(
      /^x 127, y 89: truth .* rad; rpie .* rad/,
    );
    await page.keyboard.press("+");
    await page.keyboard.press("+");
    await expect.poll(() => where(page)).toMatch(/zoom 2\.3 ×/);
    await page.keyboard.press("Shift+ArrowLeft");
    await page.keyboard.press("0");
    await expect.poll(() => where(page)).toMatch(/zoom 1 ×/);
    await page.close();
  });

  test("the wheel scrolls the page until the pictures are clicked, then zooms all panels alike", async () => {
    const { page } = await open();
    const at = await pointAt(page, [100, 80]);
    const scrolled = () => page.evaluate("scrollY");
    const before = await scrolled();
    await page.mouse.wheel(0, -100);
    await expect.poll(scrolled).not.toBe(before);
    await page.locator("#viewer").scrollIntoViewIfNeeded();
    await pointAt(page, [100, 80]);
    await page.mouse.click(...at);
    await pointAt(page, [100, 80]);
    await page.mouse.wheel(0, -400);
    await expect.poll(() => where(page)).toMatch(/zoom 2 ×/);
    await page.close();
  });

  test("a drag pans when zoomed in: the place under the mouse stays under it", async () => {
    const { page } = await open();
    const at = await pointAt(page, [100, 80]);
    await page.mouse.dblclick(...at);
    await expect.poll(() => where(page)).toMatch(/^x 100, y 80 px · zoom 2 ×/);
    await page.mouse.down();
    await page.mouse.move(at[0] + 40, at[1] + 20, { steps: 4 });
    await page.mouse.up();
    await page.mouse.move(at[0] + 41, at[1] + 20);
    await page.mouse.move(at[0] + 40, at[1] + 20);
    await expect.poll(() => where(page)).toMatch(/^x 100, y 80 px · zoom 2 ×/);
    await page.close();
  });

  test("two fingers zoom, and a tap sets the cursor", async () => {
    const { page } = await open({ hasTouch: true });
    const at = await pointAt(page, [100, 80]);
    await page.touchscreen.tap(...at);
    await expect.poll(() => where(page)).toMatch(/^x 100, y 80 px/);
    const session = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", spread: number) =>
      session.send("Input.dispatchTouchEvent", {
        type,
        touchPoints:
          type === "touchEnd" ? [] : [-1, 1].map((side, id) => ({ x: at[0] + side * spread, y: at[1], id })),
      });
    await touch("touchStart", 20);
    for (const spread of [25, 30, 35, 40]) await touch("touchMove", spread);
    await touch("touchEnd", 40);
    await expect.poll(() => where(page)).toMatch(/zoom (?:1\.[89]|2) ×/);
    await page.close();
  });

  test("another view and dose show other pictures, an unticked arm goes", async () => {
    const { page } = await open();
    const high = await page.locator(".viewcanvas").nth(1).screenshot();
    await page.selectOption(".viewtools label:has-text('dose') select", { index: 0 });
    await page.selectOption(".viewtools label:has-text('view') select", { label: "baseline, overlap 0.70" });
    await expect
      .poll(async () => (await page.locator(".viewcanvas").nth(1).screenshot()).equals(high))
      .toBe(false);
    await page.locator(".viewtools fieldset label", { hasText: "rpie" }).click();
    expect(await page.locator(".view:not([hidden]) .viewname").allInnerTexts()).toEqual([
      "truth",
      hostile,
      "null",
    ]);
    await page.close();
  });

  test("the gallery below is folded away on the screen, and a button brings it back", async () => {
    const { page } = await open();
    const gallery = page.locator(".gallery").first();
    expect(await gallery.isVisible()).toBe(false);
    await page.locator(".foldbutton").focus();
    await page.keyboard.press("Enter");
    expect(await gallery.isVisible()).toBe(true);
    expect(await page.locator(".foldbutton").getAttribute("aria-expanded")).toBe("true");
    await page.close();
  });

  test.each([
    ["light", 1280],
    ["dark", 1280],
    ["light", 390],
  ] as const)("is drawn in %s at a width of %i pixels, and not printed", async (colorScheme, width) => {
    const { page } = await open({ colorScheme, width });
    for (const kind of ["phase", "complex", "phase difference"]) {
      await page.selectOption(".viewtools label:has-text('show') select", { label: kind });
      const file = join(folder, `viewer-${colorScheme}-${width}-${kind}.png`);
      await page.locator("#viewer").screenshot({ path: file });
      expect((await stat(file)).size).toBeGreaterThan(20_000);
    }
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("#viewer").isVisible()).toBe(false);
    expect(await page.locator(".gallery").first().isVisible()).toBe(true);
    await page.close();
  });
});
