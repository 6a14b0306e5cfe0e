// The report in Chromium: opened from disk, with what the page complains about and asks for.

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

export interface OpenPage {
  readonly page: Page;
  /** Console messages and uncaught errors. */
  readonly problems: string[];
  /** Every address that was asked for, data aside. */
  readonly requests: string[];
}

export function launchBrowser(): Promise<Browser> {
  const quiet = [
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
  ];
  return chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-sync", ...quiet],
  });
}

export async function openReport(
  browser: Browser,
  address: string,
  { width = 1280, ...options }: BrowserContextOptions & { width?: number } = {},
): Promise<OpenPage> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: "light", ...options });
  const problems: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) requests.push(request.url());
  });
  await page.goto(address);
  return { page, problems, requests };
}
