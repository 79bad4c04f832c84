import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { HealthReport } from 'nest-vitals';
import { dogstatsd, statsd } from 'nest-vitals/publish';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pack } from '../../../src/publish/targets/datagrams.js';
import { DRAINING_REPORT, FAILING_REPORT } from '../../support/health-report.js';

const { signal } = new AbortController();

describe('statsd', () => {
  it('sends gauges in one datagram', async () => {
    const receiver = await datagramReceiver();
    await statsd({ port: receiver.port, prefix: 'orders.health' }).publish(FAILING_REPORT, signal);
    expect(await receiver.next()).toBe(
      [
        'orders.health.up:0|g',
        'orders.health.indicator.payments.up:0|g',
        'orders.health.indicator.payments.response_time_ms:12|g',
        'orders.health.indicator.cache_eu.up:1|g',
        'orders.health.indicator.cache_eu.response_time_ms:3|g',
      ].join('\n'),
    );
  });
});

describe('dogstatsd', () => {
  it('sends gauges and service checks with tags', async () => {
    const receiver = await datagramReceiver();
    await dogstatsd({ port: receiver.port, tags: ['env:test'] }).publish(FAILING_REPORT, signal);
    expect(await receiver.next()).toBe(
      [
        'health.up:0|g|#env:test',
        '_sc|health.status|2|#env:test',
        'health.indicator.up:0|g|#indicator:payments,env:test',
        '_sc|health.indicator.status|2|#indicator:payments,env:test|m:connection refused',
        'health.indicator.response_time_ms:12|g|#indicator:payments,env:test',
        'health.indicator.up:1|g|#indicator:cache_eu,env:test',
        '_sc|health.indicator.status|0|#indicator:cache_eu,env:test',
        'health.indicator.response_time_ms:3|g|#indicator:cache_eu,env:test',
      ].join('\n'),
    );
  });

  it('escapes a message, and omits the tags if there are none', async () => {
    const receiver = await datagramReceiver();
    const reason = 'a|b\nm:c';
    await dogstatsd({ port: receiver.port }).publish({ ...DRAINING_REPORT, reason }, signal);
    expect(await receiver.next()).toBe('health.up:0|g\n_sc|health.status|2|m:a/b\\nm\\:c');
  });

  it.each([
    ['UP', 0],
    ['DEGRADED', 1],
    ['OUT_OF_SERVICE', 2],
    ['DOWN', 2],
    ['UNKNOWN', 3],
  ] as const)('reports %s as the service status %i', async (status, expected) => {
    const receiver = await datagramReceiver();
    const report: HealthReport = { ...FAILING_REPORT, status, details: {} };
    await dogstatsd({ port: receiver.port }).publish(report, signal);
    expect(await receiver.next()).toContain(`_sc|health.status|${expected}`);
  });
});

it('a datagram target starts a new datagram when the next line does not fit', () => {
  const [short, long] = ['a'.repeat(700), 'b'.repeat(2000)];
  expect(pack([short, short, short, long, short])).toEqual([`${short}\n${short}`, short, long, short]);
});

it('a datagram target rejects for a host that does not exist, and for an aborted signal', async () => {
  const target = statsd({ host: 'missing.invalid' });
  await expect(target.publish(FAILING_REPORT, signal)).rejects.toMatchObject({ syscall: 'getaddrinfo' });
  await expect(target.publish(FAILING_REPORT, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
});

/** A UDP server that stores its datagrams. */
async function datagramReceiver(): Promise<{ port: number; next(): Promise<string> }> {
  const socket = createSocket('udp4');
  const received: string[] = [];
  socket.on('message', (message) => received.push(message.toString()));
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  onTestFinished(() => void socket.close());
  return {
    port: socket.address().port,
    next: async () => {
      await expect.poll(() => received.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
      return received.shift() ?? '';
    },
  };
}
