import { HealthModule, degraded, down, up } from 'nest-vitals';
import { OpossumIndicator } from 'nest-vitals/opossum';
import CircuitBreaker from 'opossum';
import { describe, expect, it, onTestFinished } from 'vitest';
import { statusesIn } from '../../support/responses.js';
import { startApplication } from '../../support/start-application.js';
import { type SwitchedIndicator, switchedIndicator } from '../../support/switched-indicator.js';

interface Scene {
  readonly breaker: CircuitBreaker;
  readonly payments: SwitchedIndicator;
  /** Runs the check of the dependency, and returns whether the breaker is open after it. */
  readonly isOpenAfterCheck: () => Promise<boolean>;
  readonly probe: () => Promise<Record<string, string>>;
  readonly close: () => Promise<void>;
  readonly log: () => string;
}

/** The pause of the breaker itself ends long after the test. */
function remoteBreaker(): CircuitBreaker {
  const breaker = new CircuitBreaker(() => Promise.resolve(), { resetTimeout: 3_600_000 });
  onTestFinished(() => breaker.shutdown());
  return breaker;
}

async function scene(dependency: string | undefined = 'payments'): Promise<Scene> {
  const breaker = remoteBreaker();
  const payments = switchedIndicator('payments');
  const application = await startApplication('express', {
    imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
    providers: [payments.provider, OpossumIndicator('calls', { breaker, ...(dependency && { dependency }) })],
  });
  return {
    breaker,
    payments,
    isOpenAfterCheck: async () => {
      await application.get('/health/payments');
      return breaker.opened;
    },
    probe: async () => statusesIn(await application.get('/health/deep')),
    close: () => application.app.close(),
    log: () => application.log.text,
  };
}

describe('an open breaker with the option dependency', () => {
  it('is closed early when a check of the dependency passes, without a probe of the breaker', async () => {
    const { breaker, payments, isOpenAfterCheck, probe, log } = await scene();
    payments.result = down('gone');
    breaker.open();
    expect(await isOpenAfterCheck()).toBe(true);
    payments.result = up();
    expect(await isOpenAfterCheck()).toBe(false);
    expect(log()).toContain('calls: closing the circuit breaker, because payments is UP');
    expect(await probe()).toEqual({ payments: 'UP', calls: 'UP' });
    await expect(breaker.fire()).resolves.toBeUndefined();
  });

  it.each([
    ['DOWN', down('gone')],
    ['DEGRADED', degraded('slow')],
  ])('stays open while the dependency is %s', async (_status, result) => {
    const { breaker, payments, isOpenAfterCheck } = await scene();
    payments.result = result;
    breaker.open();
    expect(await isOpenAfterCheck()).toBe(true);
  });

  it('is not closed early again when it reopens, until the dependency has failed', async () => {
    const { breaker, payments, isOpenAfterCheck } = await scene();
    breaker.open();
    expect(await isOpenAfterCheck()).toBe(false);
    breaker.open();
    expect(await isOpenAfterCheck()).toBe(true);
    payments.result = down('gone');
    expect(await isOpenAfterCheck()).toBe(true);
    payments.result = up();
    expect(await isOpenAfterCheck()).toBe(false);
  });

  it('is closed by the status after its thresholds, and not by a single check', async () => {
    const breaker = remoteBreaker();
    const payments = switchedIndicator('payments');
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { ttl: 0 }, indicators: { payments: { successThreshold: 2 } } })],
      providers: [payments.provider, OpossumIndicator('calls', { breaker, dependency: 'payments' })],
    });
    payments.result = down('gone');
    await application.get('/health/payments');
    breaker.open();
    payments.result = up();
    await application.get('/health/payments');
    expect(breaker.opened).toBe(true);
    await application.get('/health/payments');
    expect(breaker.opened).toBe(false);
  });

  it('affects no other indicator when a listener of the application throws', async () => {
    const { breaker, isOpenAfterCheck, probe, log } = await scene();
    breaker.on('close', () => {
      throw new Error('a listener of the application');
    });
    breaker.open();
    expect(await isOpenAfterCheck()).toBe(false);
    expect(await probe()).toEqual({ payments: 'UP', calls: 'UP' });
    expect(log()).toContain('a listener of the application');
  });

  it('is not closed after the application has stopped', async () => {
    const { breaker, close } = await scene();
    const listeners = breaker.listenerCount('open');
    await close();
    expect(breaker.listenerCount('open')).toBe(listeners - 1);
  });

  it('is never closed without a dependency', async () => {
    const { breaker, isOpenAfterCheck, probe } = await scene('');
    breaker.open();
    expect(await isOpenAfterCheck()).toBe(true);
    expect(await probe()).toEqual({ payments: 'UP', calls: 'DEGRADED' });
  });
});

describe('two breakers that name each other', () => {
  it('do not wait for each other and run no check', async () => {
    const one = remoteBreaker();
    const other = remoteBreaker();
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
      providers: [
        OpossumIndicator('one', { breaker: one, dependency: 'other' }),
        OpossumIndicator('other', { breaker: other, dependency: 'one' }),
      ],
    });
    one.open();
    other.open();
    expect(statusesIn(await application.get('/health/deep'))).toEqual({ one: 'DEGRADED', other: 'DEGRADED' });
    one.close();
    expect(statusesIn(await application.get('/health/deep'))).toMatchObject({ one: 'UP' });
    expect(other.closed).toBe(true);
  });
});
