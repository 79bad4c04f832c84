import { NestFactory } from '@nestjs/core';
import { HealthModule } from 'nest-vitals';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import { expect, it, onTestFinished } from 'vitest';
import { CapturedLog } from '../../../support/captured-log.js';
import { moduleNamed } from '../../../support/module-named.js';

it('the watchdog logs the end of a stall when the shutdown follows it immediately', async () => {
  const log = new CapturedLog();
  const imports = [
    HealthModule.forRoot({ shutdown: { delay: 0 } }),
    HealthManagementModule.forRoot({ port: 0, watchdog: { warnAfter: 1000, stack: false } }),
  ];
  const app = await NestFactory.createApplicationContext(moduleNamed('RootModule', { imports }), { logger: log });
  onTestFinished(() => app.close());
  const management = app.get(HealthManagement);
  // The watchdog has started, because the port responds to a request after the start.
  await fetch(`http://127.0.0.1:${management.address?.port}/health/ready`);

  const end = performance.now() + 2500;
  while (performance.now() < end);
  await app.close();
  expect(log.health('warn').filter((line) => line.includes('it is no longer blocked'))).toEqual([
    expect.stringMatching(/^event loop blocked for [\d.]+ s; it is no longer blocked$/),
  ]);
}, 60_000);
