import { healthMatchers } from 'nest-vitals/testing';
import { describe, expect, expectTypeOf, it, onTestFinished, vi } from 'vitest';

/** The return type of `expect()` in Jest, by the typings of @types/jest: they name the interface that is extended. */
interface JestMatchers<T> extends jest.Matchers<void, T> {
  readonly not: jest.Matchers<void, T>;
  readonly resolves: jest.Matchers<Promise<void>, T>;
}

type JestExpect = <T>(received: T) => JestMatchers<T>;

/** Loads the entry point again, with this global object of Jest. */
async function loadWith(global: unknown): Promise<void> {
  vi.resetModules();
  vi.stubGlobal('expect', global);
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  await import('nest-vitals/testing/jest');
}

describe('nest-vitals/testing/jest', () => {
  it('extends the global expect', async () => {
    const extend = vi.fn<(matchers: object) => void>();
    await loadWith({ extend });
    expect(extend.mock.calls.map(([matchers]) => Object.keys(matchers))).toEqual([Object.keys(healthMatchers)]);
  });

  it('explains the remedy when there is no global expect', async () => {
    await expect(loadWith(undefined)).rejects.toThrow('call expect.extend(healthMatchers) instead');
  });

  it('types the matchers for responses and for promises', () => {
    const typed = expect as unknown as JestExpect;
    const later = new Response('{"status":"UP"}');
    const calls = {
      ready: () => typed({ status: 'UP' }).toBeReady(),
      not: () => typed({ status: 'UP' }).not.toReport('payments', 'DOWN', /refused/),
      fetched: () => typed(later).toHaveHealthStatus('UP'),
      promised: () => typed(Promise.resolve({})).toBeLive(),
      resolved: () => typed({ status: 'UP' }).resolves.toBeReady(),
      // @ts-expect-error: no status
      wrong: () => typed({}).toReport('payments', 'down'),
    };
    expectTypeOf(calls.ready).returns.toEqualTypeOf<void>();
    expectTypeOf(calls.not).returns.toEqualTypeOf<void>();
    expectTypeOf(calls.fetched).returns.toEqualTypeOf<Promise<void>>();
    expectTypeOf(calls.promised).returns.toEqualTypeOf<Promise<void>>();
    expectTypeOf(calls.resolved).returns.toEqualTypeOf<Promise<void>>();
  });
});
