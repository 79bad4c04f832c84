import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FleetReport } from 'nest-vitals/fleet';
import { describeWith } from '../../test/support/servers/describe-with.js';
import { etcd } from '../../test/support/servers/etcd.js';
import { openNats } from '../../test/support/servers/nats.js';
import type { PrivateServer, ServerKind } from '../../test/support/servers/private-server.js';
import { redis } from '../../test/support/servers/redis.js';
import { build } from './build.js';
import { WAIT, SampleProcess } from './sample-process.js';

const LIMIT = 300_000;
const NOTE = 'The store is in the memory of this process: instances in other processes are not seen.';

interface Case {
  readonly kind: ServerKind;
  readonly environment: (server: PrivateServer) => NodeJS.ProcessEnv;
}

const CASES: readonly Case[] = [
  { kind: redis, environment: (server) => ({ REDIS_URL: server.address().url }) },
  { kind: openNats, environment: ({ port }) => ({ NATS_URL: `nats://127.0.0.1:${port}` }) },
  { kind: etcd, environment: ({ port }) => ({ ETCD_URL: `http://127.0.0.1:${port}` }) },
];

beforeAll(build, LIMIT);

/** Starts the sample before the tests of this block, and kills it after them. */
function useSample(environment: () => NodeJS.ProcessEnv): () => SampleProcess {
  let sample: SampleProcess | undefined;
  beforeAll(async () => {
    sample = await new SampleProcess(environment()).ready();
  }, LIMIT);
  afterAll(async () => {
    sample?.kill('SIGKILL');
    await sample?.ended();
  }, LIMIT);
  return () => {
    if (!sample) throw new Error('the sample has not started');
    return sample;
  };
}

/** The page for people, as HTML. */
async function pageOf(sample: SampleProcess): Promise<string> {
  const url = new URL('/health/fleet', sample.address('orders'));
  return (await fetch(url, { headers: { accept: 'text/html' } })).text();
}

async function phasesOf(sample: SampleProcess): Promise<unknown> {
  const { status, body } = await sample.get('/health/fleet');
  const { services, store } = body as FleetReport;
  const phases = services.map(({ service, instances }) => [service, instances.map(({ phase }) => phase)]);
  return { status, isConnected: store.connected, phases: Object.fromEntries(phases) as unknown };
}

describe('the fleet of the sample application without a server', () => {
  const sample = useSample(() => ({}));

  it('shows orders only, with a note', async () => {
    await vi.waitFor(async () => {
      expect(await phasesOf(sample())).toEqual({ status: 200, isConnected: true, phases: { orders: ['accepting'] } });
    }, WAIT);
    expect(await pageOf(sample())).toContain(NOTE);
  });
});

describe.each(CASES)('the fleet on $kind.name', ({ kind, environment }) => {
  describeWith(kind, 'the fleet of the sample application', (server) => {
    const sample = useSample(() => environment(server()));

    it(
      'shows orders, payments and the worker on one page',
      async () => {
        await vi.waitFor(async () => {
          expect(await phasesOf(sample())).toEqual({
            status: 200,
            isConnected: true,
            phases: { confirmations: ['accepting'], orders: ['accepting'], payments: ['accepting'] },
          });
        }, WAIT);
        const page = await pageOf(sample());
        expect(page).not.toContain(NOTE);
        for (const service of ['confirmations', 'orders', 'payments']) expect(page).toContain(service);
      },
      LIMIT,
    );
  });
});
