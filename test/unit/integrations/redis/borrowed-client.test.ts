import { expect, it } from 'vitest';
import { capacityOf, withClient } from '../../../../src/integrations/redis/borrowed-client.js';
import type { NodeRedisServer } from '../../../../src/clients/redis/node-redis.js';
import type { RedisPool } from '../../../../src/integrations/redis/redis-client.js';
import { advance, useFakeClock } from '../../../support/fake-clock.js';

useFakeClock();

interface FakeClient extends NodeRedisServer {
  isReady: boolean;
  readonly name: string;
}

const client = (name: string, isReady: boolean): FakeClient => ({
  name,
  isReady,
  isOpen: true,
  sendCommand: async () => 'PONG',
});

/**
 * Like the pool of node-redis: it lends the client that is idle longest, and connects one for a task without a client.
 */
class FakePool implements RedisPool {
  readonly isOpen = true;
  readonly idle: FakeClient[];
  /** The number of clients that the pool started to connect. They do not finish. */
  connecting = 0;
  #lent = 0;

  constructor(...idle: FakeClient[]) {
    this.idle = idle;
  }

  get idleClients(): number {
    return this.idle.length;
  }

  get totalClients(): number {
    return this.idle.length + this.#lent + this.connecting;
  }

  get tasksQueueLength(): number {
    return 0;
  }

  async execute<T>(task: (client: NodeRedisServer) => Promise<T>): Promise<T> {
    const lent = this.idle.shift();
    if (!lent) {
      this.connecting += 1;
      return new Promise(() => undefined);
    }
    this.#lent += 1;
    try {
      return await task(lent);
    } finally {
      this.#lent -= 1;
      this.idle.push(lent);
    }
  }
}

const ping = async (pool: RedisPool): Promise<{ readonly name: string; readonly unconnected: number }> =>
  withClient(pool, new AbortController().signal, async (lent, unconnected) => ({
    name: (lent as FakeClient).name,
    unconnected,
  }));
const pingFails = (pool: RedisPool): Promise<unknown> => expect(ping(pool)).rejects.toMatchObject({ code: 'ENOTCONN' });

it('the ping of a Redis pool uses the first idle client that is connected, and counts those before it', async () => {
  const pool = new FakePool(client('a', false), client('b', false), client('c', true), client('d', false));
  expect(await ping(pool)).toEqual({ name: 'c', unconnected: 2 });
  expect(pool.idle.map(({ name }) => name).toSorted()).toEqual(['a', 'b', 'c', 'd']);
  expect(pool.connecting).toBe(0);
});

it('the ping of a Redis pool fails at once when no idle client is connected, and returns all of them', async () => {
  const pool = new FakePool(client('a', false), client('b', false));
  await pingFails(pool);
  expect(pool.idleClients).toBe(2);
  expect(pool.connecting).toBe(0);
});

it('the ping of a Redis pool lets the pool connect at most two more clients, ten seconds apart', async () => {
  const pool = new FakePool(client('a', false));
  const counts: number[] = [];
  for (let second = 0; second < 60; second += 1) {
    await pingFails(pool);
    counts.push(pool.connecting);
    await advance(1000);
  }
  expect([counts.indexOf(1), counts.indexOf(2), counts.at(-1)]).toEqual([10, 20, 2]);
});

it('the ping of a Redis pool restarts its count after a ping on a connected client', async () => {
  const first = client('a', false);
  const pool = new FakePool(first);
  await pingFails(pool);
  await advance(9000);
  first.isReady = true;
  expect(await ping(pool)).toEqual({ name: 'a', unconnected: 0 });
  first.isReady = false;
  await pingFails(pool);
  await advance(9000);
  await pingFails(pool);
  expect(pool.connecting).toBe(0);
  await advance(1000);
  await pingFails(pool);
  expect(pool.connecting).toBe(1);
  expect(capacityOf(pool)).toBe('free');
});
