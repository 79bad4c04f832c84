import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { VARIANTS } from '../../support/process-application/variants.js';

/** Milliseconds. Signals within 500 ms count as one. */
const NEXT_SIGNAL = 700;
/** Milliseconds, far longer than any test. */
const LONG = 600_000;

describe.each(VARIANTS)('a second signal, with %s', (_, { nest, adapter }) => {
  const start = async (shutdown: { readonly delay: number }): Promise<ProcessApplication> => {
    return ProcessApplication.start(nest, { adapter, shutdown: { ...shutdown, timeout: LONG }, parts: ['consumer'] });
  };
  const signalTwice = async (
    application: ProcessApplication,
    [first, second]: readonly [NodeJS.Signals, NodeJS.Signals],
    awaited: string,
  ): Promise<void> => {
    application.signal(first);
    await application.until('announcement', () => application.announcements.find((line) => line.includes(awaited)));
    await sleep(NEXT_SIGNAL);
    expect(application.isRunning).toBe(true);
    application.signal(second);
  };

  it.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGTERM'],
  ] as const)('%s, then %s ends the wait for balancers at once', async (...signals) => {
    const application = await start({ delay: LONG });
    application.open('consumer');
    await signalTwice(application, signals, `balancers for ${LONG} ms`);

    const [first, second] = signals;
    expect(await application.exited()).toEqual({ code: null, signal: first });
    const words = 'arrived again: the wait for balancers and for work in flight ends now';
    expect(application.log('warn')[0]).toBe(`${second} ${words}`);
    expect(application.eventsOf('told to drain')).toHaveLength(1);
    expect(application.eventsOf('query after destruction')).toEqual([]);
  });

  it('ends the wait for work in flight at once, and the log lists the work', async () => {
    const application = await start({ delay: 0 });
    application.open('consumer');
    const busy = await application.busyConnection('/held');
    await signalTwice(application, ['SIGTERM', 'SIGTERM'], `work in flight for at most ${LONG} ms`);

    expect(await application.exited()).toEqual({ code: null, signal: 'SIGTERM' });
    await busy.waitForClose();
    const [ended, gaveUp] = application.log('warn');
    expect(ended).toMatch(/^SIGTERM arrived again/);
    expect(gaveUp).toMatch(/^Work in flight did not finish within \d+ ms: .*GET \/held/);
  });
});
