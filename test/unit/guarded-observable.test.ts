import { Subject, firstValueFrom, map, share, toArray, throwError, mergeMap } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { GuardedObservable } from '../../src/guarded-observable.js';

/** A guarded observable of a subject, and the errors of its subscribers. */
function guarded(): { source: Subject<number>; values$: GuardedObservable<number>; faults: unknown[] } {
  const source = new Subject<number>();
  const faults: unknown[] = [];
  return {
    source,
    faults,
    values$: new GuardedObservable<number>(
      (subscriber) => source.subscribe(subscriber),
      (fault) => faults.push(fault),
    ),
  };
}

const fault = new Error('subscriber');
const fail = (): never => {
  throw fault;
};

describe('GuardedObservable', () => {
  it('passes values, the error and the completion to a subscriber', () => {
    const { source, values$, faults } = guarded();
    const seen: unknown[] = [];
    values$.subscribe({ next: (value) => seen.push(value), complete: () => seen.push('complete') });
    values$.subscribe({ error: (error) => seen.push(error) });
    source.next(1);
    source.complete();
    const failing = guarded();
    failing.values$.subscribe({ error: (error) => seen.push(error) });
    failing.source.error(fault);
    expect(seen).toStrictEqual([1, 'complete', fault]);
    expect(faults).toStrictEqual([]);
  });

  it('accepts one function, several functions, and no argument', () => {
    const { source, values$ } = guarded();
    const seen: unknown[] = [];
    values$.subscribe((value) => seen.push(value));
    values$.subscribe(
      (value) => seen.push(value),
      undefined,
      () => seen.push('complete'),
    );
    values$.subscribe();
    values$.subscribe(null);
    source.next(1);
    source.complete();
    expect(seen).toStrictEqual([1, 1, 'complete']);
  });

  it('passes the error to the second of several functions', () => {
    const { source, values$, faults } = guarded();
    const onError = vi.fn<(error: unknown) => void>();
    values$.subscribe(() => undefined, onError);
    source.error(fault);
    expect(onError).toHaveBeenCalledExactlyOnceWith(fault);
    expect(faults).toStrictEqual([]);
  });

  it('passes the error to the second function also when the first is missing', () => {
    const { source, values$, faults } = guarded();
    const onError = vi.fn<(error: unknown) => void>();
    values$.subscribe(null, onError);
    source.error(fault);
    expect(onError).toHaveBeenCalledExactlyOnceWith(fault);
    expect(faults).toStrictEqual([]);
  });

  it('calls an observer as its method', () => {
    const { source, values$ } = guarded();
    const observer = {
      seen: [] as unknown[],
      next(value: number) {
        this.seen.push(value);
      },
      complete() {
        this.seen.push('complete');
      },
    };
    values$.subscribe(observer);
    source.next(1);
    source.complete();
    expect(observer.seen).toStrictEqual([1, 'complete']);
  });

  it('reports an error of a subscriber, and continues with all subscribers', () => {
    const { source, values$, faults } = guarded();
    const other = vi.fn<(value: number) => void>();
    let calls = 0;
    values$.subscribe(() => {
      calls += 1;
      fail();
    });
    values$.subscribe(other);
    source.next(1);
    source.next(2);
    expect([calls, faults]).toStrictEqual([2, [fault, fault]]);
    expect(other).toHaveBeenCalledTimes(2);
  });

  it('reports an error of an error handler or a completion handler', () => {
    const { source, values$, faults } = guarded();
    values$.subscribe({ complete: fail });
    source.complete();
    const failing = guarded();
    failing.values$.subscribe({ error: fail });
    failing.source.error(new Error('original'));
    expect([faults, failing.faults]).toStrictEqual([[fault], [fault]]);
  });

  it('reports an error without a handler', () => {
    const { source, values$, faults } = guarded();
    values$.subscribe();
    source.error(fault);
    expect(faults).toStrictEqual([fault]);
  });

  it('guards subscribers behind operators', () => {
    const { source, values$, faults } = guarded();
    values$
      .pipe(
        map((value) => value * 2),
        map(fail),
      )
      .subscribe();
    values$.pipe(map((value) => value * 2)).subscribe(fail);
    values$.pipe(mergeMap(() => throwError(() => fault))).subscribe();
    values$.pipe(share()).subscribe(fail);
    source.next(1);
    expect(faults).toStrictEqual([fault, fault, fault, fault]);
  });

  it('works with operators and promises like any observable', async () => {
    const { source, values$ } = guarded();
    const all = firstValueFrom(
      values$.pipe(
        map((value) => value * 2),
        toArray(),
      ),
    );
    const first = firstValueFrom(values$);
    source.next(1);
    source.next(2);
    source.complete();
    expect(await all).toStrictEqual([2, 4]);
    expect(await first).toBe(1);
  });

  it('unsubscribes from the source', () => {
    const { source, values$ } = guarded();
    const subscription = values$.pipe(map((value) => value)).subscribe();
    expect(source.observed).toBe(true);
    subscription.unsubscribe();
    expect(source.observed).toBe(false);
  });
});
