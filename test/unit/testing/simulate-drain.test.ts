import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simulateDrain } from 'nest-vitals/testing';
import { expect, it, onTestFinished } from 'vitest';
import { never } from '../../support/latch.js';

interface StandIn {
  readonly url: string;
  readonly server: Server;
  /** What the balancer is told from the beginning of the shutdown on. */
  refuses: boolean;
  readonly questions: { readonly agent: string | undefined; readonly refused: boolean }[];
}

/** Something that listens, and ends as the test wants it. */
async function standIn(): Promise<StandIn> {
  const server = createServer((request, response) => {
    const isQuestion = request.url === '/ready';
    if (isQuestion) self.questions.push({ agent: request.headers['user-agent'], refused: self.refuses });
    response.writeHead(isQuestion && self.refuses ? 503 : 200).end();
  });
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const self: StandIn = { url: `http://127.0.0.1:${port}`, server, refuses: false, questions: [] };
  return self;
}

it('sends until the balancer has been refused as often as it takes, and no longer', async () => {
  const application = await standIn();
  const close = async (): Promise<void> => {
    application.refuses = true;
  };
  const options = { request: '/orders', ready: '/ready', interval: 50, fall: 4 };
  const drain = await simulateDrain({ url: application.url, close }, options);
  expect(drain.lost).toEqual([]);
  expect(application.questions.filter(({ refused }) => refused)).toHaveLength(4);
  expect(application.questions.slice(1).every(({ agent }) => agent === 'nest-vitals-balancer')).toBe(true);
  expect(drain.noticedAfter).toBeGreaterThanOrEqual(drain.drainTook);
});

it('ends when the shutdown does not', async () => {
  const { url } = await standIn();
  await expect(
    simulateDrain({ url, close: never }, { request: '/orders', ready: '/ready', interval: 50, timeout: 1500 }),
  ).rejects.toThrow('The simulated shutdown has not ended within 4500 ms.');
});

it('throws what the shutdown throws', async () => {
  const { url } = await standIn();
  const close = (): Promise<void> => Promise.reject(new Error('the pool cannot be closed'));
  await expect(simulateDrain({ url, close }, { request: '/orders', ready: '/ready', interval: 50 })).rejects.toThrow(
    'the pool cannot be closed',
  );
});

it('counts a request that gets no answer', async () => {
  const application = await standIn();
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
  expect(drain.lost).toEqual([{ when: expect.any(Number) as number, error: 'no answer within 2000 ms' }]);
});
