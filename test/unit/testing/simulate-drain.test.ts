import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simulateDrain } from 'nest-vitals/testing';
import { expect, it, onTestFinished } from 'vitest';
import { never } from '../../support/latch.js';

interface FakeApplication {
  readonly url: string;
  readonly server: Server;
  /** Whether `/ready` is 503. */
  refuses: boolean;
  readonly probes: { readonly agent: string | undefined; readonly refused: boolean }[];
}

/** A server with `/ready` and any other path. The test decides how the server shuts down. */
async function fakeApplication(): Promise<FakeApplication> {
  const server = createServer((request, response) => {
    const isProbe = request.url === '/ready';
    if (isProbe) self.probes.push({ agent: request.headers['user-agent'], refused: self.refuses });
    response.writeHead(isProbe && self.refuses ? 503 : 200).end();
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const self: FakeApplication = { url: `http://127.0.0.1:${port}`, server, refuses: false, probes: [] };
  return self;
}

it('simulateDrain sends requests until the balancer has been refused `fall` times', async () => {
  const application = await fakeApplication();
  const close = async (): Promise<void> => {
    application.refuses = true;
  };
  const options = { request: '/orders', ready: '/ready', interval: 50, fall: 4 };
  const drain = await simulateDrain({ url: application.url, close }, options);
  expect(drain.lost).toEqual([]);
  expect(application.probes.filter(({ refused }) => refused)).toHaveLength(4);
  expect(application.probes.slice(1).every(({ agent }) => agent === 'nest-vitals-balancer')).toBe(true);
  expect(drain.noticedAfter).toBeGreaterThanOrEqual(drain.drainTook);
});

it('simulateDrain rejects when the shutdown does not end', async () => {
  const { url } = await fakeApplication();
  await expect(
    simulateDrain({ url, close: never }, { request: '/orders', ready: '/ready', interval: 50, timeout: 1500 }),
  ).rejects.toThrow('The simulated shutdown did not end within 4500 ms.');
});

it('simulateDrain throws the error of the shutdown', async () => {
  const { url } = await fakeApplication();
  const close = (): Promise<void> => Promise.reject(new Error('the pool cannot be closed'));
  await expect(simulateDrain({ url, close }, { request: '/orders', ready: '/ready', interval: 50 })).rejects.toThrow(
    'the pool cannot be closed',
  );
});

it('simulateDrain counts a request without a response', async () => {
  const application = await fakeApplication();
  const close = async (): Promise<void> => {
    application.refuses = true;
  };
  let calls = 0;
  const drain = await simulateDrain(
    { url: application.url, close },
    {
      ready: '/ready',
      interval: 50,
      timeout: 2000,
      request: () => ((calls += 1) === 2 ? never() : Promise.resolve()),
    },
  );
  expect(drain.lost).toEqual([{ when: expect.any(Number) as number, error: 'no response within 2000 ms' }]);
});
