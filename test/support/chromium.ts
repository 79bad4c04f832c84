import { isAbsolute } from 'node:path';
import { type Browser, type BrowserContextOptions, type Page, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest';
import { findProgram, missingProgram } from './servers/programs.js';

/** The shell opens a page in less than half the time: it has no windows and no user interface. */
const PROGRAM = [findProgram('chromium-headless-shell'), findProgram('chromium')].find(isAbsolute) ?? 'chromium';
const ARGUMENTS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** Longer than a browser needs on a busy machine for its start, or for a test with several pages. */
const PATIENCE = 120_000;

export const launchChromium = (): Promise<Browser> => chromium.launch({ executablePath: PROGRAM, args: ARGUMENTS });

/** A page and its errors. */
export interface OpenedPage {
  readonly page: Page;
  /** Errors of the console and violations of the content security policy, without the 503 of the page itself. */
  readonly complaints: string[];
  /** The requested URLs. */
  readonly requests: string[];
}

export type OpenPage = (url: string, options?: BrowserContextOptions) => Promise<OpenedPage>;

/**
 * Loads the page with a shorter time until its next reload: one second instead of `seconds`, which the page must
 * contain.
 */
export async function shortenReload(page: Page, seconds: number): Promise<void> {
  const reload = (after: number): string => `<meta http-equiv="refresh" content="${after}"`;
  let loaded = '';
  await page.route(page.url(), async (route) => {
    const response = await route.fetch();
    loaded = await response.text();
    await route.fulfill({ response, body: loaded.replace(reload(seconds), reload(1)) });
  });
  await page.reload();
  expect(loaded).toContain(reload(seconds));
}

/** Tests in a real browser. A machine without one skips them with a message; with `CI=true` they fail. */
export function describeInChromium(title: string, tests: (open: OpenPage) => void): void {
  const missing = missingProgram([PROGRAM]);
  const mustRun = missing === undefined || process.env['CI'] === 'true';
  if (!mustRun) process.stderr.write(`skipped: ${title}, because ${missing} is not installed\n`);
  describe.runIf(mustRun)(`${title}, in Chromium`, { timeout: PATIENCE }, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      if (missing !== undefined) expect.fail(`${missing} is not installed`);
      browser = await launchChromium();
    }, PATIENCE);
    afterAll(async () => browser?.close(), PATIENCE);
    tests(async (url, options) => {
      if (!browser) throw new Error('the browser has not started');
      const context = await browser.newContext(options);
      onTestFinished(() => context.close());
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on('pageerror', ({ message }) => complaints.push(message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().includes('status of 503')) complaints.push(message.text());
      });
      page.on('request', (request) => requests.push(request.url()));
      await page.goto(url);
      return { page, complaints, requests };
    });
  });
}
