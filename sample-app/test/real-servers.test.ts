import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { describeWith } from '../../test/support/servers/describe-with.js';
import { postgresql } from '../../test/support/servers/postgresql.js';
import { rabbitmq } from '../../test/support/servers/rabbitmq.js';
import { redis } from '../../test/support/servers/redis.js';
import type { PrivateServer, ServerKind } from '../../test/support/servers/private-server.js';
import { build } from './build.js';
import { type SampleResponse, WAIT, SampleProcess } from './sample-process.js';

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

// One process with all servers, each of which freezes in turn.
withServers(CASES, [], (servers) => {
  let sample: SampleProcess;

  beforeAll(async () => {
    const variables = CASES.map(({ environment }, index) => environment(serverAt(index)));
    sample = await new SampleProcess(Object.assign({}, ...variables) as NodeJS.ProcessEnv).ready();
  }, LIMIT);

  afterAll(async () => {
    sample.kill('SIGKILL');
    await sample.ended();
  }, LIMIT);

  const serverAt = (index: number): PrivateServer => {
    const server = servers[index]?.();
    if (!server) throw new Error(`no server ${index}`);
    return server;
  };

  it.each(CASES.map((one, index) => [one.indicator, one, index] as const))(
    'reports "%s" as DOWN while the server is frozen, and stores orders after it',
    async (indicator, { data, frozen }, index) => {
      const server = serverAt(index);
      const detail = async (): Promise<unknown> => detailOf(await sample.get(`/health/${indicator}`), indicator);
      const becomes = (expected: object): Promise<void> =>
        vi.waitFor(async () => expect(await detail()).toMatchObject(expected), WAIT);
      await becomes({ status: 'UP', ...(data !== undefined && { data }) });
      const { id } = (await sample.post('/orders', TEA)).body as { id: string };
      await vi.waitFor(
        async () => expect((await sample.get(`/orders/${id}`)).body).toMatchObject({ status: 'paid' }),
        WAIT,
      );
      // This response may come from the cache.
      expect((await sample.get(`/orders/${id}`)).body).toMatchObject({ id, status: 'paid' });

      server.freeze();
      await becomes({ status: 'DOWN', code: 'ETIMEDOUT' });
      expect((await sample.get('/health/ready')).status).toBe(frozen);
      expect((await sample.get('/health/live')).status).toBe(200);

      server.thaw();
      await becomes({ status: 'UP' });
      expect(await sample.post('/orders', TEA)).toMatchObject({ status: 201 });
      expect(sample.output).not.toContain(server.address().password);
    },
    LIMIT,
  );
});

/** Starts a server for each case, one inside the other, and then runs the tests. */
function withServers(
  [first, ...rest]: readonly Case[],
  started: readonly (() => PrivateServer)[],
  tests: (servers: readonly (() => PrivateServer)[]) => void,
): void {
  if (!first) tests(started);
  else describeWith(first.kind, 'the sample application', (server) => withServers(rest, [...started, server], tests));
}

function detailOf({ body }: SampleResponse, name: string): unknown {
  return (body as { readonly details: Readonly<Record<string, unknown>> }).details[name];
}
