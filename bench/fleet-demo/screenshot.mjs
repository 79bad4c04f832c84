import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const PICTURE = fileURLToPath(new URL('../../docs/images/fleet-light.png', import.meta.url));
const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'];

/** Takes the picture of the page of the fleet in the documentation. */
export async function takeScreenshot(url) {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ARGUMENTS,
  });
  const page = await browser.newPage({ viewport: { width: 1080, height: 640 } });
  await page.goto(url);
  await page.waitForSelector('[data-stream=live]');
  await page.screenshot({ path: PICTURE });
  await browser.close();
}
