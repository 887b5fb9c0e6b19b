import { chromium, type Browser, type Page } from "playwright-core";
import { chromiumPath } from "./play/browser.js";

export { chromiumPath };

/** Why browser tests are left out, for their titles. */
export const browserTitle = (title: string): string =>
  chromiumPath === undefined ? `${title} (left out: no Chromium here)` : title;

export function launch(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export interface WatchedPage {
  readonly page: Page;
  /** Errors in scripts, and requests to anywhere but the page's own address. */
  readonly troubles: string[];
}

export async function openWatched(
  browser: Browser,
  url: string,
  options: Parameters<Browser["newPage"]>[0] = {},
): Promise<WatchedPage> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith("data:")) {
      troubles.push(request.url());
    }
  });
  await page.goto(url);
  return { page, troubles };
}
