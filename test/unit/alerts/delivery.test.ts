import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.js';
import { Delivery, RefusedError } from '../../../src/alerts/delivery.js';
import { START, advance, useFakeClock } from '../../support/fake-clock.js';
import { never } from '../../support/latch.js';

useFakeClock();

let tries: { readonly name: string; readonly at: number; readonly signal: AbortSignal }[] = [];
let lines: string[] = [];
let outcome: (name: string) => Promise<void> = async () => undefined;
let delivery: Delivery;

const deliveryOf = (queueSize = 100, retries = 8): Delivery =>
  new Delivery({
    receiver: 'https://hooks.example',
    queueSize,
    retries,
    send: (alert, signal) => {
      tries.push({ name: alert.subject.name, at: Date.now() - Date.parse(START), signal });
      return outcome(alert.subject.name);
    },
    logger: { warn: (line) => lines.push(`WARN ${line}`), error: (line) => lines.push(`ERROR ${line}`) },
  });
const alert = (name: string): Alert => {
  const at = { elapsed: 0, wall: 0 };
  return { event: 'down', subject: { kind: 'indicator', name }, status: 'DOWN', critical: true, at, since: at };
};
const names = (): string[] => tries.map(({ name }) => name);
const failing = (error: Error) => async (): Promise<void> => {
  throw error;
};
const broken = Object.assign(new Error('connect ECONNREFUSED user:hunter2@hooks'), { code: 'ECONNREFUSED' });

beforeEach(() => {
  [tries, lines] = [[], []];
  outcome = async () => undefined;
  delivery = deliveryOf();
  vi.spyOn(Math, 'random').mockReturnValue(1);
});

describe('a delivery', () => {
  it('sends nothing while whoever pushes is still at work', async () => {
    delivery.push(alert('stock'));
    expect(names()).toEqual([]);
    await advance(0);
    expect(names()).toEqual(['stock']);
  });

  it('sends one after the other, in their order', async () => {
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

  it('repeats a failed try after pauses that double up to a minute, and says so once it gives up', async () => {
    outcome = failing(broken);
    delivery.push(alert('stock'));
    await advance(1_000_000);
    expect(tries.map(({ at }) => at / 1000)).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(lines).toEqual([
      'ERROR The alert that stock is DOWN did not reach https://hooks.example, tried 9 times: connection refused (ECONNREFUSED)',
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes between half of a pause and all of it', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0);
    outcome = failing(broken);
    delivery.push(alert('stock'));
    await advance(1500);
    expect(tries.map(({ at }) => at)).toEqual([0, 500, 1500]);
  });

  it('goes on after a try that has succeeded, and after one that is given up', async () => {
    outcome = async (name) => {
      if (name === 'one' && tries.length < 3) throw new RefusedError('it answered 500', false);
      if (name === 'two') throw new RefusedError('it answered 404', true);
    };
    for (const name of ['one', 'two', 'three']) delivery.push(alert(name));
    await advance(3000);
    expect(names()).toEqual(['one', 'one', 'one', 'two', 'three']);
    expect(lines).toEqual([
      'ERROR The alert that two is DOWN did not reach https://hooks.example, tried once: it answered 404',
    ]);
  });

  it('drops the oldest when too many wait, and counts them', async () => {
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
    const line = 'WARN More than 2 alerts wait for https://hooks.example: the oldest is dropped';
    expect(lines).toEqual([`${line} (1 so far)`, `${line} (2 so far)`]);
  });

  it('reminds only of what is not waiting already', async () => {
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

describe('at the end', () => {
  it('what waits is sent, each once more and without a pause', async () => {
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

  it('what takes longer than there is time is aborted, and the rest is counted', async () => {
    outcome = () =>
      new Promise((_resolve, reject) => {
        tries.at(-1)?.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
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
      'ERROR The alert that one is DOWN did not reach https://hooks.example, tried once: aborted',
      'ERROR 2 alerts for https://hooks.example were not sent before the shutdown',
    ]);
  });

  it('nothing is waited for when nothing waits', async () => {
    await delivery.finish(3000);
    expect(vi.getTimerCount()).toBe(0);
  });
});
