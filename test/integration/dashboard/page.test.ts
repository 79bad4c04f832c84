import { HealthModule, type HealthModuleOptions, degraded, down, up } from 'nest-vitals';
import { type HealthDashboardOptions, HealthDashboardModule } from 'nest-vitals/dashboard';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished, vi } from 'vitest';
import { violationsOf } from '../../support/axe.js';
import { describeInChromium, shortenReload } from '../../support/chromium.js';
import { FakeIndicator, type FakeIndicatorClass } from '../../support/fake-indicator.js';
import { atNight } from '../../support/nightly.js';
import { startFaultProxy } from '../../support/servers/fault-proxy.js';
import { freePort } from '../../support/servers/free-port.js';
import { type TestApplication, createApplication, startApplication } from '../../support/start-application.js';

const PATIENCE = { timeout: 20_000, interval: 50 };

const rootOf = (
  providers: FakeIndicatorClass[],
  dashboard: HealthDashboardOptions = {},
  health: HealthModuleOptions = {},
) => ({
  imports: [
    HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' }, ...health }),
    HealthDashboardModule.forRoot({ instance: 'host-1', refresh: 200, heartbeat: 500, ...dashboard }),
  ],
  providers,
});
const start = (...given: Parameters<typeof rootOf>): Promise<TestApplication> =>
  startApplication('express', rootOf(...given));
const urlOf = ({ port }: { readonly port: number }, path = 'deep'): string => `http://127.0.0.1:${port}/health/${path}`;

/** The data of an `HttpIndicator` whose dependency has its own dependencies. */
const REPORTED = {
  reported_status: 'DEGRADED',
  reported_service: 'payments-api',
  reported_failing: ['ledger'],
  reported_components: [
    {
      name: 'ledger',
      status: 'DOWN',
      since: '2026-11-20T10:30:00.000Z',
      service: 'ledger-api',
      components: [
        {
          name: 'bank',
          status: 'OUT_OF_SERVICE',
          since: '2026-11-20T10:30:00.000Z',
          service: 'y'.repeat(60),
          components: [
            { name: 'x'.repeat(60), status: 'UNKNOWN', since: '2026-11-20T10:30:00.000Z' },
            { name: 'cache', status: 'UP' },
          ],
        },
      ],
    },
    { name: 'database', status: 'UP' },
    { name: 'reports', status: 'SKIPPED' },
  ],
  reported_omitted: 7,
};

const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).innerText()).replaceAll(/\s+/g, ' ');
async function becomesLive(page: Page): Promise<void> {
  await expect.poll(() => textOf(page, '#stream'), PATIENCE).toBe('live');
}
/** Records in `said` what the page shows about its stream from now on. */
const listenToStream = (page: Page): Promise<void> =>
  page.evaluate(`{
    globalThis.said = [];
    const stream = document.getElementById('stream');
    new MutationObserver(() => said.push(stream.textContent)).observe(stream, { childList: true });
  }`);
const FOCUSED = "document.activeElement?.closest('li')?.id";

describeInChromium('the page', (open) => {
  it('updates itself when a dependency fails and recovers, and announces it to screen readers', async () => {
    const payments = FakeIndicator('payments', () => up(), { ttl: 0 });
    const application = await start([FakeIndicator('database', () => up(), { ttl: 0 }), payments]);
    const { page, complaints, requests } = await open(urlOf(application));
    await becomesLive(page);
    expect(await textOf(page, 'h1')).toBe('Up');
    expect(await page.title()).toBe('✓ Up · orders');
    const icon = await page.locator('#icon').getAttribute('href');

    payments.behaviour = () => down('HTTP status 500');
    await expect.poll(() => textOf(page, 'h1'), PATIENCE).toBe('Down');
    await expect
      .poll(() => page.locator('#announcer').textContent(), PATIENCE)
      .toBe('payments is Down: HTTP status 500');
    expect(await textOf(page, '#c-payments')).toContain('HTTP status 500');
    expect(await page.locator('#checks > li').first().getAttribute('id')).toBe('c-payments');
    expect(await textOf(page, '#history tbody')).toContain('payments Up → Down');
    expect(await page.title()).toBe('✕ Down · orders');
    expect(await page.locator('#icon').getAttribute('href')).not.toBe(icon);

    payments.behaviour = () => up();
    await expect.poll(() => textOf(page, 'h1'), PATIENCE).toBe('Up');
    await expect.poll(() => page.locator('#announcer').textContent(), PATIENCE).toBe('payments is Up');
    // It was loaded once, and later changes arrived by the stream.
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([
      urlOf(application),
      urlOf(application, 'events'),
    ]);
    expect(complaints).toEqual([]);
  });

  it('enforces its content security policy, and requests no other server', async () => {
    const application = await start([FakeIndicator('stock', () => degraded('<b>behind</b>'), { critical: false })]);
    const { page, complaints, requests } = await open(urlOf(application));
    await becomesLive(page);
    await page.locator('summary').click();
    expect(complaints).toEqual([]);
    for (const url of requests) expect(url).toMatch(new RegExp(`^(data:|http://127.0.0.1:${application.port}/)`));
    expect(await textOf(page, '#c-stock q')).toBe('<b>behind</b>');
    // The test is effective: code outside the policy does not run, and the browser reports it.
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'document.title = "run"';
      document.body.append(script);
    }`);
    expect(await page.title()).not.toBe('run');
    expect(complaints.join()).toContain('Content Security Policy');
  });

  it('keeps open sections, the focus and the scroll position while it changes', async () => {
    const many = Array.from({ length: 40 }, (_, index) => FakeIndicator(`check_${index}`, () => up(), { ttl: 0 }));
    const application = await start(many);
    const { page } = await open(urlOf(application), { viewport: { width: 900, height: 500 } });
    await becomesLive(page);
    await page.locator('#c-check_20 summary').click();
    await page.locator('#c-check_20 summary').focus();
    const before = await page.evaluate<number>('scrollY');
    expect(before).toBeGreaterThan(0);
    const runs = many[20]?.runs.length ?? 0;
    await expect.poll(() => (many[20]?.runs.length ?? 0) > runs + 5, PATIENCE).toBe(true);
    expect(await page.evaluate<number>('scrollY')).toBe(before);

    const [first] = many;
    if (first) first.behaviour = () => down('gone');
    await expect.poll(() => textOf(page, 'h1'), PATIENCE).toBe('Down');
    const twentieth = many[20];
    if (twentieth) twentieth.behaviour = () => down('gone, too');
    await expect.poll(() => page.locator('#checks > li:nth-child(2)').getAttribute('id'), PATIENCE).toBe('c-check_20');
    expect(await page.locator('#c-check_20 details').getAttribute('open')).not.toBeNull();
    expect(await page.evaluate<string | undefined>(FOCUSED)).toBe('c-check_20');
  });

  it('shows that it is not live while the server is stopped, and is live again with another server', async () => {
    const port = await freePort();
    const listen = async (status: () => ReturnType<typeof up>): Promise<TestApplication> => {
      const application = await createApplication('express', rootOf([FakeIndicator('database', status, { ttl: 0 })]));
      await application.app.listen(port, '127.0.0.1');
      return application;
    };
    const first = await listen(() => up());
    const { page } = await open(urlOf(first));
    await becomesLive(page);

    await first.app.close();
    await expect.poll(() => textOf(page, '#stream'), PATIENCE).toMatch(/^not live: last update \d\d:\d\d:\d\d UTC/);
    expect(await page.title()).toMatch(/^\(not live\) /);
    expect(await page.locator('html').getAttribute('data-stream')).toBe('stale');

    await listen(() => down('gone'));
    await becomesLive(page);
    await expect.poll(() => textOf(page, 'h1'), PATIENCE).toBe('Down');
    expect(await page.title()).toBe('✕ Down · orders');
  });

  it('reports a stream that is silent without an end, and connects again', async () => {
    const application = await start([FakeIndicator('database')], { refresh: false });
    const proxy = await startFaultProxy(application.port);
    onTestFinished(() => proxy.close());
    const { page, requests } = await open(urlOf({ port: proxy.port }));
    await becomesLive(page);
    await listenToStream(page);
    proxy.silence();
    await expect.poll(() => page.evaluate<string>('said.join()'), PATIENCE).toContain('not live: last update');
    await becomesLive(page);
    expect(requests.filter((url) => url.endsWith('/events')).length).toBeGreaterThan(1);
  });

  it('reconnects when its stream ends after a quarter of an hour, without showing that it is not live', async () => {
    const application = await start([FakeIndicator('database')]);
    const { page, requests } = await open(urlOf(application));
    await becomesLive(page);
    await listenToStream(page);
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + 16 * 60_000);
    onTestFinished(() => void vi.restoreAllMocks());
    await expect.poll(() => requests.filter((url) => url.endsWith('/events')).length, PATIENCE).toBe(2);
    await expect.poll(() => page.evaluate<string>('said.join()'), PATIENCE).toContain('live');
    expect(await page.evaluate<string>('said.join()')).not.toContain('not live');
  });

  it('is a complete page without JavaScript, which reloads itself', async () => {
    const stock = FakeIndicator('stock', () => degraded('30 s behind', { lag_seconds: 30 }), { ttl: 0 });
    const application = await start([stock]);
    const { page } = await open(urlOf(application), { javaScriptEnabled: false });
    expect(await textOf(page, 'h1')).toBe('Degraded');
    expect(await textOf(page, '#stream')).toMatch(/^as of \S+ \S+ UTC, reloads every 10 s$/);
    expect(await textOf(page, '#c-stock')).toMatch(/Degraded for \d+ s 30 s behind/);
    await page.locator('#c-stock summary').click();
    expect(await textOf(page, '#c-stock')).toContain('lag_seconds 30');
    await shortenReload(page, 10);
    stock.behaviour = () => up();
    await expect.poll(() => textOf(page, 'h1'), PATIENCE).toBe('Up');
  });

  it('shows maintenance and the steps of a shutdown', async () => {
    const application = await start([FakeIndicator('database')], {}, { shutdown: { delay: 1500 } });
    const { page } = await open(urlOf(application));
    await becomesLive(page);
    application.health.refuseTraffic('maintenance');
    await expect.poll(() => textOf(page, '#state'), PATIENCE).toMatch(/Accepts no traffic for \d+ s: maintenance/);
    const closed = application.app.close();
    await expect
      .poll(() => textOf(page, '#state'), PATIENCE)
      .toContain('waiting for balancers to stop sending requests');
    await expect.poll(() => textOf(page, '#state'), PATIENCE).toContain('finishing work in flight');
    await closed;
    expect(await textOf(page, '#stream')).toContain('not live');
  });

  it('requests the key from a person, and the stream sends it too', async () => {
    const application = await start(
      [FakeIndicator('stock', () => down('gone'))],
      {},
      { access: { apiKeys: 'sesame' } },
    );
    const { page } = await open(urlOf(application), { httpCredentials: { username: 'me', password: 'sesame' } });
    await becomesLive(page);
    expect(await textOf(page, '#c-stock')).toContain('gone');
  });

  it('can be used completely with the keyboard', async () => {
    const application = await start(['one', 'two', 'three'].map((name) => FakeIndicator(name)));
    const { page } = await open(urlOf(application));
    await becomesLive(page);
    const reached: (string | undefined)[] = [];
    for (let press = 0; press < 3; press += 1) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate<string | undefined>(FOCUSED));
      await page.keyboard.press('Enter');
    }
    expect(reached).toEqual(['c-one', 'c-two', 'c-three']);
    expect(await page.locator('details[open]').count()).toBe(3);
    const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineStyle');
    expect(outline).toBe('solid');
  });

  it.each([[360, 'dark'], [1280, 'light'], ...atNight([360, 'light'], [1280, 'dark'])] as const)(
    'has no axe findings at %d pixels in %s, and nothing is wider than the screen',
    async (width, colorScheme) => {
      const long = 'x'.repeat(60);
      const application = await start([
        FakeIndicator('database', () => up({ pool_used: 3, [long]: long.repeat(3) })),
        FakeIndicator(long, () =>
          down(`${'no room '.repeat(40)}${long.repeat(4)}`, { reported_status: 'DOWN', reported_failing: ['bank'] }),
        ),
        FakeIndicator('payments', () => degraded('it reports DEGRADED: ledger', REPORTED)),
        FakeIndicator('stock', () => degraded('behind'), { critical: false }),
        FakeIndicator('off', () => up(), { enabled: false }),
      ]);
      application.health.refuseTraffic('maintenance');
      // Only in this test, so that axe can be inserted into the page.
      const { page } = await open(urlOf(application), {
        bypassCSP: true,
        colorScheme,
        viewport: { width, height: 780 },
      });
      await becomesLive(page);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.mouse.move(0, 0);
      expect(await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);

      expect(await violationsOf(page)).toEqual([]);
    },
  );

  it('has no axe findings for a single probe, and none after it has lost its server', async () => {
    const application = await start([FakeIndicator('stock', () => down('gone'))]);
    const { page } = await open(urlOf(application), { bypassCSP: true });
    for (const path of ['ready', 'live', 'stock']) {
      await page.goto(urlOf(application, path));
      expect(await violationsOf(page)).toEqual([]);
    }
    await page.goto(urlOf(application));
    await becomesLive(page);
    await application.app.close();
    await expect.poll(() => textOf(page, '#stream'), PATIENCE).toContain('not live');
    expect(await violationsOf(page)).toEqual([]);
  });
});
