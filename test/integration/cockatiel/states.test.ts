import {
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  CountBreaker,
  type IBreaker,
  SamplingBreaker,
  circuitBreaker,
  handleAll,
} from 'cockatiel';
import { HealthModule } from 'nest-vitals';
import { CockatielIndicator, type CockatielIndicatorOptions } from 'nest-vitals/cockatiel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { latch } from '../../support/latch.js';
import { moduleNamed } from '../../support/module-named.js';
import { refusalOf, startApplication } from '../../support/start-application.js';

const BREAKER = Symbol('breaker');
const PAUSE = 60_000;

const breakerOf = (breaker: IBreaker = new ConsecutiveBreaker(1)): CircuitBreakerPolicy =>
  circuitBreaker(handleAll, { halfOpenAfter: PAUSE, breaker });

async function fail(breaker: CircuitBreakerPolicy): Promise<void> {
  const failing = breaker.execute(() => {
    throw new Error('gone');
  });
  await expect(failing).rejects.toThrow('gone');
}

/** The detail of the breaker in the full report, and the status code of `ready`. */
async function look(breaker: CircuitBreakerPolicy, options: Partial<CockatielIndicatorOptions> = {}) {
  const application = await startApplication('express', {
    imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
    providers: [CockatielIndicator('payments', { breaker, ...options })],
  });
  return async () => {
    const { payments } = reportIn(await application.get('/health/deep')).details;
    return { ...payments, ready: (await application.get('/health/ready')).status };
  };
}

afterEach(() => {
  vi.useRealTimers();
});

describe('a CockatielIndicator', () => {
  it.each([
    ['consecutive', new ConsecutiveBreaker(10)],
    ['counting', new CountBreaker({ threshold: 0.5, size: 10 })],
    ['sampling', new SamplingBreaker({ threshold: 0.5, duration: 3_600_000, minimumRps: 10 })],
  ])('is UP while a %s breaker is closed, and reports its failures', async (_kind, breaker) => {
    const policy = breakerOf(breaker);
    const detail = await look(policy);
    expect(await detail()).toMatchObject({ status: 'UP', ready: 200, data: { state: 'closed', failures: 0 } });
    await fail(policy);
    expect((await detail()).data).toEqual({ state: 'closed', failures: 1 });
  });

  it.each([
    [undefined, 'DEGRADED', 200],
    ['degraded', 'DEGRADED', 200],
    ['down', 'DOWN', 503],
  ] as const)(
    'with whenOpen %s makes an open breaker %s, and reports the time of the next attempt',
    async (whenOpen, status, ready) => {
      const breaker = breakerOf();
      const detail = await look(breaker, whenOpen && { whenOpen });
      const before = Date.now();
      await fail(breaker);
      const after = Date.now();
      const { data, ...rest } = await detail();
      expect(rest).toMatchObject({ status, ready });
      expect(rest.error ?? rest.message).toBe('the circuit breaker is open');
      expect(data).toMatchObject({ state: 'open', failures: 1 });
      for (const [time, offset] of [
        [data?.['since'], 0],
        [data?.['next_try_at'], PAUSE],
      ] as const) {
        expect(Date.parse(String(time)) - offset).toBeGreaterThanOrEqual(before);
        expect(Date.parse(String(time)) - offset).toBeLessThanOrEqual(after);
      }
    },
  );

  it('is DEGRADED when the pause of an open breaker has passed, so that the instance receives calls again', async () => {
    const breaker = breakerOf();
    const detail = await look(breaker, { whenOpen: 'down' });
    await fail(breaker);
    expect(await detail()).toMatchObject({ status: 'DOWN', ready: 503 });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + PAUSE });
    expect(await detail()).toMatchObject({
      status: 'DEGRADED',
      message: 'the circuit breaker is half-open: the next call closes or opens it',
      ready: 200,
      data: { state: 'half_open' },
    });
    const test = latch();
    const call = breaker.execute(() => test.promise);
    expect(await detail()).toMatchObject({ status: 'DEGRADED', data: { state: 'half_open' } });
    test.open();
    await call;
    expect(await detail()).toMatchObject({ status: 'UP', data: { state: 'closed', failures: 0 } });
  });

  it.each([
    ['degraded', 'DEGRADED'],
    ['down', 'DOWN'],
  ] as const)('with whenOpen %s makes a breaker that is held open %s', async (whenOpen, status) => {
    const breaker = breakerOf();
    const detail = await look(breaker, { whenOpen });
    const held = breaker.isolate();
    expect(await detail()).toMatchObject({ status, data: { state: 'isolated' } });
    held.dispose();
    expect(await detail()).toMatchObject({ status: 'UP', data: { state: 'closed' } });
  });

  it('finds the breaker by its token, and leaves no listener on it', async () => {
    const breaker = breakerOf();
    let listeners = 0;
    const { onStateChange } = breaker;
    const counted: CircuitBreakerPolicy['onStateChange'] = (listener) => {
      listeners += 1;
      const subscription = onStateChange(listener);
      return {
        dispose: () => {
          listeners -= 1;
          subscription.dispose();
        },
      };
    };
    Object.defineProperty(breaker, 'onStateChange', { value: counted });
    const application = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ defaults: { ttl: 0 } }),
        moduleNamed('PaymentsModule', { providers: [{ provide: BREAKER, useValue: breaker }] }),
      ],
      providers: [CockatielIndicator('payments', { breaker: BREAKER })],
    });
    for (let probes = 0; probes < 20; probes += 1) expect((await application.get('/health/ready')).status).toBe(200);
    expect(listeners).toBe(1);
    await application.app.close();
    expect(listeners).toBe(0);
  });

  it('works with only the public members of the breaker', async () => {
    const breaker = breakerOf();
    const bare = {
      state: 1,
      isolate: () => breaker.isolate(),
      onStateChange: breaker.onStateChange,
      toJSON: () => ({}),
    };
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot()],
      providers: [CockatielIndicator('payments', { breaker: bare })],
    });
    const { payments } = reportIn(await application.get('/health/deep')).details;
    expect(payments).toMatchObject({ status: 'DEGRADED' });
    expect(payments?.data).toEqual({ state: 'open' });
  });
});

describe('a CockatielIndicator with a wrong option', () => {
  it.each([
    ['no breaker is named', {} as CockatielIndicatorOptions, ', breaker: it is missing'],
    ['none is provided', { breaker: BREAKER }, 'no module provides its client under the token Symbol(breaker)'],
    ['it is something else', { breaker: new Map() as never }, 'instead of a circuit breaker policy of cockatiel'],
    [
      'no indicator has the name of the dependency',
      { breaker: breakerOf(), dependency: 'other' },
      'there is no indicator named "other"',
    ],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [HealthModule.forRoot()],
      providers: [CockatielIndicator('payments', options)],
    });
    expect(String(error)).toContain('CockatielIndicator("payments")');
    expect(String(error)).toContain(problem);
  });
});
