/**
 * npm run docs:screenshots
 *
 * Takes the screenshots in the documentation: the page of a real application in Chromium.
 */
import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { HealthIndicator, HealthModule, degraded, skipped, up } from 'nest-vitals';
import { HealthControlModule } from 'nest-vitals/control';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { chromium } from 'playwright-core';
import { createModule } from './applications/by-hand.mjs';

const FOLDER = new URL('../docs/images/', import.meta.url);
const RUNS = 36;
const ARGUMENTS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-sync'];

let isBroken = false;

const refused = () => Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
const after = async (base, result) => {
  await pause(base * (0.6 + Math.random()));
  return result;
};

const CHECKS = {
  database: [{}, () => after(4, up({ pool_max: 10, pool_used: 3 }))],
  payments: [
    { tags: ['billing'] },
    async () => {
      if (isBroken) throw refused();
      return after(14, up({ host: 'payments:3001', http_status: 200 }));
    },
  ],
  stock: [
    { critical: false },
    () =>
      isBroken
        ? degraded('it reports DEGRADED: warehouse', {
            host: 'stock:3002',
            http_status: 200,
            reported_status: 'DEGRADED',
            reported_failing: ['warehouse'],
          })
        : after(8, up({ host: 'stock:3002', http_status: 200 })),
  ],
  outbox: [{}, () => after(2, up({ waiting: 4 }))],
  disk: [{ critical: false }, () => after(2, up({ free_bytes: 81_604_378_624 }))],
  search: [{}, () => skipped('not used in this region')],
};

function createIndicator([name, [options, check]]) {
  class Indicator {
    check = check;
  }
  HealthIndicator(name, { ttl: 0, timeout: 5000, ...options })(Indicator);
  return Indicator;
}

async function start(...modules) {
  const application = await NestFactory.create(
    createModule({
      imports: [
        HealthModule.forRoot({
          service: { name: 'orders', version: '1.4.2', environment: 'production' },
          endpoints: { deep: { view: 'full' } },
          groups: { billing: { tags: ['billing'] } },
          logging: false,
        }),
        HealthDashboardModule.forRoot({ instance: 'orders-7c9f8' }),
        ...modules,
      ],
      providers: Object.entries(CHECKS).map(createIndicator),
    }),
    { logger: ['error'] },
  );
  await application.listen(0, '127.0.0.1');
  return { application, base: `http://127.0.0.1:${application.getHttpServer().address().port}/health/` };
}

const { application, base } = await start();
const url = `${base}deep`;
const requestPage = async (times) => {
  for (let count = 0; count < times; count += 1) await (await fetch(url)).text();
};
await requestPage(RUNS - 7);
isBroken = true;
await requestPage(7);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ARGUMENTS,
});
mkdirSync(FOLDER, { recursive: true });
for (const colorScheme of ['light', 'dark']) {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1080, height: 860 } });
  await page.goto(url);
  await page.getByText('live', { exact: true }).first().waitFor();
  await page.waitForFunction("document.getElementById('stream').textContent === 'live'");
  if (colorScheme === 'dark') await page.locator('#c-stock summary').click();
  await page.mouse.move(0, 0);
  // Wait until the ages on the page are at least a second.
  await pause(4000);
  await page.screenshot({ path: fileURLToPath(new URL(`dashboard-${colorScheme}.png`, FOLDER)) });
  await page.close();
}
await application.close();

const controlled = await start(
  HealthControlModule.forRoot({ apiKeys: { alice: 'a-key-for-the-picture' }, forms: true }),
);
const form = await browser.newPage({ viewport: { width: 760, height: 600 } });
await form.goto(`${controlled.base}control/form?do=disable&check=payments`);
await form.locator('#reason').fill('vendor maintenance');
await form.locator('#key').focus();
await form.screenshot({ path: fileURLToPath(new URL('control-form.png', FOLDER)) });
await browser.close();
await controlled.application.close();
