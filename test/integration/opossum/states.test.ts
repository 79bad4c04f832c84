import { HealthModule } from 'nest-vitals';
import { OpossumIndicator, type OpossumIndicatorOptions } from 'nest-vitals/opossum';
import CircuitBreaker from 'opossum';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { moduleNamed } from '../../support/module-named.js';
import { refusalOf, startApplication } from '../../support/start-application.js';

const SOON = { timeout: 10_000, interval: 10 };
const BREAKER = Symbol('breaker');

function breakerOf(options: CircuitBreaker.Options = {}): CircuitBreaker {
  const call = (outcome: unknown): Promise<unknown> =>
    outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome);
  const breaker = new CircuitBreaker(call, { resetTimeout: 60_000, ...options });
  onTestFinished(() => breaker.shutdown());
  return breaker;
}

/** The detail of the breaker in the full report, and the status code of `ready`. */
async function look(breaker: CircuitBreaker, options: Partial<OpossumIndicatorOptions> = {}) {
  const application = await startApplication('express', {
    imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
    providers: [OpossumIndicator('payments', { breaker, ...options })],
  });
  return async () => {
    const { payments } = reportIn(await application.get('/health/deep')).details;
    return { ...payments, ready: (await application.get('/health/ready')).status };
  };
}

describe('an OpossumIndicator', () => {
  it('is UP while the breaker is closed, and counts its failures', async () => {
    const breaker = breakerOf({ volumeThreshold: 10 });
    const detail = await look(breaker);
    expect(await detail()).toMatchObject({ status: 'UP', ready: 200, data: { state: 'closed', failures: 0 } });
    await expect(breaker.fire(new Error('gone'))).rejects.toThrow('gone');
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
      await expect(breaker.fire(new Error('gone'))).rejects.toThrow('gone');
      const after = Date.now();
      const { data, ...rest } = await detail();
      expect(rest).toMatchObject({ status, ready });
      expect(rest.error ?? rest.message).toBe('the circuit breaker is open');
      expect(data).toMatchObject({ state: 'open', failures: 1 });
      const since = Date.parse(String(data?.['since']));
      expect(since).toBeGreaterThanOrEqual(before);
      expect(since).toBeLessThanOrEqual(after);
      expect(Date.parse(String(data?.['next_try_at']))).toBe(since + 60_000);
    },
  );

  it('is DEGRADED while the breaker is half-open, for both values of whenOpen, and UP when a call has passed', async () => {
    const breaker = breakerOf({ resetTimeout: 1 });
    const detail = await look(breaker, { whenOpen: 'down' });
    const halfOpen = vi.fn<() => void>();
    breaker.once('halfOpen', halfOpen);
    breaker.open();
    await vi.waitFor(() => expect(halfOpen).toHaveBeenCalledOnce(), SOON);
    expect(await detail()).toMatchObject({
      status: 'DEGRADED',
      message: 'the circuit breaker is half-open: the next call closes or opens it',
      ready: 200,
      data: { state: 'half_open' },
    });
    await breaker.fire('fine');
    expect(await detail()).toMatchObject({ status: 'UP', data: { state: 'closed' } });
  });

  it('is UP while the breaker is disabled, because every call passes', async () => {
    const breaker = breakerOf();
    const detail = await look(breaker, { whenOpen: 'down' });
    breaker.open();
    breaker.disable();
    expect(await detail()).toMatchObject({ status: 'UP', data: { state: 'disabled' } });
  });

  it('is DOWN when the breaker was shut down, because no call passes any more', async () => {
    const breaker = breakerOf();
    const detail = await look(breaker);
    breaker.shutdown();
    expect(await detail()).toMatchObject({ status: 'DOWN', ready: 503, data: { state: 'shut_down' } });
  });

  it('omits the times of a breaker that was open before the start', async () => {
    const breaker = breakerOf();
    breaker.open();
    const detail = await look(breaker);
    expect((await detail()).data).toEqual({ state: 'open', failures: 0 });
  });

  it('finds the breaker by its token, and leaves no listener on it', async () => {
    const breaker = breakerOf();
    const listeners = (): number => breaker.eventNames().reduce((sum, event) => sum + breaker.listenerCount(event), 0);
    const before = listeners();
    const application = await startApplication('express', {
      imports: [
        HealthModule.forRoot({ defaults: { ttl: 0 } }),
        moduleNamed('PaymentsModule', { providers: [{ provide: BREAKER, useValue: breaker }] }),
      ],
      providers: [OpossumIndicator('payments', { breaker: BREAKER })],
    });
    const started = listeners();
    for (let probes = 0; probes < 20; probes += 1) expect((await application.get('/health/ready')).status).toBe(200);
    expect(listeners()).toBe(started);
    await application.app.close();
    expect(listeners()).toBe(before);
  });
});

describe('an OpossumIndicator with a wrong option', () => {
  it.each([
    ['no breaker is named', {} as OpossumIndicatorOptions, ', breaker: it is missing'],
    ['none is provided', { breaker: BREAKER }, 'no module provides its client under the token Symbol(breaker)'],
    ['it is something else', { breaker: new Map() as never }, 'instead of a CircuitBreaker of opossum'],
    ['whenOpen is misspelt', { breaker: idleBreaker(), whenOpen: 'DOWN' as never }, ', whenOpen: its value is "DOWN"'],
    [
      'no indicator has the name of the dependency',
      { breaker: idleBreaker(), dependency: 'other' },
      'there is no indicator named "other"',
    ],
    ['it depends on itself', { breaker: idleBreaker(), dependency: 'payments' }, 'no indicator named "payments"'],
  ])('stops the boot when %s', async (_when, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [HealthModule.forRoot()],
      providers: [OpossumIndicator('payments', options)],
    });
    expect(String(error)).toContain('OpossumIndicator("payments")');
    expect(String(error)).toContain(problem);
  });
});

/** Created outside of a test, so no test removes it. Its timers do not keep the process alive. */
function idleBreaker(): CircuitBreaker {
  return new CircuitBreaker(() => Promise.resolve(), { enableSnapshots: false });
}
