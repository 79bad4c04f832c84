import { Injectable } from '@nestjs/common';
import { Transport } from '@nestjs/microservices';
import {
  HealthIndicatorService,
  MemoryHealthIndicator,
  MicroserviceHealthIndicator,
  TerminusModule,
  TypeOrmHealthIndicator,
} from '@nestjs/terminus';
import { TypeOrmModule } from '@nestjs/typeorm';
import { TerminusIndicator } from 'nest-vitals/terminus';
import { describe, expect, it } from 'vitest';
import { latch } from '../../support/latch.js';
import { freePort } from '../../support/servers/free-port.js';
import { detailIn, detailOf, startWith } from './support.js';

const terminus = { imports: [TerminusModule] };
const sqlite = TypeOrmModule.forRoot({ type: 'sqljs', retryAttempts: 0 });

@Injectable()
class StockHealth {
  level = 3;

  constructor(private readonly service: HealthIndicatorService) {}

  isHealthy(key: string, least: number) {
    const session = this.service.check(key);
    return this.level >= least ? session.up({ level: this.level }) : session.down({ level: this.level });
  }
}

describe('a TerminusIndicator with the indicators of the installed @nestjs/terminus', () => {
  it('calls a method with its arguments', async () => {
    const indicator = TerminusIndicator('thing', {
      indicator: MemoryHealthIndicator,
      method: 'checkHeap',
      args: ['heap', Number.MAX_SAFE_INTEGER],
    });
    expect(await detailOf(indicator, terminus)).toMatchObject({ status: 'UP' });
  });

  it('is DOWN by its result, with its own message only if texts are shown', async () => {
    const options = { indicator: MemoryHealthIndicator, method: 'checkHeap', args: ['heap', 1] };
    const silent = await detailOf(TerminusIndicator('thing', options), terminus);
    expect(silent).toMatchObject({ status: 'DOWN', error: 'check failed' });
    expect(silent).not.toHaveProperty('data');
    expect(await detailOf(TerminusIndicator('thing', { ...options, texts: true }), terminus)).toMatchObject({
      status: 'DOWN',
      error: 'Used heap exceeded the set threshold',
    });
  });

  it('awaits a thenable of a transient indicator', async () => {
    const indicator = TerminusIndicator('thing', {
      indicator: TypeOrmHealthIndicator,
      run: (typeorm) => typeorm.pingCheck('database'),
    });
    expect(await detailOf(indicator, { imports: [TerminusModule, sqlite] })).toMatchObject({
      status: 'UP',
      data: { responseTime: expect.any(Number) },
    });
  });

  it('recognises a refused connection in the message, without showing the message', async () => {
    const port = await freePort();
    const indicator = TerminusIndicator('thing', {
      indicator: MicroserviceHealthIndicator,
      method: 'pingCheck',
      args: ['orders', { transport: Transport.TCP, options: { host: '127.0.0.1', port } }],
    });
    const application = await startWith(indicator, terminus);
    const response = await application.get('/health/deep');
    expect(response.status).toBe(503);
    expect(response.text).toContain('"error":"connection refused","code":"ECONNREFUSED"');
    expect(response.text).not.toContain('127.0.0.1');
    expect(application.log.text).toContain(`connect ECONNREFUSED 127.0.0.1:${port}`);
  });

  it('recognises a timeout of terminus in the message', async () => {
    const slow = latch();
    const indicator = TerminusIndicator('thing', {
      indicator: HealthIndicatorService,
      timeout: 20_000,
      run: (service) =>
        service
          .check('slow')
          .attempt(() => slow.promise)
          .withTimeout(1),
    });
    expect(await detailOf(indicator, terminus)).toMatchObject({
      status: 'DOWN',
      error: 'timed out',
      code: 'ETIMEDOUT',
    });
    slow.open();
  });

  it('runs an indicator of the application, whose result changes', async () => {
    const indicator = TerminusIndicator('thing', { indicator: StockHealth, method: 'isHealthy', args: ['stock', 2] });
    const application = await startWith(indicator, { ...terminus, providers: [StockHealth] });
    expect(await detailIn(application)).toMatchObject({ status: 'UP', data: { level: 3 } });
    application.app.get(StockHealth).level = 1;
    expect(await detailIn(application)).toMatchObject({ status: 'DOWN', data: { level: 1 } });
    expect((await application.get('/health/ready')).status).toBe(503);
  });

  it('is DEGRADED by its result', async () => {
    const indicator = TerminusIndicator('thing', {
      indicator: HealthIndicatorService,
      run: (service) => service.check('stock').degraded({ level: 1 }),
    });
    const application = await startWith(indicator, terminus);
    expect(await detailIn(application)).toMatchObject({ status: 'DEGRADED', data: { level: 1 } });
    expect((await application.get('/health/ready')).status).toBe(200);
  });

  it('passes on the signal, which ends a check at its timeout', async () => {
    const ended = latch<string>();
    const indicator = TerminusIndicator('thing', {
      indicator: HealthIndicatorService,
      timeout: 20,
      run: (_service, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            ended.open('ended');
            reject(signal.reason);
          });
        }),
    });
    expect(await detailOf(indicator, terminus)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
    expect(await ended.promise).toBe('ended');
  });
});
