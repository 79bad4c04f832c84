import { existsSync } from 'node:fs';
import { median, quantile } from '../statistics.mjs';

/** Measured downloads and loads of the page, of which the fastest counts. */
const LOADS = 5;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Measures the page of the instance at this port for so many milliseconds. */
export async function measurePage(port, duration) {
  const url = `http://127.0.0.1:${port}/health/fleet`;
  return { ...(await followStream(`${url}?format=events`, duration)), ...(await download(url)), ...(await load(url)) };
}

/**
 * Follows the events that update the page. The commit of a changed instance is the time at which the change was made, and is in
 * the page as the title of the version.
 */
async function followStream(url, duration) {
  const delays = [];
  const sizes = [];
  const seen = new Set();
  const receive = (event) => {
    if (!/^event: update$/m.test(event)) return;
    sizes.push(Buffer.byteLength(event));
    for (const [, text] of event.matchAll(/commit at (\d+)/g)) {
      if (seen.has(text)) continue;
      seen.add(text);
      // The first event has the whole page.
      if (sizes.length > 1) delays.push(Date.now() - Number(text));
    }
  };
  const end = new AbortController();
  const timer = setTimeout(() => end.abort(), duration);
  let pending = '';
  try {
    const { body } = await fetch(url, { signal: end.signal });
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      const events = (pending + chunk).split('\n\n');
      pending = events.pop() ?? '';
      events.forEach(receive);
    }
  } catch (error) {
    if (!end.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  const [first, ...updates] = sizes;
  return {
    'page delay p50 ms': Math.round(quantile(delays, 0.5)),
    'page delay p99 ms': Math.round(quantile(delays, 0.99)),
    'page changes': delays.length,
    'page first event KB': kilobytes(first),
    'page update KB': kilobytes(median(updates)),
  };
}

/** Time and size of the HTML, from the request to its last byte. */
async function download(url) {
  const times = [];
  let bytes = 0;
  for (let count = 0; count < LOADS; count += 1) {
    const began = performance.now();
    const response = await fetch(`${url}?format=html`);
    bytes = (await response.arrayBuffer()).byteLength;
    times.push(performance.now() - began);
  }
  return { 'page ms': Number(Math.min(...times).toFixed(1)), 'page KB': kilobytes(bytes) };
}

/** Time until a browser has loaded the page, if there is a browser. */
async function load(url) {
  if (!existsSync(CHROMIUM)) return {};
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless', '--no-sandbox'] });
  try {
    const times = [];
    for (let count = 0; count < LOADS; count += 1) {
      const page = await browser.newPage();
      await page.goto(url, { waitUntil: 'load' });
      times.push(await page.evaluate('performance.getEntriesByType("navigation")[0].loadEventEnd'));
      await page.close();
    }
    return { 'browser ms': Math.round(Math.min(...times)) };
  } finally {
    await browser.close();
  }
}

const kilobytes = (bytes) => Number((bytes / 1000).toFixed(1));
