import { describe, expect, it } from 'vitest';
import { ResponseTally } from '../../../src/metrics/response-tally.js';

describe('ResponseTally', () => {
  const address = '127.0.0.1';

  it('counts responses by probe, status code and prober, and restarts at 0 after each take()', () => {
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

  it('counts every response and keeps at most 64 User-Agent texts, however many callers send', () => {
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

  it('removes the responses and the texts of a removed probe only', () => {
    const tally = new ResponseTally();
    for (const probe of ['tenant', 'live']) tally.add({ probe, statusCode: 200, agent: 'curl/8.5.0', address });
    tally.take();
    expect(tally.forget('tenant')).toEqual([{ probe: 'tenant', statusCode: 200, prober: 'curl', count: 0 }]);
    expect(tally.remembered).toBe(1);
    expect(tally.forget('tenant')).toEqual([]);
    tally.add({ probe: 'live', statusCode: 200, agent: 'curl/8.5.0', address });
    expect(tally.take()).toEqual([{ probe: 'live', statusCode: 200, prober: 'curl', count: 1 }]);
  });

  it('does not keep a User-Agent text that is longer than 128 characters', () => {
    const tally = new ResponseTally();
    tally.add({ probe: 'live', statusCode: 200, agent: `curl/${'8'.repeat(200)}`, address });
    expect(tally.remembered).toBe(0);
    tally.add({ probe: 'live', statusCode: 200, agent: 'curl/8.5.0', address });
    expect(tally.remembered).toBe(1);
  });
});
