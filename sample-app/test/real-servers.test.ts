import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeWith } from '../../test/support/servers/describe-with.js';
import { postgresql } from '../../test/support/servers/postgresql.js';
import { rabbitmq } from '../../test/support/servers/rabbitmq.js';
import { redis } from '../../test/support/servers/redis.js';
import type { PrivateServer, ServerKind } from '../../test/support/servers/private-server.js';
import { build } from './build.js';
import { type Answer, WAIT, SampleProcess } from './sample-process.js';

const LIMIT = 300_000;
const TEA = { sku: 'tea', quantity: 1 };

interface Case {
  readonly kind: ServerKind;
  readonly indicator: string;
  readonly environment: (server: PrivateServer) => NodeJS.ProcessEnv;
  /** Its data while it is UP. */
  readonly data: unknown;
  /** The status code of `ready` while it is frozen. */
  readonly frozen: number;
}

const number = expect.any(Number) as number;

const CASES: readonly Case[] = [
  {
    kind: postgresql,
    indicator: 'database',
    environment: (server) => ({ DATABASE_URL: `${server.address().url}/postgres` }),
    data: { pool_max: 4, pool_used: number },
    frozen: 200,
  },
  {
    kind: redis,
    indicator: 'cache',
    environment: (server) => ({ REDIS_URL: server.address().url }),
    data: { role: 'primary' },
    frozen: 200,
  },
  {
    kind: rabbitmq,
    indicator: 'order_events',
    environment: (server) => ({ RABBITMQ_URL: server.address().url }),
    data: undefined,
    frozen: 200,
  },
];

beforeAll(build, LIMIT);

for (const { kind, indicator, environment, data, frozen } of CASES) {
  describeWith(kind, 'the sample application', (server) => {
    let sample: SampleProcess;

    beforeAll(async () => {
      sample = await new SampleProcess(environment(server())).ready();
    }, LIMIT);

    afterAll(async () => {
      sample.kill('SIGKILL');
      await sample.ended();
    }, LIMIT);

    const detail = async (): Promise<unknown> => detailOf(await sample.get(`/health/${indicator}`), indicator);
    const becomes = (expected: object): Promise<void> =>
      vi.waitFor(async () => expect(await detail()).toMatchObject(expected), WAIT);

    it(
      `reports "${indicator}" as DOWN while the server is frozen, and stores orders after it`,
      async () => {
        await becomes({ status: 'UP', ...(data !== undefined && { data }) });
        const { id } = (await sample.post('/orders', TEA)).body as { id: string };
        await vi.waitFor(
          async () => expect((await sample.get(`/orders/${id}`)).body).toMatchObject({ status: 'paid' }),
          WAIT,
        );
        // This response may come from the cache.
        expect((await sample.get(`/orders/${id}`)).body).toMatchObject({ id, status: 'paid' });

        server().freeze();
        await becomes({ status: 'DOWN', code: 'ETIMEDOUT' });
        expect((await sample.get('/health/ready')).status).toBe(frozen);
        expect((await sample.get('/health/live')).status).toBe(200);

        server().thaw();
        await becomes({ status: 'UP' });
        expect(await sample.post('/orders', TEA)).toMatchObject({ status: 201 });
        expect(sample.output).not.toContain(server().address().password);
      },
      LIMIT,
    );
  });
}

function detailOf({ body }: Answer, name: string): unknown {
  return (body as { readonly details: Readonly<Record<string, unknown>> }).details[name];
}
