import { HealthModule } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { memoryStore } from 'nest-vitals/stores/memory';
import type { Page } from 'playwright-core';
import { expect, it, vi } from 'vitest';
import { type FleetEntry, writeEntry } from '../../../src/fleet/fleet-entry.js';
import { FleetHistory } from '../../../src/fleet/fleet-history.js';
import { storeKey } from '../../../src/stores/store-key.js';
import { violationsOf } from '../../support/axe.js';
import { describeInChromium, shortenReload } from '../../support/chromium.js';
import { atNight } from '../../support/nightly.js';
import { startApplication } from '../../support/start-application.js';

const PATIENCE = { timeout: 20_000, interval: 100 };

/** An application whose store has other instances, which the test writes. */
async function startFleet(own = 'viewer') {
  const store = memoryStore();
  const application = await startApplication('express', {
    imports: [
      HealthModule.forRoot({ service: { name: own, version: '1.0.0', environment: 'test' } }),
      HealthFleetModule.forRoot({ store, instance: `${own}-1` }),
    ],
  });
  let beat = 0;
  const write = (service: string, instance: string, changed: Partial<FleetEntry> = {}): Promise<void> => {
    beat += 1;
    const entry: FleetEntry = {
      service,
      instance,
      boot: 'a',
      beat,
      heartbeat: 60_000,
      version: '1.4.2',
      commit: undefined,
      phase: 'accepting',
      phaseFor: 1000,
      ready: 'UP',
      readyFor: 500,
      wasReady: true,
      checks: { database: 'UP' },
      ...changed,
    };
    const key = storeKey('fleet.test', service, instance);
    return store.put(key, writeEntry(key, entry, undefined));
  };
  return { application, store, write, url: `http://127.0.0.1:${application.port}/health/fleet` };
}

const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).innerText()).replaceAll(/\s+/g, ' ');
async function becomesLive(page: Page): Promise<void> {
  await expect.poll(() => textOf(page, '#stream'), PATIENCE).toBe('live');
}
/**
 * Waits until the history contains the present state, so that it finds each later change. It compares once per second.
 */
async function isCompared(): Promise<void> {
  const compare = vi.spyOn(FleetHistory.prototype, 'compare');
  await vi.waitFor(() => expect(compare).toHaveBeenCalled(), PATIENCE).finally(() => compare.mockRestore());
}
const five = ['1', '2', '3', '4', '5'];
const widths = (page: Page): Promise<number[]> =>
  page.evaluate('[document.documentElement.scrollWidth, document.documentElement.clientWidth]');

describeInChromium('the page of the fleet', (open) => {
  it('shows three services of five instances on one screen, and follows changes without a script', async () => {
    const { write, url } = await startFleet();
    for (const service of ['orders', 'payments', 'stock']) {
      for (const each of five) await write(service, `${service}-${each}`, { dependsOn: ['bank'] });
    }
    const { page, complaints } = await open(url, {
      viewport: { width: 1280, height: 800 },
      javaScriptEnabled: false,
    });
    // The application of the test itself becomes ready a moment later.
    await expect.poll(() => page.title(), PATIENCE).toBe('✓ All ready · fleet test');
    const icon = await page.locator('#icon').getAttribute('href');
    const boxes = await Promise.all((await page.locator('.rows li').all()).map((row) => row.boundingBox()));
    expect(boxes).toHaveLength(16);
    for (const box of boxes) expect((box?.y ?? 800) + (box?.height ?? 0)).toBeLessThan(800);
    await shortenReload(page, 5);

    await isCompared();
    await write('orders', 'orders-3', { ready: 'DOWN', checks: { database: 'DOWN' } });
    await write('payments', 'payments-1', { version: '1.5.0', boot: 'b' });
    await expect.poll(() => page.title(), PATIENCE).toBe('▲ Needs attention · fleet test');
    expect(await page.locator('#icon').getAttribute('href')).not.toBe(icon);
    await expect
      .poll(() => textOf(page, '.svc >> nth=0'), PATIENCE)
      .toMatch(/^orders 4 of 5 ready · 1 not ready · 1.4.2 database fails at 1 of 5 instances orders-3 Not ready/);
    await expect.poll(() => textOf(page, '.vers'), PATIENCE).toBe('1.4.2 4 1.5.0 1');
    await expect
      .poll(() => textOf(page, '.events tbody >> nth=0'), PATIENCE)
      .toMatch(/payments payments-1 restarted 1.4.2 → 1.5.0/);
    expect(complaints).toEqual([]);
  });

  it.each([
    ['dark, on a phone', { viewport: { width: 320, height: 640 }, colorScheme: 'dark' }],
    ...atNight(['light, wide', { viewport: { width: 1280, height: 800 } }]),
  ] as const)('is accessible and fits the screen: %s', async (_, options) => {
    const { store, write, url } = await startFleet();
    await write('<img src=x>', `<script>alert(1)</script>${'x'.repeat(80)}`, {
      version: `1.4.2-${'build'.repeat(30)}`,
      ready: 'DOWN',
      checks: { ['database'.repeat(20)]: 'DOWN' },
      dependsOn: ['</svg>', 'payments'],
    });
    await write('payments', 'one', { phase: 'draining', dependsOn: ['bank'] });
    await write('payments', 'two', { version: '1.5.0', phase: 'starting', ready: 'UNKNOWN' });
    for (let index = 0; index < 20; index += 1)
      await write('stock', `stock-${index}`, { phase: index < 3 ? 'left' : 'accepting' });
    await store.put(storeKey('fleet.test', 'orders', 'malformed'), '{');
    const { page, complaints } = await open(`${url}?pause`, options);
    for (const query of ['?pause', '?q=', '?q=stock-1']) {
      await page.goto(`${url}${query}`);
      const [content = 0, screen = 0] = await widths(page);
      expect(content).toBeLessThanOrEqual(screen);
      expect(await violationsOf(page)).toEqual([]);
      expect(complaints).toEqual([]);
    }
    store.simulate('unavailable');
    await page.goto(`${url}?pause`);
    await expect
      .poll(async () => {
        await page.reload();
        return page.locator('h1').innerText();
      }, PATIENCE)
      .toBe('Store unavailable');
    expect(await violationsOf(page)).toEqual([]);
  });

  it('follows changes without a reload, and announces them', async () => {
    const { write, url } = await startFleet();
    for (const each of five) await write('orders', `orders-${each}`);
    const { page, complaints, requests } = await open(url);
    await becomesLive(page);
    await expect.poll(() => page.title(), PATIENCE).toBe('✓ All ready · fleet test');
    const icon = await page.locator('#icon').getAttribute('href');
    await isCompared();
    await write('orders', 'orders-3', { ready: 'DOWN', checks: { database: 'DOWN' } });
    await expect.poll(() => page.title(), PATIENCE).toBe('▲ Needs attention · fleet test');
    expect(await textOf(page, '#s-orders')).toContain('4 of 5 ready · 1 not ready');
    expect(await page.locator('#icon').getAttribute('href')).not.toBe(icon);
    await expect.poll(() => page.locator('#announcer').textContent(), PATIENCE).toBe('orders-3 of orders is not ready');
    await write('orders', 'orders-3');
    await expect.poll(() => page.title(), PATIENCE).toBe('✓ All ready · fleet test');
    await expect.poll(() => textOf(page, '#events tbody tr:first-child'), PATIENCE).toContain('is ready');
    expect(await textOf(page, '#s-orders')).toMatch(/orders-3 Ready for \d+ s/);
    expect(requests.filter((each) => !each.startsWith('data:'))).toEqual([url, `${url}?format=events`]);
    expect(complaints).toEqual([]);
  });

  it('keeps groups open or closed, the focus and the scroll position while it changes', async () => {
    const { write, url } = await startFleet();
    for (let index = 0; index < 60; index += 1) await write('orders', `pod-${index}`);
    await write('orders', 'pod-7', { phase: 'draining' });
    for (const each of five) await write('stock', `stock-${each}`);
    const { page } = await open(url, { viewport: { width: 900, height: 400 } });
    await becomesLive(page);
    const ready = page.locator('#group-s-orders-Ready');
    await expect.poll(() => ready.locator('summary').innerText(), PATIENCE).toContain('59');
    await ready.locator('summary').click();
    await page.locator('#group-s-orders-Draining summary').click();
    await ready.locator('summary').focus();
    const before = await page.evaluate<number>('scrollY');

    await write('orders', 'pod-9', { ready: 'DOWN' });
    await write('orders', 'pod-7', { phase: 'left' });
    await expect.poll(() => page.locator('#group-s-orders-Not-ready').getAttribute('open'), PATIENCE).toBe('');
    await expect.poll(() => page.locator('#group-s-orders-Draining').count(), PATIENCE).toBe(0);
    await write('orders', 'pod-8', { phase: 'draining' });
    await expect.poll(() => page.locator('#group-s-orders-Draining').count(), PATIENCE).toBe(1);
    await page.locator('#group-s-orders-Draining summary').click();
    await write('orders', 'pod-6', { phase: 'draining' });
    await expect.poll(() => page.locator('#group-s-orders-Draining summary').innerText(), PATIENCE).toContain('2');

    expect(await ready.getAttribute('open')).toBe('');
    expect(await page.locator('#group-s-orders-Draining').getAttribute('open')).toBeNull();
    expect(await page.locator('#group-s-orders-Not-ready').getAttribute('open')).toBe('');
    expect(await page.evaluate<number>('scrollY')).toBe(before);
  });

  it('finds one of a thousand instances while the reader types, and keeps following it', async () => {
    const { write, url } = await startFleet();
    for (let index = 0; index < 1000; index += 1) await write('orders', `pod-${String(index).padStart(4, '0')}`);
    const { page, complaints } = await open(url);
    await becomesLive(page);
    expect(await page.locator('.rows li:visible').count()).toBeLessThan(10);
    await page.getByRole('searchbox').fill('pod-07');
    await expect.poll(() => textOf(page, '#found'), PATIENCE).toBe('100 instances match');
    await page.getByRole('searchbox').pressSequentially('77');
    await expect.poll(() => page.locator('.rows li .n').allInnerTexts(), PATIENCE).toEqual(['pod-0777']);
    expect(page.url()).toBe(`${url}?q=pod-0777`);

    await write('orders', 'pod-0777', { ready: 'DOWN' });
    await expect.poll(() => textOf(page, '.rows li'), PATIENCE).toContain('Not ready');
    expect(await page.getByRole('searchbox').inputValue()).toBe('pod-0777');
    expect(await page.evaluate('document.activeElement.id')).toBe('q');

    await page.reload();
    await becomesLive(page);
    expect(await page.locator('.rows li .n').allInnerTexts()).toEqual(['pod-0777']);
    await page.getByRole('searchbox').fill('');
    await expect.poll(() => page.locator('#group-s-orders-Ready').count(), PATIENCE).toBe(1);
    expect(page.url()).toBe(url);
    expect(complaints).toEqual([]);
  });

  it('shows that it is not live when the application has stopped', async () => {
    const { application, url } = await startFleet();
    const { page } = await open(url, { bypassCSP: true });
    await becomesLive(page);
    await application.app.close();
    await expect.poll(() => textOf(page, '#stream'), PATIENCE).toMatch(/^not live: last update/);
    expect(await page.title()).toMatch(/^\(not live\) /);
    expect(await violationsOf(page)).toEqual([]);
  });

  it.each([[360, 'dark'], [768, 'light'], ...atNight([360, 'light'], [1280, 'dark'], [1920, 'light'])] as const)(
    'is accessible and fits the screen while it is live: %d pixels, %s',
    async (width, colorScheme) => {
      const { write, url } = await startFleet();
      await write('<img src=x>', 'x'.repeat(90), { ready: 'DOWN', dependsOn: ['</svg>', 'payments'] });
      await write('payments', 'one', { phase: 'draining', dependsOn: ['bank'] });
      await write('payments', 'two', { version: '1.5.0' });
      for (let index = 0; index < 20; index += 1) await write('stock', `stock-${index}`);
      const { page, complaints } = await open(url, { viewport: { width, height: 800 }, colorScheme });
      await becomesLive(page);
      await write('orders', 'new', { ready: 'DEGRADED' });
      await expect.poll(() => page.locator('#s-orders').count(), PATIENCE).toBe(1);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.mouse.move(0, 0);
      const [content = 0, screen = 0] = await widths(page);
      expect(content).toBeLessThanOrEqual(screen);
      expect(await violationsOf(page)).toEqual([]);
      expect(complaints).toEqual([]);
    },
  );

  it('shows three services of five instances on one screen while it is live', async () => {
    const { write, url } = await startFleet('orders');
    for (const service of ['orders', 'payments', 'stock']) {
      for (const each of service === 'orders' ? five.slice(1) : five) {
        await write(service, `${service}-${each}`, service === 'orders' ? { dependsOn: ['payments', 'stock'] } : {});
      }
    }
    const { page } = await open(url, { viewport: { width: 1280, height: 800 } });
    await becomesLive(page);
    await expect.poll(() => page.locator('.rows li').count(), PATIENCE).toBe(15);
    const [height = 0] = await page.evaluate<number[]>('[document.documentElement.scrollHeight]');
    expect(height).toBeLessThanOrEqual(800);
  });

  it('finds one of many instances, by a form without a script', async () => {
    const { write, url } = await startFleet();
    for (let index = 0; index < 1000; index += 1) await write('orders', `pod-${String(index).padStart(4, '0')}`);
    const { page } = await open(url, { javaScriptEnabled: false });
    expect(await page.locator('.rows li:visible').count()).toBe(1);
    await page.getByRole('link', { name: 'find an instance' }).click();
    await page.getByRole('searchbox').fill('pod-0777');
    await page.getByRole('button', { name: 'Find' }).click();
    await expect.poll(() => page.locator('.rows li .n').allInnerTexts(), PATIENCE).toEqual(['pod-0777']);
    expect(page.url()).toBe(`${url}?q=pod-0777`);
  });
});
