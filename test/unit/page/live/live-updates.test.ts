import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { PageUpdate } from '../../../../src/page/live/page-update.js';
import { type LiveSettings, LiveUpdates, type PageState } from '../../../../src/page/live/live-updates.js';
import type { HealthView } from '../../../../src/options/view.js';
import { advance, useFakeClock } from '../../../support/fake-clock.js';
import { FakeOutlet } from './fake-outlet.js';

const dataOf = (bytes: Buffer | undefined): PageUpdate =>
  JSON.parse(/^data: (.*)$/m.exec(String(bytes))?.[1] ?? '') as PageUpdate;
const idOf = (bytes: Buffer | undefined): string => /^id: (.*)$/m.exec(String(bytes))?.[1] ?? '';

describe('LiveUpdates', () => {
  useFakeClock();
  let page: PageState;
  let drawn: HealthView[];
  let faults: unknown[];
  let announced: string[];
  let settings: LiveSettings<HealthView>;
  let live: LiveUpdates<HealthView>;

  const show = (parts: Record<string, string>): void => {
    page = { ...page, parts: { ...page.parts, ...parts } };
    live.changed();
  };
  const joined = (view: HealthView = 'full', lastId?: string, reads = true): FakeOutlet => {
    const outlet = new FakeOutlet(reads);
    live.join(outlet, view, lastId);
    return outlet;
  };

  beforeEach(() => {
    page = { title: 'Up', icon: 'data:', order: ['c-a', 'c-b'], parts: { 'c-a': 'a1', 'c-b': 'b1' } };
    drawn = [];
    faults = [];
    announced = [];
    settings = {
      heartbeat: 10_000,
      maxClients: 2000,
      build: 'build',
      draw: (view) => (drawn.push(view), page),
      announcements: () => {
        const taken = announced;
        announced = [];
        return () => taken;
      },
      onFault: (fault) => faults.push(fault),
    };
    live = new LiveUpdates(settings);
  });

  it('serialises once for a thousand clients, when they connect and at each change', async () => {
    const clients = Array.from({ length: 1000 }, () => joined());
    expect(live.serialisations).toBe(1);
    expect(dataOf(clients[999]?.written[0])).toMatchObject({ build: 'build', heartbeat: 10_000, parts: page.parts });
    show({ 'c-a': 'a2' });
    await advance(20);
    expect(live.serialisations).toBe(2);
    expect(drawn).toHaveLength(2);
    expect(new Set(clients.map(({ written }) => written[1])).size).toBe(1);
    expect(dataOf(clients[0]?.written[1]).parts).toEqual({ 'c-a': 'a2' });
  });

  it('serialises once for each view with clients, and for no other view', async () => {
    joined('full');
    joined('components');
    show({ 'c-a': 'a2' });
    await advance(20);
    expect(drawn).toEqual(['full', 'components', 'full', 'components']);
    expect(live.serialisations).toBe(4);
  });

  it('renders nothing, and has no timer, without clients', async () => {
    show({ 'c-a': 'a2' });
    await advance(1000);
    expect([drawn, vi.getTimerCount()]).toEqual([[], 0]);
  });

  it('collects frequent changes, and sends them twice a second', async () => {
    const client = joined();
    for (let storm = 0; storm < 1000; storm += 1) {
      show({ 'c-a': `a${storm}` });
      await advance(2);
    }
    await advance(1000);
    // Changes during 2 s: one update at once, then one every half second, and one for the remaining changes.
    expect(client.events.filter((event) => event === 'update').length).toBeLessThanOrEqual(7);
    expect(dataOf(client.written.findLast((bytes) => String(bytes).includes('update'))).parts).toEqual({
      'c-a': 'a999',
    });
  });

  it('sends nothing without a visible change', async () => {
    const client = joined();
    live.changed();
    await advance(1000);
    expect(client.written).toHaveLength(1);
  });

  it('sends a changed order, title or announcement without changed parts', async () => {
    const client = joined();
    page = { ...page, order: ['c-b', 'c-a'] };
    live.changed();
    await advance(1000);
    page = { ...page, title: 'Down' };
    live.changed();
    await advance(1000);
    announced.push('a is Down');
    live.changed();
    await advance(1000);
    expect(client.written.slice(1).map((bytes) => dataOf(bytes))).toMatchObject([
      { order: ['c-b', 'c-a'], parts: {}, announce: [] },
      { title: 'Down', parts: {}, announce: [] },
      { title: 'Down', parts: {}, announce: ['a is Down'] },
    ]);
  });

  it('reports a removed part as a change', async () => {
    const client = joined();
    page = { ...page, order: ['c-a'], parts: { 'c-a': 'a1' } };
    live.changed();
    await advance(20);
    expect(dataOf(client.written[1])).toMatchObject({ order: ['c-a'], parts: {} });
  });

  it('sends the present state to a later client, and nothing to a client that already has it', async () => {
    const first = joined();
    show({ 'c-a': 'a2' });
    await advance(20);
    const late = joined();
    expect(dataOf(late.written[0]).parts).toEqual({ 'c-a': 'a2', 'c-b': 'b1' });
    const id = idOf(first.written[1]);
    expect(idOf(late.written[0])).toBe(id);
    expect(joined('full', id).events).toEqual(['beat']);
    expect(joined('full', idOf(first.written[0])).events).toEqual(['update']);
    // The event id of another process, whose count may be equally high.
    expect(joined('full', id.replace(/^.{8}/, '00000000')).events).toEqual(['update']);
  });

  it('sends the present state and no earlier change to the first client after a long time', async () => {
    joined().close();
    page = { ...page, parts: { 'c-a': 'a9' } };
    announced.push('a is Down');
    const late = joined();
    expect(dataOf(late.written[0])).toMatchObject({ parts: { 'c-a': 'a9' }, announce: [] });
    live.changed();
    await advance(1000);
    expect(late.written).toHaveLength(1);
  });

  it('sends the present time to a later client, not the time of the rendering', async () => {
    joined();
    await advance(8000);
    const late = joined();
    expect(late.events).toEqual(['update', 'beat']);
    expect(String(late.written[1])).toContain(`data: ${Date.now()}\n`);
  });

  it('refuses clients after its end, and when it is full', () => {
    live = new LiveUpdates({ ...settings, maxClients: 1 });
    const [first, second] = [joined(), joined()];
    expect([first.state, second.state, second.events, live.hub.size]).toEqual(['open', 'ended', [], 1]);
    live.close();
    expect([joined().state, live.hub.size, vi.getTimerCount()]).toEqual(['ended', 0, 0]);
  });

  it('disconnects a client whose page cannot be rendered, and reports the fault', () => {
    live = new LiveUpdates({
      ...settings,
      draw: () => {
        throw new Error('no page');
      },
    });
    const client = joined();
    expect([client.state, client.events, live.hub.size]).toEqual(['ended', [], 0]);
    expect(faults).toEqual([new Error('no page')]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends heartbeats to clients, and changes by age', async () => {
    const client = joined();
    await advance(10_000);
    expect(client.events).toEqual(['update', 'beat']);
    await advance(20);
    page = { ...page, parts: { 'c-a': 'too old' } };
    await advance(10_000);
    expect(client.events).toEqual(['update', 'beat', 'beat', 'update']);
    client.close();
    await advance(10_000);
    expect(vi.getTimerCount()).toBe(0);
    joined();
    expect(vi.getTimerCount()).toBe(1);
  });

  it('continues after a page that cannot be rendered, and reports it', async () => {
    const client = joined();
    const sound = page;
    page = new Proxy(page, {
      get() {
        throw new Error('no page');
      },
    });
    live.changed();
    await advance(1000);
    expect(faults).toEqual([new Error('no page')]);
    page = { ...sound, title: 'again' };
    live.changed();
    await advance(1000);
    expect(client.events).toEqual(['update', 'update']);
  });

  it('drops a client that does not read', async () => {
    const [slow, quick] = [joined('full', undefined, false), joined()];
    for (let change = 0; change < 10; change += 1) {
      show({ 'c-a': `${change}`.repeat(100_000) });
      await advance(1000);
    }
    expect([slow.state, quick.state, live.hub.size, live.hub.dropped]).toEqual(['destroyed', 'open', 1, 1]);
  });

  it('sends the remaining changes and one last event at the end, and leaves no timer', () => {
    const client = joined();
    show({ 'c-a': 'last' });
    live.close();
    live.close();
    expect(client.events).toEqual(['update', 'update', 'bye']);
    expect(dataOf(client.written[1]).parts).toEqual({ 'c-a': 'last' });
    live.changed();
    expect([client.state, live.hub.isClosed, vi.getTimerCount()]).toEqual(['ended', true, 0]);
  });
});
