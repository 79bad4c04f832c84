import { type CircuitBreakerPolicy, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { HealthModule, down, up } from 'nest-vitals';
import { CockatielIndicator } from 'nest-vitals/cockatiel';
import { afterEach, expect, it, vi } from 'vitest';
import { statusesIn } from '../../support/responses.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';
import { type SwitchedIndicator, switchedIndicator } from '../../support/switched-indicator.js';

const PAUSE = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
});

interface Scene {
  readonly breaker: CircuitBreakerPolicy;
  readonly payments: SwitchedIndicator;
  readonly application: TestApplication;
  /** Runs the check of the dependency, and returns the state of the breaker after it. */
  readonly stateAfterCheck: () => Promise<CircuitState>;
}

async function scene(): Promise<Scene> {
  const breaker = circuitBreaker(handleAll, { halfOpenAfter: PAUSE, breaker: new ConsecutiveBreaker(2) });
  const payments = switchedIndicator('payments');
  const application = await startApplication('express', {
    imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
    providers: [payments.provider, CockatielIndicator('calls', { breaker, dependency: 'payments', whenOpen: 'down' })],
  });
  const stateAfterCheck = async (): Promise<CircuitState> => {
    await application.get('/health/payments');
    return breaker.state;
  };
  return { breaker, payments, application, stateAfterCheck };
}

async function fail(breaker: CircuitBreakerPolicy): Promise<void> {
  const failing = breaker.execute(() => {
    throw new Error('gone');
  });
  await expect(failing).rejects.toThrow('gone');
}

const open = async (breaker: CircuitBreakerPolicy): Promise<void> => {
  await fail(breaker);
  await fail(breaker);
  expect(breaker.state).toBe(CircuitState.Open);
};

it('an open cockatiel breaker is closed when a check of its dependency passes, and calls pass again', async () => {
  const { breaker, payments, application, stateAfterCheck } = await scene();
  payments.result = down('gone');
  await open(breaker);
  expect(await stateAfterCheck()).toBe(CircuitState.Open);
  payments.result = up();
  expect(await stateAfterCheck()).toBe(CircuitState.Closed);
  expect(await breaker.execute(() => 'fine')).toBe('fine');
  expect(statusesIn(await application.get('/health/deep'))).toEqual({ payments: 'UP', calls: 'UP' });
});

it('a cockatiel breaker that was closed early opens at the next failure, and is not closed early again', async () => {
  const { breaker, stateAfterCheck } = await scene();
  await open(breaker);
  expect(await stateAfterCheck()).toBe(CircuitState.Closed);
  await fail(breaker);
  expect(breaker.state).toBe(CircuitState.Open);
  expect(await stateAfterCheck()).toBe(CircuitState.Open);
});

it('a cockatiel breaker that the application isolates is never closed', async () => {
  const { breaker, stateAfterCheck } = await scene();
  await open(breaker);
  const held = breaker.isolate();
  expect(await stateAfterCheck()).toBe(CircuitState.Isolated);
  held.dispose();
  expect(breaker.state).toBe(CircuitState.Closed);
});

it('a cockatiel breaker does not stay isolated when a listener of the application throws', async () => {
  const { breaker, application, stateAfterCheck } = await scene();
  await open(breaker);
  breaker.onBreak(() => {
    throw new Error('a listener of the application');
  });
  expect(await stateAfterCheck()).toBe(CircuitState.Closed);
  expect(await breaker.execute(() => 'fine')).toBe('fine');
  expect(statusesIn(await application.get('/health/deep'))).toEqual({ payments: 'UP', calls: 'UP' });
});

it('a cockatiel breaker whose pause has passed is never closed', async () => {
  const { breaker, stateAfterCheck } = await scene();
  await open(breaker);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + PAUSE });
  expect(await stateAfterCheck()).toBe(CircuitState.Open);
  await fail(breaker);
  expect(breaker.state).toBe(CircuitState.Open);
});
