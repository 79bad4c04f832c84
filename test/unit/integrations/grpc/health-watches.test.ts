import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { HealthMonitor, LifecycleState } from '../../../../src/extension/health-monitor.js';
import type { KnownServingStatus } from '../../../../src/integrations/grpc/health-messages.js';
import { HealthWatches, type WatchCall } from '../../../../src/integrations/grpc/health-watches.js';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const EVERY = 5000;

/** An application whose statuses the test sets. */
function application(statuses: Record<string, KnownServingStatus>) {
  let onState = (_state: LifecycleState): unknown => undefined;
  let evaluations = 0;
  const peek = (service: string): KnownServingStatus => statuses[service] ?? 'SERVICE_UNKNOWN';
  const monitor = {
    onState: (listener: (state: LifecycleState) => unknown) => {
      onState = listener;
      return () => {};
    },
    onRun: () => () => {},
  } as unknown as HealthMonitor;
  const source = {
    peek,
    evaluate: async (service: string) => {
      evaluations += 1;
      return peek(service);
    },
  };
  return {
    watches: new HealthWatches(source, monitor, EVERY),
    enter: (state: LifecycleState) => onState(state),
    get evaluations() {
      return evaluations;
    },
  };
}

/** A call that counts the messages that it receives. `isFull`: its buffer is full. */
function call(service: string) {
  const listeners = new Map<string, () => void>();
  const received: KnownServingStatus[] = [];
  const errors: number[] = [];
  const stub = {
    request: { service },
    writableNeedDrain: false as boolean,
    write: (status: KnownServingStatus) => received.push(status),
    on: (event: string, listener: () => void) => listeners.set(event, listener),
    emit: (_event: string, { code }: { code: number }) => errors.push(code),
  } satisfies WatchCall;
  return { stub, received, errors, happens: (event: string) => listeners.get(event)?.() };
}

it('a gRPC watch informs a client of an unknown name when the name appears', async () => {
  const statuses: Record<string, KnownServingStatus> = {};
  const { watches } = application(statuses);
  const client = call('late');
  watches.add(client.stub);
  await vi.advanceTimersByTimeAsync(2 * EVERY);
  expect(client.received).toEqual(['SERVICE_UNKNOWN']);
  statuses['late'] = 'SERVING';
  await vi.advanceTimersByTimeAsync(EVERY);
  expect(client.received).toEqual(['SERVICE_UNKNOWN', 'SERVING']);
});

it('gRPC watches evaluate a service once for all of its clients, and stop with the last client', async () => {
  const subject = application({ '': 'SERVING' });
  const clients = [call(''), call(''), call('')];
  for (const { stub } of clients) subject.watches.add(stub);
  await vi.advanceTimersByTimeAsync(0);
  expect(subject.evaluations).toBe(3);
  await vi.advanceTimersByTimeAsync(EVERY);
  expect(subject.evaluations).toBe(4);
  for (const { happens } of clients) happens('cancelled');
  expect(vi.getTimerCount()).toBe(0);
});

it('a gRPC watch sends only the last status to a client that did not read for a while', async () => {
  const statuses: Record<string, KnownServingStatus> = { '': 'SERVING' };
  const { watches, enter } = application(statuses);
  const client = call('');
  watches.add(client.stub);
  await vi.advanceTimersByTimeAsync(0);
  client.stub.writableNeedDrain = true;
  for (const status of ['NOT_SERVING', 'SERVING', 'NOT_SERVING'] as const) {
    statuses[''] = status;
    enter({ phase: 'refusing' });
  }
  expect(client.received).toEqual(['SERVING']);
  client.stub.writableNeedDrain = false;
  client.happens('drain');
  expect(client.received).toEqual(['SERVING', 'NOT_SERVING']);
});

it('gRPC watches end every call once when the drain is done, and each later call at once', async () => {
  const { watches, enter } = application({ '': 'NOT_SERVING' });
  const [early, late] = [call(''), call('')];
  watches.add(early.stub);
  enter({ phase: 'draining', drainStep: 'work' });
  expect(early.errors).toEqual([]);
  enter({ phase: 'draining', drainStep: 'done' });
  watches.end();
  watches.add(late.stub);
  await vi.advanceTimersByTimeAsync(EVERY);
  expect([early.errors, late.errors, early.received, late.received]).toEqual([[14], [14], [], []]);
  expect(vi.getTimerCount()).toBe(0);
});
