import { Test } from '@nestjs/testing';
import { FakeHealth, type ReadyApplication, simulateDrain, startReady } from 'nest-vitals/testing';
import request from 'supertest';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import 'nest-vitals/testing/vitest';
import { AppModule } from './app.module.js';

const health = new FakeHealth();
let started: ReadyApplication;

beforeAll(async () => {
  const builder = Test.createTestingModule({ imports: [AppModule] });
  started = await startReady(await health.override(builder).compile());
});

afterEach(() => health.recoverAll());
afterAll(() => started.close());

it('serves orders while payments is down', async () => {
  health.setDown('payments', 'connection refused');

  const ready = await request(started.url).get('/health/ready');
  expect(ready).toBeReady();
  expect(ready).toHaveHealthStatus('DEGRADED');
  expect(ready).toReport('payments', 'DOWN');
});

it('takes no traffic without its database', async () => {
  health.hang('database');
  await expect(fetch(`${started.url}/health/database`)).toReport('database', 'DOWN', 'timed out after 500 ms');
  await expect(fetch(`${started.url}/health/ready`)).not.toBeReady();
  await expect(fetch(`${started.url}/health/live`)).toBeLive();
});

it('loses no request in a deploy', async () => {
  const builder = Test.createTestingModule({ imports: [AppModule] });
  await using app = await startReady(await new FakeHealth().override(builder).compile());

  const drain = await simulateDrain(app, { request: '/orders', rate: 100, interval: 100, fall: 3 });
  expect(drain.lost).toEqual([]);
});
