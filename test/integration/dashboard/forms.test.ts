import { createServer } from 'node:http';
import { HealthModule, type HealthModuleOptions, down, up } from 'nest-vitals';
import { HealthControlModule } from 'nest-vitals/control';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { violationsOf } from '../../support/axe.js';
import { describeInChromium } from '../../support/chromium.js';
import { FakeIndicator } from '../../support/fake-indicator.js';
import { atNight } from '../../support/nightly.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';

const PATIENCE = { timeout: 20_000, interval: 50 };
const KEY = 'a-control-key-of-alice';
const LONG = 'x'.repeat(60);

const start = (adapter: 'express' | 'fastify' = 'express', health: HealthModuleOptions = {}) =>
  startApplication(adapter, {
    imports: [
      HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2' }, ...health }),
      HealthDashboardModule.forRoot({ instance: 'host-1', refresh: 200, heartbeat: 500 }),
      HealthControlModule.forRoot({ apiKeys: { alice: KEY }, forms: true }),
      HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1' }),
    ],
    providers: [
      FakeIndicator('payments', () => down('refused'), { ttl: 0 }),
      FakeIndicator('stock', () => up(), { ttl: 0 }),
      FakeIndicator(LONG, () => up(), { ttl: 0 }),
    ],
  });
const portOf = ({ app }: TestApplication): number => app.get(HealthManagement).address?.port ?? 0;
const urlOf = (application: TestApplication, path = 'dashboard'): string =>
  `http://127.0.0.1:${portOf(application)}/health/${path}`;

const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).innerText()).replaceAll(/\s+/g, ' ');
async function becomesLive(page: Page): Promise<void> {
  await expect.poll(() => textOf(page, '#stream'), PATIENCE).toBe('live');
}
const isWiderThanScreen = async (page: Page): Promise<boolean> =>
  (await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth')) > 0;
const send = async (page: Page, fields: Readonly<Record<string, string>>): Promise<void> => {
  for (const [id, value] of Object.entries(fields)) await page.locator(`#${id}`).fill(value);
  await page.locator('form button').click();
};

describeInChromium('the forms of the page', (open) => {
  it.each([['express', true], ['fastify', false], ...atNight(['express', false], ['fastify', true])] as const)(
    'disable a check and enable it again, on %s, with JavaScript: %s',
    async (adapter, javaScriptEnabled) => {
      const application = await start(adapter);
      const { page, complaints } = await open(urlOf(application), { javaScriptEnabled });
      if (javaScriptEnabled) await becomesLive(page);
      await page.locator('#c-payments summary').click();
      await page.locator('#c-payments').getByText('Disable…').click();
      expect(await textOf(page, 'h1')).toBe('Disable payments');
      expect(await page.title()).toBe('Disable payments · orders');
      // The first field has the focus.
      await page.keyboard.type('  ');
      await page.locator('#expiresIn').selectOption('1h');
      await send(page, { key: KEY });
      expect(await textOf(page, '#problem')).toBe('Nothing has changed. See the marked fields.');
      expect(await textOf(page, '#f-reason')).toBe('Give a reason.');
      expect(await page.locator('#expiresIn').inputValue()).toBe('1h');
      expect(await page.locator('#key').inputValue()).toBe('');
      await send(page, { reason: 'vendor maintenance', key: 'a-key-that-is-wrong' });
      expect(await textOf(page, '#f-key')).toBe('This key may not control this application.');
      expect(await page.locator('#reason').inputValue()).toBe('vendor maintenance');
      await send(page, { key: KEY });

      await expect.poll(() => page.url(), PATIENCE).toContain('/health/dashboard?result=');
      expect(page.url()).not.toContain(KEY);
      expect(await textOf(page, '#result')).toContain('payments is disabled until');
      expect(await textOf(page, '#c-payments .ov')).toMatch(
        /^override: vendor maintenance \(by alice, (?:1 h|59 min) left\)$/,
      );
      expect(application.health.overrides).toMatchObject([{ indicator: 'payments', by: 'alice' }]);

      await page.locator('#c-payments summary').click();
      await page.locator('#c-payments').getByText('End the override…').click();
      expect(await textOf(page, '.now')).toContain('enabled false: vendor maintenance (by alice until');
      await send(page, { key: KEY });
      await expect.poll(() => textOf(page, '#result'), PATIENCE).toContain('The override of payments has ended.');
      expect(application.health.overrides).toEqual([]);
      expect(complaints.filter((text) => !/status of 40[01]/.test(text))).toEqual([]);
    },
  );

  it('are followed by the live page: a maintenance of another operator appears without a reload', async () => {
    const application = await start();
    const { page, requests } = await open(urlOf(application));
    await becomesLive(page);
    expect(await textOf(page, '#probes li:first-child')).toBe('traffic accepted Refuse traffic…');
    const { page: other } = await open(urlOf(application, 'control/form?do=refuse-traffic'));
    await send(other, { reason: 'replace the disk', key: KEY });
    await expect
      .poll(() => textOf(page, '.closed'), PATIENCE)
      .toMatch(/: replace the disk \(by alice until \S+ \S+ UTC, (?:30|29) min left\)$/);
    expect(await textOf(page, '#probes li:first-child')).toBe('traffic refusing End the maintenance… Refuse longer…');
    await page.getByText('End the maintenance…').click();
    await send(page, { key: KEY });
    await expect.poll(() => textOf(page, '#result'), PATIENCE).toContain('The maintenance has ended.');
    await expect.poll(() => other.locator('.closed').count(), PATIENCE).toBe(0);
    expect(requests.some((url) => url.endsWith('/events?forms'))).toBe(true);
  });

  it('open with the key that the browser sends for the page, and require another key', async () => {
    const application = await start('express', { access: { apiKeys: 'sesame-that-reads' } });
    const login = { httpCredentials: { username: 'me', password: 'sesame-that-reads' } };
    const { page } = await open(urlOf(application), login);
    await becomesLive(page);
    await page.getByText('Refuse traffic…').click();
    await send(page, { reason: 'replace the disk', key: 'sesame-that-reads' });
    expect(await textOf(page, '#f-key')).toBe('This key may not control this application.');
    await send(page, { key: KEY });
    await expect.poll(() => textOf(page, '#result'), PATIENCE).toContain('Traffic is refused until');
    expect(application.health.refusals).toMatchObject([{ reason: 'replace the disk', by: 'alice' }]);
  });

  it('cannot be sent by a page of another site, and cannot be shown in its frames', async () => {
    const application = await start();
    const url = urlOf(application, 'control/form?do=refuse-traffic');
    const evil = createServer((request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(
        request.url === '/frame'
          ? `<iframe src="${url}"></iframe>`
          : `<form method="post" action="${url}"><input name="key" value="${KEY}"><input name="reason" value="x">
             <input name="expiresIn" value="1h"><button>send</button></form>`,
      );
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void evil.close());
    await expect.poll(() => evil.address()).not.toBeNull();
    const { port } = evil.address() as { port: number };
    // Another port of the same host is the same site and another origin. Another host is another site.
    for (const host of ['127.0.0.1', 'localhost']) {
      const { page } = await open(`http://${host}:${port}/`);
      await page.locator('button').click();
      await expect.poll(() => page.title(), PATIENCE).toBe('Refused');
      expect(application.health.refusals).toEqual([]);
      const { page: framing, complaints } = await open(`http://${host}:${port}/frame`);
      await expect.poll(() => complaints.join(), PATIENCE).toContain('frame-ancestors');
      expect(await framing.frames()[1]?.locator('form').count()).toBe(0);
    }
    const { page } = await open(url);
    await send(page, { reason: 'replace the disk', key: KEY });
    await expect.poll(() => application.health.refusals.length, PATIENCE).toBe(1);
  });

  it.each([[360, 'dark'], [768, 'light'], ...atNight([360, 'light'], [1280, 'dark'])] as const)(
    'have no axe findings at %d pixels in %s, and nothing is wider than the screen',
    async (width, colorScheme) => {
      const application = await start();
      application.health.override('payments', { enabled: false }, { reason: LONG, expiresIn: '1h', by: LONG });
      application.health.refuseTraffic('no room '.repeat(20), { expiresIn: '1h', by: LONG });
      // Only in this test, so that axe can be inserted into the page.
      const options = { bypassCSP: true, colorScheme, viewport: { width, height: 780 } };
      const { page } = await open(urlOf(application), options);
      await becomesLive(page);
      for (const summary of await page.locator('summary').all()) await summary.click();
      await page.mouse.move(0, 0);
      expect(await isWiderThanScreen(page)).toBe(false);
      expect(await violationsOf(page)).toEqual([]);
      for (const path of [
        `control/form?do=disable&check=${LONG}`,
        'control/form?do=end-override&check=payments',
        'control/form?do=run&check=stock',
        'control/form?do=refuse-traffic',
        'control/form?do=end-maintenance',
        'control/form?do=nothing',
      ]) {
        await page.goto(urlOf(application, path));
        expect([path, await isWiderThanScreen(page)]).toEqual([path, false]);
        expect([path, await violationsOf(page)]).toEqual([path, []]);
      }
      await page.goto(urlOf(application, 'control/form?do=refuse-traffic'));
      await send(page, { reason: ' ', key: KEY });
      await page.locator('#problem').waitFor();
      expect(await violationsOf(page)).toEqual([]);
    },
  );
});
