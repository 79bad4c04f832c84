import { describe, expect, it } from 'vitest';
import { ResponseTally } from '../../../src/metrics/response-tally.js';

describe('AnswerTally', () => {
  const address = '127.0.0.1';

  it('counts by probe, status code and kind of caller, and begins anew when it is asked', () => {
    const tally = new ResponseTally();
    for (const agent of ['kube-probe/1.30', 'kube-probe/1.31', 'kube-probe/1.31', 'curl/8.5.0']) {
      tally.add({ probe: 'ready', statusCode: 200, agent, address });
    }
    tally.add({ probe: 'ready', statusCode: 503, agent: 'curl/8.5.0', address });
    tally.add({ probe: 'live', statusCode: 200, agent: 'curl/8.5.0', address });
    expect(tally.take()).toEqual([
      { probe: 'ready', statusCode: 200, prober: 'kube-probe', count: 3 },
      { probe: 'ready', statusCode: 200, prober: 'curl', count: 1 },
      { probe: 'ready', statusCode: 503, prober: 'curl', count: 1 },
      { probe: 'live', statusCode: 200, prober: 'curl', count: 1 },
    ]);
    expect(tally.take()).toEqual([]);
    tally.add({ probe: 'live', statusCode: 200, agent: 'curl/8.5.0', address });
    expect(tally.take()).toEqual([{ probe: 'live', statusCode: 200, prober: 'curl', count: 1 }]);
  });

  it('counts right, and keeps little, whatever callers call themselves', () => {
    const tally = new ResponseTally();
    for (let caller = 0; caller < 1000; caller += 1) {
      tally.add({ probe: 'live', statusCode: 200, agent: `caller ${caller}`, address });
      tally.add({ probe: 'live', statusCode: 200, agent: `curl/${'8'.repeat(caller)}`, address });
    }
    expect(tally.take()).toEqual([
      { probe: 'live', statusCode: 200, prober: 'other', count: 1000 },
      { probe: 'live', statusCode: 200, prober: 'curl', count: 1000 },
    ]);
    expect(tally.remembered).toBeLessThanOrEqual(64);
  });

  it('keeps no text that is longer than that of any prober', () => {
    const tally = new ResponseTally();
    tally.add({ probe: 'live', statusCode: 200, agent: `curl/${'8'.repeat(200)}`, address });
    expect(tally.remembered).toBe(0);
    tally.add({ probe: 'live', statusCode: 200, agent: 'curl/8.5.0', address });
    expect(tally.remembered).toBe(1);
  });
});
