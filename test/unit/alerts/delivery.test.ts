import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.js';
import { Delivery, RefusedError } from '../../../src/alerts/delivery.js';
import { START, advance, useFakeClock } from '../../support/fake-clock.js';
import { never } from '../../support/latch.js';

useFakeClock();

let attempts: { readonly name: string; readonly at: number; readonly signal: AbortSignal }[] = [];
let lines: string[] = [];
let outcome: (name: string) => Promise<void> = async () => undefined;
let delivery: Delivery;

const deliveryOf = (queueSize = 100, retries = 8): Delivery =>
  new Delivery({
    receiver: 'https://hooks.example',
    queueSize,
    retries,
    send: (alert, signal) => {
      attempts.push({ name: alert.subject.name, at: Date.now() - Date.parse(START), signal });
      return outcome(alert.subject.name);
    },
    logger: { warn: (line) => lines.push(`WARN ${line}`), error: (line) => lines.push(`ERROR ${line}`) },
  });
const alert = (name: string): Alert => {
  const at = { elapsed: 0, wall: 0 };
  return { event: 'down', subject: { kind: 'indicator', name }, status: 'DOWN', critical: true, at, since: at };
};
const names = (): string[] => attempts.map(({ name }) => name);
const failing = (error: Error) => async (): Promise<void> => {
  throw error;
};
const broken = Object.assign(new Error('connect ECONNREFUSED user:hunter2@hooks'), { code: 'ECONNREFUSED' });

beforeEach(() => {
  [attempts, lines] = [[], []];
  outcome = async () => undefined;
  delivery = deliveryOf();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});

describe('Delivery', () => {
  it('does not send synchronously in push()', async () => {
    delivery.push(alert('stock'));
    expect(names()).toEqual([]);
    await advance(0);
    expect(names()).toEqual(['stock']);
  });

  it('sends alerts one at a time, in order', async () => {
    let done: () => void = () => undefined;
    outcome = () => new Promise((resolve) => (done = resolve));
    for (const name of ['one', 'two']) delivery.push(alert(name));
    await advance(0);
    expect(names()).toEqual(['one']);
    done();
    await advance(0);
    expect(names()).toEqual(['one', 'two']);
    done();
    await advance(0);
    delivery.push(alert('three'));
    await advance(0);
    expect(names()).toEqual(['one', 'two', 'three']);
  });

  it('repeats a failed attempt after pauses that double up to 1 min, and logs a single error after the last attempt', async () => {
    outcome = failing(broken);
    delivery.push(alert('stock'));
    await advance(1_000_000);
    expect(attempts.map(({ at }) => at / 1000)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(lines).toEqual([
      'ERROR The alert "stock is DOWN" was not delivered to https://hooks.example after 9 attempts: connection refused (ECONNREFUSED)',
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits at least half of the full pause', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    outcome = failing(broken);
    delivery.push(alert('stock'));
    await advance(1500);
    expect(attempts.map(({ at }) => at)).toEqual([0, 500, 1500]);
  });

  it('continues with the next alert after a success and after a final failure', async () => {
    outcome = async (name) => {
      if (name === 'one' && attempts.length < 3) throw new RefusedError('HTTP status 500', false);
      if (name === 'two') throw new RefusedError('HTTP status 404', true);
    };
    for (const name of ['one', 'two', 'three']) delivery.push(alert(name));
    await advance(3000);
    expect(names()).toEqual(['one', 'one', 'one', 'two', 'three']);
    expect(lines).toEqual([
      'ERROR The alert "two is DOWN" was not delivered to https://hooks.example after 1 attempt: HTTP status 404',
    ]);
  });

  it('drops the oldest alert when the queue is full, and counts dropped alerts', async () => {
    delivery = deliveryOf(2);
    outcome = never;
    for (const name of ['under way', 'one', 'two']) {
      delivery.push(alert(name));
      await advance(0);
    }
    expect(lines).toEqual([]);
    outcome = async () => undefined;
    delivery.push(alert('three'));
    delivery.push(alert('four'));
    const line = 'WARN More than 2 alerts wait for https://hooks.example: dropped the oldest';
    expect(lines).toEqual([`${line} (1 dropped since the start)`, `${line} (2 dropped since the start)`]);
  });

  it('does not queue a reminder if an alert about the same subject is waiting', async () => {
    outcome = never;
    delivery.push(alert('under way'));
    await advance(0);
    delivery = deliveryOf(1);
    delivery.push(alert('blocks'));
    await advance(0);
    for (let times = 0; times < 3; times += 1) delivery.remind(alert('stock'));
    expect(lines).toEqual([]);
  });
});

describe('Delivery at the shutdown', () => {
  it('makes one more attempt for each waiting alert, without pauses', async () => {
    outcome = async (name) => {
      if (name === 'one') throw broken;
    };
    for (const name of ['one', 'two']) delivery.push(alert(name));
    await advance(0);
    expect(names()).toEqual(['one']);
    const finished = delivery.finish(3000);
    await advance(0);
    await finished;
    expect(names()).toEqual(['one', 'one', 'two']);
    expect(lines).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
    delivery.push(alert('too late'));
    await advance(0);
    expect(names()).toHaveLength(3);
    expect(lines).toHaveLength(1);
  });

  it('aborts the attempt at the shutdown timeout and logs the number of undelivered alerts', async () => {
    outcome = () =>
      new Promise((_resolve, reject) => {
        attempts.at(-1)?.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
    for (const name of ['one', 'two', 'three']) delivery.push(alert(name));
    await advance(0);
    const finished = delivery.finish(3000);
    await advance(2999);
    expect(lines).toEqual([]);
    await advance(1);
    await finished;
    expect(names()).toEqual(['one']);
    expect(lines).toEqual([
      'ERROR The alert "one is DOWN" was not delivered to https://hooks.example after 1 attempt: aborted',
      'ERROR 2 alerts for https://hooks.example were not delivered before the shutdown timeout',
    ]);
  });

  it('returns at once if no alert is waiting', async () => {
    await delivery.finish(3000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
