import { describe, expect, it } from 'vitest';
import { type Prober, ProberWatch } from '../../../src/lifecycle/prober-watch.js';
import { advance, useFakeClock } from '../../support/fake-clock.js';

useFakeClock();

const REFUSED = true;
const ACCEPTED = false;

const agents = ({ current }: ProberWatch): string[] => current.map(({ agent }) => agent);

function only({ current }: ProberWatch): Prober {
  const [prober, ...others] = current;
  if (!prober || others.length > 0) throw new Error(`${current.length} probers instead of one`);
  return prober;
}

/** Asks so often, with the same time before each question. */
async function ask(watch: ProberWatch, agent: string, times: number, interval: number, answer = ACCEPTED) {
  for (let asked = 0; asked < times; asked += 1) {
    await advance(interval);
    watch.saw('10.0.0.1', agent, answer);
  }
}

describe('who counts as a prober', () => {
  it('is nobody before anybody has asked', () => {
    expect(new ProberWatch().current).toEqual([]);
  });

  it('is nobody who has asked only once', () => {
    const watch = new ProberWatch();
    watch.saw('10.0.0.1', 'HAProxy', REFUSED);

    expect(watch.current).toEqual([]);
  });

  it('is who has asked twice', async () => {
    const watch = new ProberWatch();
    await ask(watch, 'HAProxy', 2, 200);

    expect(only(watch)).toMatchObject({ address: '10.0.0.1', agent: 'HAProxy', interval: 200 });
  });

  it.each([
    [49, []],
    [50, ['HAProxy']],
    [30_000, ['HAProxy']],
    [30_001, []],
  ])('is, by an interval of %i ms, %j: neither a test nor somebody having a look', async (interval, expected) => {
    const watch = new ProberWatch();
    await ask(watch, 'HAProxy', 3, interval);

    expect(agents(watch)).toEqual(expected);
  });

  it('is told apart by address and by user agent', async () => {
    const watch = new ProberWatch();
    watch.saw('10.0.0.1', 'HAProxy', REFUSED);
    watch.saw('10.0.0.2', 'HAProxy', REFUSED);
    watch.saw('10.0.0.1', 'Envoy/HC', REFUSED);
    await advance(100);
    expect(watch.current).toEqual([]);

    watch.saw('10.0.0.2', 'HAProxy', REFUSED);
    expect(only(watch)).toMatchObject({ address: '10.0.0.2', agent: 'HAProxy', refusalsSeen: 2 });
  });

  it('is not the kubelet, who has no say in where traffic goes', async () => {
    const watch = new ProberWatch();
    await ask(watch, 'kube-probe/1.31', 5, 100);
    await ask(watch, 'a relay of kube-probe/1.31', 2, 100);

    expect(agents(watch)).toEqual(['a relay of kube-probe/1.31']);
  });
});

describe('how often a prober asks', () => {
  it('is learned from the newest gaps, of which no single one decides', async () => {
    const watch = new ProberWatch();
    await ask(watch, 'HAProxy', 2, 100);
    await ask(watch, 'HAProxy', 1, 200);
    expect(only(watch).interval).toBeCloseTo(130);

    await ask(watch, 'HAProxy', 30, 200);
    expect(only(watch).interval).toBeCloseTo(200, 0);
  });

  it('decides when it is gone: after three of its intervals', async () => {
    const watch = new ProberWatch();
    await ask(watch, 'HAProxy', 2, 2000);

    await advance(6000);
    expect(agents(watch)).toEqual(['HAProxy']);
    await advance(1);
    expect(watch.current).toEqual([]);
  });

  it('leaves a quick one at least a second', async () => {
    const watch = new ProberWatch();
    await ask(watch, 'HAProxy', 2, 50);

    await advance(1000);
    expect(agents(watch)).toEqual(['HAProxy']);
    await advance(1);
    expect(watch.current).toEqual([]);
  });

  it('lets one come back that was gone', async () => {
    const watch = new ProberWatch();
    await ask(watch, 'HAProxy', 2, 200);
    await advance(5000);
    expect(watch.current).toEqual([]);

    watch.saw('10.0.0.1', 'HAProxy', ACCEPTED);
    expect(agents(watch)).toEqual(['HAProxy']);
  });
});

describe('what a prober was told', () => {
  it('is counted as refusals in a row', async () => {
    const watch = new ProberWatch();
    await ask(watch, 'HAProxy', 2, 100);
    expect(only(watch).refusalsSeen).toBe(0);

    await ask(watch, 'HAProxy', 2, 100, REFUSED);
    expect(only(watch).refusalsSeen).toBe(2);

    await ask(watch, 'HAProxy', 1, 100, ACCEPTED);
    expect(only(watch).refusalsSeen).toBe(0);

    await ask(watch, 'HAProxy', 1, 100, REFUSED);
    expect(only(watch).refusalsSeen).toBe(1);
  });

  it('counts a refusal that is the first answer', async () => {
    const watch = new ProberWatch();
    await ask(watch, 'HAProxy', 2, 100, REFUSED);

    expect(only(watch).refusalsSeen).toBe(2);
  });
});

describe('memory', () => {
  const MOST = 64;

  async function crowd(): Promise<ProberWatch> {
    const watch = new ProberWatch();
    for (let round = 0; round < 2; round += 1) {
      for (let number = 0; number < MOST; number += 1) {
        await advance(1);
        watch.saw('10.0.0.1', `prober ${number}`, ACCEPTED);
      }
    }
    return watch;
  }

  it('holds 64 probers', async () => {
    expect((await crowd()).current).toHaveLength(MOST);
  });

  it('forgets the one that has been silent longest for a new one, not the one that came first', async () => {
    const watch = await crowd();
    await advance(64);
    watch.saw('10.0.0.1', 'prober 0', ACCEPTED);
    watch.saw('10.0.0.1', 'prober 1', ACCEPTED);
    await ask(watch, 'newcomer', 2, 50);

    expect(agents(watch)).toHaveLength(MOST);
    expect(agents(watch)).toContain('newcomer');
    expect(agents(watch)).toContain('prober 0');
    expect(agents(watch)).toContain('prober 1');
    expect(agents(watch)).not.toContain('prober 2');
    expect(agents(watch)).toContain('prober 3');
  });

  it('forgets nobody when one asks whom it knows', async () => {
    const watch = await crowd();
    await advance(64);
    for (let number = 0; number < MOST; number += 1) watch.saw('10.0.0.1', `prober ${number}`, ACCEPTED);

    expect(watch.current).toHaveLength(MOST);
    expect(watch.current.every(({ asked }) => asked === 3)).toBe(true);
  });
});
