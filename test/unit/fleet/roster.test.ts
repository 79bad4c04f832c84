import { describe, expect, it, vi } from 'vitest';
import { type FleetEntry, writeEntry } from '../../../src/fleet/fleet-entry.js';
import { Roster } from '../../../src/fleet/roster.js';
import { memoryStore, type MemoryStore } from '../../../src/stores/memory/memory-store.js';
import { MemoryBackend } from '../../../src/stores/memory/memory-backend.js';
import { storeOf } from '../../../src/stores/store-of.js';
import { storeKey } from '../../../src/stores/store-key.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

const HOUR = 3_600_000;

const ENTRY: FleetEntry = {
  service: 'orders',
  instance: 'one',
  boot: 'a',
  beat: 1,
  heartbeat: 5000,
  version: '1.0.0',
  commit: undefined,
  phase: 'accepting',
  phaseFor: 1000,
  ready: 'UP',
  readyFor: 500,
  wasReady: true,
  checks: {},
};

class Instance {
  #beat = 0;

  constructor(
    readonly store: MemoryStore,
    readonly instance: string,
    readonly changed: Partial<FleetEntry> = {},
  ) {}

  get key(): string {
    return storeKey('fleet.test', 'orders', this.instance);
  }

  async write(changed: Partial<FleetEntry> = {}): Promise<void> {
    this.#beat += 1;
    const entry = { ...ENTRY, instance: this.instance, beat: this.#beat, ...this.changed, ...changed };
    await this.store.put(this.key, writeEntry(this.key, entry, undefined), { expiresIn: HOUR });
    await advance(0);
  }
}

describe('Roster', () => {
  useFakeClock();
  /** Advances the time while an instance called "self" sends a heartbeat each second. */
  const pass = async (self: Instance, milliseconds: number): Promise<void> => {
    for (let left = milliseconds; left > 0; left -= 1000) {
      await advance(Math.min(1000, left));
      await self.write();
    }
  };
  const setUp = async (): Promise<{
    store: MemoryStore;
    roster: Roster;
    one: Instance;
    self: Instance;
  }> => {
    const store = memoryStore();
    const roster = new Roster({ store, collection: 'fleet.test', secret: undefined });
    roster.follow();
    await advance(0);
    return {
      store,
      roster,
      one: new Instance(store, 'one'),
      self: new Instance(store, 'self'),
    };
  };
  const phases = (roster: Roster): Record<string, string> =>
    Object.fromEntries(roster.instances().map(({ entry, phase }) => [entry.instance, phase]));

  it('starts no watch after it was closed', async () => {
    const store = memoryStore();
    const watch = vi.spyOn(store, 'watch');
    const roster = new Roster({ store, collection: 'fleet.test', secret: undefined });
    roster.close();
    roster.follow();
    await advance(0);
    expect(watch).not.toHaveBeenCalled();
    expect(roster.isFollowing).toBe(false);
  });

  it('lists an instance from its first write, with times on its own clock', async () => {
    const { roster, one } = await setUp();
    await advance(10_000);
    await one.write();
    const now = performance.now();
    expect(roster.instances()).toMatchObject([
      { phase: 'accepting', phaseSince: now - 1000, readySince: now - 500, lastSeen: now },
    ]);
  });

  it('lists since when indicators and live fail, and has no change while only the durations grow', async () => {
    const store = memoryStore();
    let changes = 0;
    const roster = new Roster({
      store,
      collection: 'fleet.test',
      secret: undefined,
      onChange: () => (changes += 1),
    });
    roster.follow();
    await advance(0);
    const one = new Instance(store, 'one', { checks: { database: 'DOWN', cache: 'DEGRADED' }, live: 'DOWN' });
    const began = performance.now();
    // Each message arrives a little later than the one before.
    const write = (age: number): Promise<void> =>
      one.write({ phaseFor: age, readyFor: age, checksFor: { database: age + 7, cache: age }, liveFor: age });
    await write(1000);
    const known = changes;
    const seen = roster.instances();
    expect(seen).toMatchObject([{ liveSince: began - 1000 }]);
    expect(seen[0]?.checksSince).toStrictEqual(
      new Map([
        ['database', began - 1007],
        ['cache', began - 1000],
      ]),
    );
    for (let beat = 1; beat <= 5; beat += 1) {
      await advance(5010);
      await write(1000 + beat * 5000);
    }
    expect(changes).toBe(known);
    expect(roster.instances()[0]?.checksSince).toStrictEqual(seen[0]?.checksSince);

    await one.write({ phaseFor: 26_000, readyFor: 26_000, checksFor: { database: 3, cache: 26_000 }, liveFor: 26_000 });
    expect(changes).toBe(known + 1);
    expect(roster.instances()[0]?.checksSince?.get('database')).toBe(performance.now() - 3);
    await one.write({ live: undefined, phaseFor: 26_000, readyFor: 26_000, checksFor: { database: 3, cache: 26_000 } });
    expect(changes).toBe(known + 2);
    expect(roster.instances()[0]?.liveSince).toBeUndefined();
  });

  it('reports an instance as lost after three missing heartbeats, and as back when it continues', async () => {
    const { roster, one, self } = await setUp();
    await one.write();
    await pass(self, 15_000);
    expect(phases(roster)).toStrictEqual({ one: 'accepting', self: 'accepting' });
    await pass(self, 1);
    expect(phases(roster)).toStrictEqual({ one: 'lost', self: 'accepting' });
    await one.write();
    expect(phases(roster)).toStrictEqual({ one: 'accepting', self: 'accepting' });
  });

  it('does not confirm an entry from the snapshot until the instance writes again or is lost', async () => {
    const store = memoryStore();
    const [remnant, alive] = [new Instance(store, 'remnant'), new Instance(store, 'alive')];
    for (const instance of [remnant, alive]) await instance.write();
    const roster = new Roster({ store, collection: 'fleet.test', secret: undefined });
    roster.follow();
    await advance(0);
    expect([roster.hasSnapshot, roster.isConfirmed()]).toStrictEqual([true, false]);
    await alive.write();
    expect(roster.isConfirmed()).toBe(false);
    await pass(alive, 16_000);
    expect(phases(roster)).toStrictEqual({ remnant: 'lost', alive: 'accepting' });
    expect(roster.isConfirmed()).toBe(true);
  });

  it('does not report all instances as lost before the store has had time to notice a lost connection', async () => {
    const { roster, one, self } = await setUp();
    await one.write();
    await self.write();
    await advance(25_000);
    expect(phases(roster)).toStrictEqual({ one: 'accepting', self: 'accepting' });
    await advance(1);
    expect(phases(roster)).toStrictEqual({ one: 'lost', self: 'lost' });
  });

  it('does not report a restart under the same name as a loss', async () => {
    const { roster, one } = await setUp();
    await one.write();
    await advance(14_000);
    await one.write({ boot: 'b', beat: 1, phase: 'starting' });
    expect(phases(roster)).toStrictEqual({ one: 'starting' });
  });

  it('reports an instance whose start has failed as lost', async () => {
    const { roster, one, self } = await setUp();
    await one.write({ phase: 'starting', ready: 'OUT_OF_SERVICE', wasReady: false });
    await pass(self, 15_001);
    expect(phases(roster)).toStrictEqual({ one: 'lost', self: 'accepting' });
  });

  it.each(['draining', 'left'] as const)('reports an instance as left when it is silent after %s', async (phase) => {
    const { roster, one, self } = await setUp();
    await one.write({ phase });
    await pass(self, 15_001);
    expect(phases(roster)).toStrictEqual({ one: 'left', self: 'accepting' });
  });

  it('reports no instance as lost while the store is unavailable, nor at once when it is available again', async () => {
    const { store, roster, one, self } = await setUp();
    await one.write();
    store.simulate('unavailable');
    await advance(60_000);
    expect(roster.connection).toMatchObject({ isConnected: false, error: expect.any(String) as unknown });
    expect(phases(roster)).toStrictEqual({ one: 'accepting' });
    store.simulate(undefined);
    await advance(11_000);
    expect(roster.connection.isConnected).toBe(true);
    expect(phases(roster)).toStrictEqual({ one: 'accepting' });
    await pass(self, 16_000);
    expect(phases(roster)).toStrictEqual({ one: 'lost', self: 'accepting' });
  });

  it('keeps lost instances as lost when the store was unavailable meanwhile', async () => {
    const { store, roster, one, self } = await setUp();
    await one.write();
    await pass(self, 20_000);
    store.simulate('unavailable');
    await advance(5000);
    store.simulate(undefined);
    await advance(11_000);
    expect(phases(roster)).toMatchObject({ one: 'lost' });
  });

  it('does not count the time in which this process was frozen', async () => {
    const { roster, one } = await setUp();
    await one.write();
    await advance(30_000);
    expect(phases(roster)).toStrictEqual({ one: 'lost' });
    roster.excludePause(28_000);
    expect(phases(roster)).toStrictEqual({ one: 'accepting' });
  });

  it('refuses malformed entries and lists them, until they are valid', async () => {
    const { store, roster, one } = await setUp();
    await one.write();
    await store.put(one.key, `${one.key}\n{"service":"payments"}`);
    await advance(0);
    expect(roster.instances()).toStrictEqual([]);
    expect(roster.refused).toStrictEqual([{ key: one.key, because: 'a text is malformed' }]);
    await one.write();
    expect(roster.refused).toStrictEqual([]);
    expect(phases(roster)).toStrictEqual({ one: 'accepting' });
  });

  it('lists at most 20 refused entries', async () => {
    const { store, roster } = await setUp();
    for (let index = 0; index < 30; index += 1) await store.put(storeKey('fleet.test', 'orders', `x${index}`), '{');
    await advance(0);
    expect(roster.refused).toHaveLength(20);
  });

  const followed = async (secret?: string) => {
    const backend = new MemoryBackend(2000);
    const failures: string[] = [];
    const roster = new Roster({
      store: storeOf(backend, 2000),
      collection: 'fleet.test',
      secret,
      onFailure: (message) => failures.push(message),
    });
    roster.follow();
    await advance(0);
    const { signal } = new AbortController();
    const put = (name: string, value: string): Promise<void> =>
      backend.put({ collection: 'fleet.test', name, value, expiresIn: 60_000 }, signal);
    return { roster, failures, put };
  };

  it('lists an entry that is too large for the store, with one message, until it is small enough or gone', async () => {
    const { roster, failures, put } = await followed();
    const refused = [{ key: 'fleet.test/orders/big', because: 'it has more than 65536 bytes' }];
    await put('orders/big', 'x'.repeat(100_000));
    await put('orders/big', 'x'.repeat(100_001));
    expect(roster.refused).toStrictEqual(refused);
    expect(failures).toStrictEqual(['memory store: "fleet.test/orders/big" is ignored: it has more than 65536 bytes']);
    const entry = { ...ENTRY, service: 'orders', instance: 'big' };
    await put('orders/big', writeEntry('fleet.test/orders/big', entry, undefined));
    expect(roster.refused).toStrictEqual([]);
    expect(phases(roster)).toStrictEqual({ big: 'accepting' });
    await put('orders/big', 'x'.repeat(100_000));
    expect(roster.refused).toStrictEqual(refused);
    await advance(61_000);
    expect(roster.refused).toStrictEqual([]);
  });

  it('counts the entries beyond the limit of the store', async () => {
    const { roster, failures, put } = await followed();
    for (let index = 0; index < 20_500; index += 1) {
      const key = `fleet.test/orders/${index}`;
      await put(`orders/${index}`, writeEntry(key, { ...ENTRY, instance: String(index) }, undefined));
    }
    expect(roster.instances()).toHaveLength(20_000);
    expect(roster.refused[0]).toStrictEqual({
      key: 'fleet.test/orders/20000',
      because: 'there are more than 20000 entries',
    });
    expect([roster.refused.length, roster.refusedMore, failures.length]).toStrictEqual([20, 480, 1]);
  });

  it('knows each instance that signs although many entries without a signature fill the store', async () => {
    const secret = 'a secret of the fleet';
    const { roster, failures, put } = await followed(secret);
    for (let index = 0; index < 20_500; index += 1) await put(`orders/${index}`, `fleet.test/orders/${index}\n{}`);
    await put('orders/real', writeEntry('fleet.test/orders/real', { ...ENTRY, instance: 'real' }, secret));
    expect(phases(roster)).toStrictEqual({ real: 'accepting' });
    // 100 that are received, and 1000 that the store remembers.
    expect([roster.refused.length, roster.refusedMore, failures.length]).toStrictEqual([20, 1080, 1]);
    expect(failures[0]).toContain('there are more than 100 entries that are not trusted');
  });

  it('drops an entry that is removed, and ignores entries after close()', async () => {
    const { store, roster, one } = await setUp();
    await one.write();
    await store.remove(one.key);
    await advance(0);
    expect(roster.instances()).toStrictEqual([]);
    roster.close();
    await one.write();
    expect(roster.instances()).toStrictEqual([]);
  });
});
