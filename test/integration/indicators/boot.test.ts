import { HealthModule } from 'nest-vitals';
import {
  CpuIndicator,
  DiskIndicator,
  EventLoopIndicator,
  HeartbeatIndicator,
  HttpIndicator,
  MemoryIndicator,
  TcpIndicator,
} from 'nest-vitals/indicators';
import { expect, it } from 'vitest';
import { refusalOf } from '../../support/start-application.js';

it('the boot error lists every fault of every indicator, with its place, its value and the remedy', async () => {
  const { error, log } = await refusalOf('express', {
    imports: [HealthModule.forRoot()],
    providers: [
      MemoryIndicator('memory', { heap: { fail: 95 } }),
      TcpIndicator('broker', { host: 'broker', port: 0 }),
      HttpIndicator('payments', { url: 'ftp://user:hush@payments/?key=whisper' }),
      HeartbeatIndicator('invoices', { maxSilence: 1000, timeout: -5 }),
    ],
  });
  const lines = String(error).split('\n').slice(1);
  expect(lines).toEqual([
    '  1. MemoryIndicator("memory"), heap.fail: its value is 95',
    '     Remedy: use false, or a number from 0 to 1',
    '  2. TcpIndicator("broker"), port: its value is 0',
    '     Remedy: use a whole number from 1 to 65535',
    '  3. HttpIndicator("payments"), url: its value is "ftp://***@payments/?…"',
    '     Remedy: use an http or https URL',
    '  4. HeartbeatIndicator("invoices") in RootModule, timeout: its value is -5',
    '     Remedy: use a whole number of milliseconds from 1 to 2147483647, or a text with a unit such as "500ms", "5s", "1m" or "1h"',
  ]);
  expect(`${String(error)}${log.text}`).not.toMatch(/hush|whisper/);
});

it('the boot reports a misspelt limit as a fault', async () => {
  const { error } = await refusalOf('express', {
    imports: [HealthModule.forRoot()],
    providers: [DiskIndicator('disk', { used: { wran: 0.5 } as object }), CpuIndicator('cpu', { core: 2 } as object)],
  });
  expect(String(error)).toContain('there is no option "used.wran"');
  expect(String(error)).toContain('there is no option "core"');
});

it('an application that refuses to start leaves no timer and no socket', async () => {
  const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
  const before = timers();
  await refusalOf('express', {
    imports: [HealthModule.forRoot()],
    providers: [EventLoopIndicator('event_loop'), CpuIndicator('cpu', { cores: -1 })],
  });
  expect(timers()).toBeLessThanOrEqual(before);
});
