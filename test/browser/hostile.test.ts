// A report whose every label is hostile, in a real browser: nothing of it runs, loads or hides, and it can be read as it is.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeReport } from "../../src/report/write.ts";
import { hostileText } from "../support/hostile-text.ts";
import { launchBrowser, openReport } from "../support/report-page.ts";
import { writeSyntheticRun } from "../support/synthetic-run.ts";

let browser: Browser;
let folder: string;
let address: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "doselap-browser-hostile-"));
  const run = join(folder, "run");
  await writeSyntheticRun(run, {
    doses: [1e3, 1e4],
    viewNames: ["dense"],
    heightPx: 40,
    widthPx: 50,
    arms: { rpie: 0.36, [hostileText]: 0.4 },
    skipped: { [`${hostileText} skipped`]: hostileText },
    failed: { [`${hostileText} failed`]: hostileText },
    name: hostileText,
    question: hostileText,
  });
  address = pathToFileURL(await writeReport(run)).href;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

describe("a report of hostile names in Chromium", () => {
  test("nothing runs, nothing is asked for, and the page has no complaint", async () => {
    const { page, problems, requests } = await openReport(browser, address);
    let dialogs = 0;
    page.on("dialog", (dialog) => {
      dialogs++;
      void dialog.dismiss();
    });
    // Pointing at everything would set off what waits for the mouse.
    for (const element of await page.locator("th, td, figcaption, [role]").all())
      await element.dispatchEvent("mouseover");
    expect(await page.evaluate("typeof globalThis.hostileRan")).toBe("undefined");
    expect(problems).toEqual([]);
    expect(requests).toEqual([address]);
    expect(dialogs).toBe(0);
    const strange =
      "iframe, object, embed, form, base, [onerror], [onload], [onmouseover], [srcdoc], script[src], a[href^='javascript']";
    expect(await page.locator(strange).count()).toBe(0);
    expect(await page.locator("script").count()).toBe(1);
    await page.close();
  });

  test("title, question and names stand there letter by letter, and nothing is hidden by them", async () => {
    const { page } = await openReport(browser, address);
    // What steers a terminal or is no character of a page is shown as U+FFFD.
    const shown = hostileText.replaceAll("\u001b", "\ufffd");
    expect(await page.title()).toContain(shown.slice(0, 60));
    const text = (await page.locator("main").textContent()) ?? "";
    expect(text.split(shown).length).toBeGreaterThan(5);
    expect(await page.locator("main").isVisible()).toBe(true);
    await page.close();
  });
});
