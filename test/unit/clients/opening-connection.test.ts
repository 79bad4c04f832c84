import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { takeConnection } from '../../../src/clients/opening-connection.js';
import { latch } from '../../support/latch.js';

const TIMEOUT = new Error('timed out');
const GRACE = 5000;

/** A connection of `pg` that is opening. */
function openingClient() {
  const cut = vi.fn<() => void>();
  return { cut, connection: { stream: { destroy: cut } } };
}

describe('a connection that is taken from a pool', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const take = (pool: object, begin: () => void) => {
    const ends = latch<string>();
    const abandoned = new AbortController();
    const late = vi.fn<(connection: string) => void>();
    const taken = takeConnection(
      [pool],
      abandoned.signal,
      () => {
        begin();
        return ends.promise;
      },
      late,
    );
    const outcome = taken.then(
      (connection) => connection,
      (error: unknown) => error,
    );
    return { ends, abandoned, late, outcome };
  };

  it('is destroyed if it has not opened some seconds after the timeout, and other connections are kept', async () => {
    const others = openingClient();
    const ours = openingClient();
    const clients = [others];
    const pool = { _clients: clients, _pendingQueue: [] };
    const { abandoned, outcome } = take(pool, () => clients.push(ours));
    abandoned.abort(TIMEOUT);
    vi.advanceTimersByTime(GRACE - 1);
    expect(ours.cut).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(await outcome).toBe(TIMEOUT);
    expect(ours.cut).toHaveBeenCalledOnce();
    expect(others.cut).not.toHaveBeenCalled();
  });

  it('is kept if it opens before the limit', async () => {
    const ours = openingClient();
    const clients: object[] = [];
    const pool = { _clients: clients };
    const { ends, abandoned, outcome } = take(pool, () => clients.push(ours));
    abandoned.abort(TIMEOUT);
    vi.advanceTimersByTime(GRACE - 1);
    ends.open('connection');
    expect(await outcome).toBe('connection');
    vi.advanceTimersByTime(GRACE);
    expect(ours.cut).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is destroyed at once when the application stops', async () => {
    const ours = openingClient();
    const clients: object[] = [];
    const pool = { _clients: clients };
    const { abandoned, outcome } = take(pool, () => clients.push(ours));
    abandoned.abort();
    expect(await outcome).toBe(abandoned.signal.reason);
    expect(ours.cut).toHaveBeenCalledOnce();
  });

  it('is destroyed with the methods of mysql2, whose lists are read by index', async () => {
    const ours = { destroy: vi.fn<() => void>(), stream: { destroy: vi.fn<() => void>() } };
    const connections: object[] = [];
    const pool = {
      _allConnections: {
        get length() {
          return connections.length;
        },
        get: (position: number) => connections[position],
      },
    };
    const { abandoned, outcome } = take(pool, () => connections.push(ours));
    abandoned.abort();
    await outcome;
    expect(ours.destroy).toHaveBeenCalledOnce();
    expect(ours.stream.destroy).toHaveBeenCalledOnce();
  });

  it('is removed from the queue of the pool after the timeout', async () => {
    const others = {};
    const queue = [others];
    const pool = { _clients: [openingClient()], _pendingQueue: queue };
    const { abandoned, outcome } = take(pool, () => queue.push({}));
    abandoned.abort(TIMEOUT);
    expect(await outcome).toBe(TIMEOUT);
    expect(queue).toEqual([others]);
    expect(queue[0]).toBe(others);
  });

  it('is returned to the pool if it opens later', async () => {
    const clients: object[] = [];
    const pool = { _clients: clients };
    const { ends, abandoned, late, outcome } = take(pool, () => clients.push(openingClient()));
    abandoned.abort();
    await outcome;
    ends.open('connection');
    await vi.waitFor(() => expect(late).toHaveBeenCalledExactlyOnceWith('connection'));
  });

  it('resolves normally if the pool has no such lists', async () => {
    const { ends, abandoned, outcome } = take({}, () => undefined);
    abandoned.abort(TIMEOUT);
    vi.advanceTimersByTime(10 * GRACE);
    ends.open('connection');
    expect(await outcome).toBe('connection');
  });
});
