import { describe, expect, it } from 'vitest';
import { probeRequest } from '../../../../src/lifecycle/probers/probe-request.js';
import { ProberWatch } from '../../../../src/lifecycle/probers/prober-watch.js';
import { shutdownElapsed } from '../../../../src/core/shutdown-clock.js';
import { advance, useFakeClock } from '../../../support/fake-clock.js';

useFakeClock();

const names = (watch: ProberWatch): string[] => watch.observe().probers.map(({ agent }) => agent);

interface Asked {
  readonly agent?: string;
  readonly address?: string;
  readonly form?: string;
  readonly wasRefused?: boolean;
}

function ask(
  watch: ProberWatch,
  { agent = 'HAProxy', address = '10.0.0.1', form = '', wasRefused = false }: Asked,
): void {
  watch.recordProbe(probeRequest(address, agent, form), wasRefused);
}

/** Records this number of requests at a fixed interval. */
async function askRegularly(watch: ProberWatch, times: number, interval: number, asked: Asked = {}): Promise<void> {
  for (let index = 0; index < times; index += 1) {
    await advance(interval);
    ask(watch, asked);
  }
}

/** An instance that has been ready for a long time, with many requests from every balancer. */
async function matureWatch(): Promise<ProberWatch> {
  const watch = new ProberWatch();
  ask(watch, { agent: 'first' });
  await advance(60_000);
  return watch;
}

describe('a caller counts as a prober', () => {
  it('never before its first request', () => {
    expect(new ProberWatch().observe()).toEqual({ probers: [], tooSlow: [] });
  });

  it('not after one request', async () => {
    const watch = new ProberWatch();
    ask(watch, {});
    expect(names(watch)).toEqual([]);
    await advance(1000);
    expect(names(watch)).toEqual([]);
  });

  it('after two requests while the instance is young', async () => {
    const watch = new ProberWatch();
    await askRegularly(watch, 2, 1000);
    expect(names(watch)).toEqual(['HAProxy']);
  });

  it('without a rhythm while the instance is young and the density of requests is not known', async () => {
    const watch = new ProberWatch();
    await askRegularly(watch, 8, 500);
    for (let index = 0; index < 8; index += 1) {
      await askRegularly(watch, 1, 2500);
      expect(names(watch)).toEqual(['HAProxy']);
    }
  });

  it('when it has changed to a longer interval', async () => {
    const watch = await matureWatch();
    await askRegularly(watch, 128, 500);
    await askRegularly(watch, 1, 2500);
    for (let changed = 0; changed < 70; changed += 1) {
      await advance(2400);
      const [prober] = watch.observe().probers;
      expect(prober?.hasStopped(shutdownElapsed())).toBe(false);
      await advance(100);
      ask(watch, {});
    }
  });

  it('later only after five requests in a regular rhythm', async () => {
    const watch = await matureWatch();
    await askRegularly(watch, 4, 1000);
    expect(names(watch)).toEqual([]);
    await askRegularly(watch, 1, 1000);
    expect(names(watch)).toEqual(['HAProxy']);
  });

  it('not without a rhythm', async () => {
    const watch = await matureWatch();
    for (const gap of [1000, 150, 2000, 400, 3000, 100, 700]) await askRegularly(watch, 1, gap);
    expect(names(watch)).toEqual([]);
  });

  it.each([1, 49])('not with a request every %i ms, which is a load test', async (interval) => {
    const watch = await matureWatch();
    await askRegularly(watch, 100, interval);
    expect(names(watch)).toEqual([]);
  });

  it('not when two requests come 10 s apart', async () => {
    const watch = new ProberWatch();
    ask(watch, {});
    await advance(10_000);
    ask(watch, {});
    await advance(500);
    expect(watch.observe()).toMatchObject({ probers: [], tooSlow: [] });
  });

  it('no longer after a silence of three intervals', async () => {
    const watch = await matureWatch();
    await askRegularly(watch, 64, 1000);
    await advance(3000);
    expect(names(watch)).toEqual(['HAProxy']);
    await advance(1);
    expect(names(watch)).toEqual([]);
  });

  it.each([
    [5000, ['HAProxy'], []],
    [5600, [], ['HAProxy']],
    [30_000, [], ['HAProxy']],
  ])('at an interval of %i ms: %j, too slow: %j', async (interval, probers, tooSlow) => {
    const watch = await matureWatch();
    await askRegularly(watch, 5, interval);

    expect(names(watch)).toEqual(probers);
    expect(watch.observe().tooSlow.map(({ agent }) => agent)).toEqual(tooSlow);
  });

  it('depending on the configured maximum wait', async () => {
    const watch = new ProberWatch(90_000);
    await askRegularly(watch, 5, 30_000);
    expect(names(watch)).toEqual(['HAProxy']);
  });

  it('by its address, its agent and the form of its requests', async () => {
    const watch = await matureWatch();
    for (let round = 0; round < 5; round += 1) {
      await advance(1000);
      ask(watch, {});
      ask(watch, { address: '10.0.0.2' });
      ask(watch, { agent: 'Envoy/HC' });
      ask(watch, { form: 'host,accept' });
    }
    expect(names(watch)).toHaveLength(4);
  });
});

describe('callers that are not known probers', () => {
  /** A prober that has been known for minutes. */
  async function knownProber(): Promise<ProberWatch> {
    const watch = await matureWatch();
    await askRegularly(watch, 128, 1000);
    return watch;
  }

  it('do not displace a known prober, in any number', async () => {
    const watch = await knownProber();
    for (let stranger = 0; stranger < 10_000; stranger += 1) {
      if (stranger % 10 === 0) await advance(1);
      ask(watch, { agent: `stranger ${stranger}`, address: '192.0.2.7' });
    }
    expect(names(watch)).toEqual(['HAProxy']);
  });

  it('do not make a known prober look like a load test with requests of the same form', async () => {
    const watch = await knownProber();
    for (let question = 0; question < 2000; question += 1) {
      await advance(8);
      ask(watch, {});
    }
    const { probers } = watch.observe();
    expect(probers.map(({ agent }) => agent)).toEqual(['HAProxy']);

    // Refusals to other callers do not shorten the time in which the prober receives three refusals.
    await askRegularly(watch, 100, 8, { wasRefused: true });
    expect(probers[0]?.hasEnoughRefusals(performance.now())).toBe(false);
    await askRegularly(watch, 300, 8, { wasRefused: true });
    expect(probers[0]?.hasEnoughRefusals(performance.now())).toBe(true);
  });

  it('cause the maximum wait when they hide a prober from the beginning', async () => {
    const watch = new ProberWatch();
    for (let question = 0; question < 4000; question += 1) {
      await advance(8);
      ask(watch, {});
    }
    const { probers } = watch.observe();
    expect(probers).toHaveLength(1);
    expect(probers[0]?.shortestInterval).toBe(5000);
  });

  it('behind a proxy with a known prober cause no wait', async () => {
    const watch = await knownProber();
    for (let question = 0; question < 4000; question += 1) {
      await advance(8);
      ask(watch, { form: 'connection' });
      if (question % 125 === 0) ask(watch, {});
    }
    expect(watch.observe().probers).toHaveLength(1);
  });

  it('cause the maximum wait when they are too many to be remembered and no prober is known', async () => {
    const watch = await matureWatch();
    for (let stranger = 0; stranger < 3000; stranger += 1) {
      await advance(1);
      ask(watch, { agent: `stranger ${stranger}` });
    }
    expect(names(watch)).toEqual(['more callers than can be distinguished']);
    await advance(15_001);
    expect(names(watch)).toEqual([]);
  });

  it('with long names are not remembered', async () => {
    const watch = new ProberWatch();
    await askRegularly(watch, 5, 1000, { agent: 'x'.repeat(257) });
    await askRegularly(watch, 5, 1000, { form: 'x'.repeat(513) });
    expect(names(watch)).toEqual([]);
  });
});
