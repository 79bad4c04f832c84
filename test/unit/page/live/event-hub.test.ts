import { describe, expect, it, vi } from 'vitest';
import { EventHub, eventOf } from '../../../../src/page/live/event-hub.js';
import { advance, useFakeClock } from '../../../support/fake-clock.js';
import { FakeOutlet } from './fake-outlet.js';

const event = eventOf('update', '{}', 'a-1');

describe('EventHub', () => {
  useFakeClock();

  it('writes an event in the format of server-sent events', () => {
    expect(event.toString()).toBe('id: a-1\nevent: update\ndata: {}\n\n');
    expect(eventOf('beat', '5').toString()).toBe('event: beat\ndata: 5\n\n');
  });

  it('sends the same bytes to all clients of a channel only', () => {
    const hub = new EventHub<string>(10);
    const [one, two, other] = [new FakeOutlet(), new FakeOutlet(), new FakeOutlet()];
    hub.add(one, 'full');
    hub.add(two, 'full');
    hub.add(other, 'components');
    hub.send('full', event);
    expect(one.written[0]).toBe(event);
    expect(two.written[0]).toBe(event);
    expect(other.written).toEqual([]);
    expect(hub.channels).toEqual(new Set(['full', 'components']));
  });

  it('refuses clients at its limit, until one leaves', () => {
    const hub = new EventHub<string>(1);
    const outlet = new FakeOutlet();
    expect(hub.isFull).toBe(false);
    hub.add(outlet, 'full');
    expect(hub.isFull).toBe(true);
    outlet.close();
    expect([hub.isFull, hub.size]).toEqual([false, 0]);
  });

  it('drops a client that does not read, and buffers at most the limit and one event for it', () => {
    const hub = new EventHub<string>(10);
    const [slow, quick] = [new FakeOutlet(false), new FakeOutlet()];
    hub.add(slow, 'full');
    hub.add(quick, 'full');
    const large = Buffer.alloc(100 * 1024);
    for (let sent = 0; sent < 10; sent += 1) hub.send('full', large);
    expect(slow.state).toBe('destroyed');
    expect(slow.pending).toBe(300 * 1024);
    expect(quick.written).toHaveLength(10);
    expect([hub.size, hub.dropped]).toEqual([1, 1]);
  });

  it('drops such a client also at a heartbeat', () => {
    const hub = new EventHub<string>(10);
    const slow = new FakeOutlet(false);
    slow.pending = 300 * 1024;
    hub.add(slow, 'full');
    hub.beat(eventOf('beat', '1'));
    expect(slow.state).toBe('destroyed');
  });

  it('ends a stream after a quarter of an hour, so that access is checked again', async () => {
    const hub = new EventHub<string>(10);
    const outlet = new FakeOutlet();
    hub.add(outlet, 'full');
    await advance(15 * 60_000);
    hub.beat(eventOf('beat', '1'));
    expect(outlet.state).toBe('open');
    await advance(1);
    hub.beat(eventOf('beat', '2'));
    expect([outlet.state, outlet.events]).toEqual(['ended', ['beat', 'renew']]);
  });

  it('destroys the connection of a client that does not read the end of its stream', async () => {
    const hub = new EventHub<string>(10);
    const stuck = new FakeOutlet(false);
    hub.add(stuck, 'full');
    stuck.pending = 1;
    await advance(16 * 60_000);
    hub.beat(eventOf('beat', '1'));
    await advance(499);
    hub.beat(eventOf('beat', '2'));
    expect([stuck.state, hub.size]).toEqual(['ended', 1]);
    await advance(1);
    hub.beat(eventOf('beat', '3'));
    expect([stuck.state, hub.size]).toEqual(['destroyed', 0]);
  });

  it('sends a last event at the end, destroys clients that do not read it, and leaves no timer', async () => {
    const hub = new EventHub<string>(10);
    const [reading, stuck] = [new FakeOutlet(), new FakeOutlet(false)];
    hub.add(reading, 'full');
    hub.add(stuck, 'full');
    hub.close(eventOf('bye', '1'));
    expect([reading.events, reading.state, stuck.state]).toEqual([['bye'], 'ended', 'ended']);
    await advance(499);
    expect(stuck.state).toBe('ended');
    await advance(1);
    expect(stuck.state).toBe('destroyed');
    expect([hub.size, hub.isClosed, vi.getTimerCount()]).toEqual([0, true, 0]);
  });

  it('leaves no timer when all clients have read the last event', () => {
    const hub = new EventHub<string>(10);
    hub.add(new FakeOutlet(), 'full');
    hub.close(eventOf('bye', '1'));
    expect(vi.getTimerCount()).toBe(0);
    const unused = new EventHub<string>(10);
    unused.close(eventOf('bye', '1'));
    expect(vi.getTimerCount()).toBe(0);
  });
});
