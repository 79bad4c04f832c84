import { describe, expect, it, vi } from 'vitest';
import type { Configuration } from '../../support/process-application/application/configuration.js';
import { BalancerProber } from '../../support/process-application/prober.js';
import { ProcessApplication } from '../../support/process-application/process-application.js';
import { ONE_VARIANT } from '../../support/process-application/variants.js';

vi.setConfig({ testTimeout: 60_000 });

/** Milliseconds after which PM2 kills a process (`kill_timeout`), and the additional time of a busy machine. */
const KILL_TIMEOUT = 1600 + 1400;
const INTERVAL = 500;

/** The variables that PM2 7 sets, read from a process that it started. PM2 itself is not installed for this test. */
const variablesOf = (mode: 'fork_mode' | 'cluster_mode'): Readonly<Record<string, string>> => ({
  PM2_HOME: '/home/app/.pm2',
  PM2_USAGE: 'CLI',
  pm_id: '0',
  pm_exec_path: '/srv/app/main.js',
  NODE_APP_INSTANCE: '0',
  exec_mode: mode,
});

describe.each(ONE_VARIANT)('PM2, with %s', (_, { nest, adapter }) => {
  const start = async (
    mode: 'fork_mode' | 'cluster_mode',
    configuration: Partial<Configuration> = {},
  ): Promise<[ProcessApplication, BalancerProber]> => {
    const application = await ProcessApplication.start(nest, { adapter, ...configuration }, variablesOf(mode));
    const prober = new BalancerProber(application, INTERVAL, 'HAProxy');
    await prober.hasAsked(4);
    return [application, prober];
  };

  it('in fork mode, the process waits for a prober', async () => {
    const [application, prober] = await start('fork_mode');
    application.signal('SIGINT');
    expect(await application.exited()).toEqual({ code: null, signal: 'SIGINT' });
    expect(prober.refusals).toBeGreaterThanOrEqual(3);
    expect(application.log('log')[0]).toMatch(/^Waited \d+ ms for balancers: HAProxy at /);
  });

  it('in cluster mode, a worker ends before the kill timeout, and the other one serves', async () => {
    const [application, prober] = await start('cluster_mode', { cluster: true });
    await application.event('worker listening', 2);
    await application.command('stop worker');
    const { at: stopped } = await application.event('obeyed');
    const { at: exited, signal } = await application.event('worker exited');
    expect(exited - stopped).toBeLessThan(KILL_TIMEOUT);
    expect(signal).toBe('SIGINT');
    expect(application.log('log').filter((line) => line.startsWith('Waited'))).toEqual([]);

    // A response of the stopped worker may still be in transit.
    const known = prober.responses.length + 1;
    await prober.hasAsked(known + 3);
    expect(new Set(prober.responses.slice(known))).toEqual(new Set([200]));
    expect(await application.ask('/order')).toMatchObject({ status: 200, body: 'rows' });
    expect(application.eventsOf('worker exited')).toHaveLength(1);
  });
});
