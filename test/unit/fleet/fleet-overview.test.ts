import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type FleetEntry, writeEntry } from '../../../src/fleet/fleet-entry.js';
import { FleetOverview } from '../../../src/fleet/fleet-overview.js';
import type { FleetReport } from '../../../src/fleet/fleet-report.js';
import type { PageUpdate } from '../../../src/page/live/page-update.js';
import { patched } from '../../../src/page/live/patch.js';
import { memoryStore } from '../../../src/stores/memory/memory-store.js';
import { storeKey } from '../../../src/stores/store-key.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';
import { FakeOutlet } from '../page/live/fake-outlet.js';

const THOUSAND = Array.from({ length: 1000 }, (_, index) => `pod-${String(index).padStart(4, '0')}`);

describe('FleetOverview', () => {
  useFakeClock();

  const setUp = async () => {
    const store = memoryStore();
    const faults: unknown[] = [];
    const overview = new FleetOverview({
      store,
      environment: 'test',
      expected: new Map(),
      secret: undefined,
      onFailure: (message) => faults.push(message),
      onFault: (fault) => faults.push(fault),
    });
    overview.roster.follow();
    overview.start();
    onTestFinished(() => {
      overview.stop();
      expect(faults).toStrictEqual([]);
    });
    await advance(0);
    const started = performance.now();
    let beat = 0;
    const write = (instance: string, changed: Partial<FleetEntry> = {}): Promise<void> => {
      beat += 1;
      const lasts = Math.round(performance.now() - started);
      const entry: FleetEntry = {
        service: 'orders',
        instance,
        boot: 'a',
        beat,
        heartbeat: 5000,
        version: '1.4.2',
        commit: undefined,
        phase: 'accepting',
        // Different delays of the messages.
        phaseFor: lasts + (beat % 7),
        ready: 'UP',
        readyFor: lasts + (beat % 7),
        wasReady: true,
        checks: { database: 'UP' },
        ...changed,
      };
      const key = storeKey('fleet.test', 'orders', instance);
      return store.put(key, writeEntry(key, entry, undefined));
    };
    const open = (query = ''): FakeOutlet => {
      const response = overview.respond({ url: `/health/fleet?format=events${query}`, headers: {} }, 'events');
      if (!('open' in response)) throw new Error(response.body);
      const outlet = new FakeOutlet();
      response.open(outlet);
      return outlet;
    };
    return { store, overview, write, open };
  };
  const updatesIn = (outlet: FakeOutlet): PageUpdate[] =>
    outlet.written
      .filter((_, index) => outlet.events[index] === 'update')
      .map((bytes) => JSON.parse(/^data: (.*)$/m.exec(String(bytes))?.[1] ?? '') as PageUpdate);
  /** The part of the page after all updates. */
  const partIn = (outlet: FakeOutlet, id: string): string =>
    updatesIn(outlet).reduce((text, { parts }) => patched(text, parts[id] ?? text), '');

  it('limits the response for instances with many failing indicators, and counts the omitted ones', async () => {
    const { overview, write } = await setUp();
    for (const instance of THOUSAND) {
      const checks = Array.from({ length: 200 }, (_, index) => [`${instance}-check-${index}`, 'DOWN'] as const);
      const times = checks.slice(0, 20).map(([name]) => [name, 1000] as const);
      await write(instance, { checks: Object.fromEntries(checks), checksFor: Object.fromEntries(times) });
    }
    await advance(0);
    const response = overview.respond({ url: '/health/fleet', headers: {} }, 'json');
    const body = 'body' in response ? response.body : '';
    const [orders] = (JSON.parse(body) as FleetReport).services;
    expect(orders).toMatchObject({ present: 1000, failing_more: 199_950 });
    expect(orders?.instances[0]?.attention_more).toBe(180);
    expect(Object.keys(orders?.instances[0]?.attention_since ?? {})).toHaveLength(20);
    // 20 names of 20 characters and their times for each instance. With all 200 it would be 18 MB.
    expect(body.length).toBeLessThan(2_000_000);
  });

  it('sends nothing for the heartbeats of a thousand instances, of which some have a failing indicator', async () => {
    const { write, open } = await setUp();
    const began = performance.now();
    const failing = (instance: string): Partial<FleetEntry> => {
      if (!instance.endsWith('7')) return {};
      return { checks: { database: 'DOWN' }, checksFor: { database: Math.round(performance.now() - began) } };
    };
    for (const instance of THOUSAND) await write(instance, failing(instance));
    await advance(2000);
    const page = open();
    for (let round = 0; round < 5; round += 1) {
      for (const instance of THOUSAND) await write(instance, failing(instance));
      await advance(3000);
    }
    expect(page.events).toStrictEqual(['update', 'beat']);
  });

  it('sends only the changed parts when one of a thousand instances changes', async () => {
    const { write, open } = await setUp();
    for (const instance of THOUSAND) await write(instance);
    await advance(2000);
    const page = open();
    await write('pod-0500', { ready: 'DOWN', checks: { database: 'DOWN' } });
    await write('pod-0050', { ready: 'DOWN', checks: { database: 'DOWN' } });
    await advance(20);
    expect(page.events).toStrictEqual(['update', 'update']);
    expect(page.written[1]?.length).toBeLessThan(5000);
    expect(partIn(page, 's-orders')).toContain('998 of 1000 ready');
    expect(partIn(page, 's-orders').match(/<li class="down">(?=.*?pod-0(050|500))/g)?.length).toBeGreaterThanOrEqual(2);
    expect(updatesIn(page)[1]?.title).toBe('▲ Needs attention · fleet test');
  });

  it('sends two updates per second, of limited size, while a thousand instances change', async () => {
    const { write, open } = await setUp();
    for (const instance of THOUSAND) await write(instance);
    await advance(2000);
    const page = open();
    for (let round = 0; round < 10; round += 1) {
      for (const instance of THOUSAND) await write(instance, { ready: round % 2 === 0 ? 'DOWN' : 'UP' });
      await advance(100);
    }
    await advance(1000);
    expect(updatesIn(page).length).toBeLessThanOrEqual(6);
    for (const bytes of page.written) expect(bytes.length).toBeLessThan(100_000);
    expect(partIn(page, 's-orders')).toContain('1000 of 1000 ready');
  });

  it('announces changes to screen readers, the same change of many instances only once', async () => {
    const { store, write, open } = await setUp();
    for (const instance of ['one', 'two', 'three']) await write(instance);
    await advance(2000);
    const page = open();
    await write('one', { phase: 'draining' });
    await write('two', { ready: 'DOWN' });
    await write('three', { ready: 'DOWN' });
    await advance(2000);
    store.simulate('unavailable');
    await advance(30_000);
    expect(updatesIn(page).flatMap(({ announce }) => announce)).toStrictEqual([
      'one of orders is draining',
      '2 instances of orders: is not ready',
      'The store is disconnected',
    ]);
    expect(partIn(page, 'state')).toContain('Store unavailable');
  });

  it('shows a lost instance, which sends nothing itself', async () => {
    const { write, open } = await setUp();
    await write('one');
    await write('silent');
    await advance(1000);
    const page = open();
    for (let second = 0; second < 20; second += 1) {
      await write('one');
      await advance(1000);
    }
    expect(partIn(page, 's-orders')).toMatch(/class="down".*silent.*Lost/s);
  });

  it('searches, and renders once for all pages with the same search', async () => {
    const { write, open, overview } = await setUp();
    for (const instance of THOUSAND) await write(instance);
    await advance(2000);
    const [one, other] = [open('&q=pod-0777'), open('&q=pod-0777')];
    expect(one.written[0]).toBe(other.written[0]);
    expect(partIn(one, 'found')).toContain('1 instance matches');
    const draw = vi.spyOn(overview, 'report');
    await write('pod-0777', { ready: 'DOWN' });
    await advance(20);
    expect(draw).toHaveBeenCalledTimes(1);
    expect(partIn(one, 's-orders')).toContain('Not ready');
    expect(other.written[1]).toBe(one.written[1]);
  });

  it('refuses a stream with one search more than its limit, and accepts it when another stream has ended', async () => {
    const { open } = await setUp();
    const pages = Array.from({ length: 20 }, (_, index) => open(`&q=${index}`));
    expect(() => open('&q=more')).toThrow('too many searches are open');
    expect(open('&q=7').state).toBe('open');
    pages[0]?.close();
    expect(open('&q=more').state).toBe('open');
  });

  it('refuses a page when 1,000 are open, and accepts it when one has ended', async () => {
    const { write, open, overview } = await setUp();
    await write('one');
    await advance(2000);
    const pages = Array.from({ length: 1000 }, () => open());
    expect(pages.filter(({ state }) => state === 'open')).toHaveLength(1000);
    const refused = overview.respond({ url: '/health/fleet?format=events', headers: {} }, 'events');
    expect(refused).toMatchObject({ statusCode: 503, body: 'too many pages are open\n' });
    expect(refused.headers).toStrictEqual({ 'retry-after': '10' });
    expect(overview.respond({ url: '/health/fleet', headers: {} }, 'json').statusCode).toBe(200);
    // The pages that are open stay live.
    await write('one', { ready: 'DOWN' });
    await advance(1000);
    expect(pages.every((page) => partIn(page, 's-orders').includes('Not ready'))).toBe(true);
    pages[0]?.close();
    expect(open().state).toBe('open');
  });
});
