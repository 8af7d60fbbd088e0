// Opens pages from disk in a headless Chromium, and keeps what they complain of and what they ask for.
import axe from "axe-core";
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";
import { makePage } from "../../build.mjs";
import { insert } from "../../sample/insert.mjs";
import { kinds } from "../../sample/make.mjs";
import { findChromium } from "./chromium.mjs";

export class Browser {
  static async start() {
    const browser = await chromium.launch({
      executablePath: findChromium(),
      // Chromium refuses its sandbox to root, as which containers run; the pages are our own.
      args: process.getuid?.() === 0 ? ["--no-sandbox"] : [],
    });
    return new Browser(browser, await mkdtemp(join(tmpdir(), "eqlab-page-")), await makePage());
  }

  constructor(browser, folder, page) {
    this.browser = browser;
    this.folder = folder;
    this.bare = page;
  }

  /** `what`: a kind of sample, or a document. */
  async open(what, { width = 1280, height = 900, scheme = "light", ...more } = {}) {
    const report = typeof what === "string" ? kinds[what]() : what;
    const path = join(this.folder, `${typeof what === "string" ? what : "own"}.html`);
    await writeFile(path, insert(this.bare, report));
    const context = await this.browser.newContext({ viewport: { width, height }, colorScheme: scheme, ...more });
    const page = await context.newPage();
    const trouble = [];
    const requests = [];
    page.on("console", (message) => trouble.push(`${message.type()}: ${message.text()}`));
    page.on("pageerror", (error) => trouble.push(String(error)));
    page.on("dialog", (dialog) => {
      trouble.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    context.on("request", (request) => requests.push(request.url()));
    const url = pathToFileURL(path).href;
    await page.goto(url);
    const check = () => {
      assert.deepEqual(trouble, [], "console and errors");
      assert.deepEqual([...new Set(requests)].map((address) => address.split("#")[0]), [url], "requests");
    };
    return { page, check, report, close: () => context.close() };
  }

  /** The page without any data in it, or changed otherwise. */
  async openBare(change = (page) => page) {
    const path = join(this.folder, "bare.html");
    await writeFile(path, change(this.bare));
    const page = await this.browser.newPage();
    await page.goto(pathToFileURL(path).href);
    return page;
  }

  async stop() {
    await this.browser.close();
    await rm(this.folder, { recursive: true });
  }
}

/** What axe finds serious or critical, one line each. */
export async function accessibilityFindings(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.slice(0, 3).map((node) => `${id}: ${node.html.slice(0, 160)} ${node.failureSummary?.slice(0, 200)}`));
}

export const status = (page, section) => page.locator(`#${section} [role=status]`).first().textContent();
