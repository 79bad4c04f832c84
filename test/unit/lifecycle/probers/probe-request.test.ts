import { describe, expect, it } from 'vitest';
import { type ProbeRequest, probeRequestReader } from '../../../../src/lifecycle/probers/probe-request.js';
import type { ProberSettings } from '../../../../src/options/health-settings.js';

type Headers = Readonly<Record<string, string>>;

function read(
  headers: Headers,
  remoteAddress = '10.0.0.1',
  named?: readonly ProberSettings[],
): ProbeRequest | undefined {
  return probeRequestReader(named)({ method: 'GET', url: '/health/ready', headers, socket: { remoteAddress } });
}

describe('without named probers', () => {
  it('every caller may be a prober, identified by its address, agent, host and the names of its headers', () => {
    expect(read({})).toEqual({ address: '10.0.0.1', agent: '', form: ' ', key: '10.0.0.1   ' });
    expect(read({ host: 'orders:3000', 'user-agent': 'Envoy/HC', accept: '*/*' })).toEqual({
      address: '10.0.0.1',
      agent: 'Envoy/HC',
      form: 'host,user-agent,accept orders:3000',
      key: '10.0.0.1 Envoy/HC host,user-agent,accept orders:3000',
    });
  });

  it.each(['x-forwarded-for', 'forwarded', 'via'])(
    'a request through a proxy (%s) does not belong to a prober',
    (name) => {
      expect(read({ [name]: '192.0.2.7' })).toBeUndefined();
    },
  );

  it('the kubelet is not a prober, because its results do not change traffic', () => {
    expect(read({ 'user-agent': 'kube-probe/1.31' })).toBeUndefined();
    expect(read({ 'user-agent': 'a relay of kube-probe/1.31' })).toBeDefined();
  });

  it('a request without a socket is accepted', () => {
    expect(probeRequestReader(undefined)({ method: 'GET', url: '/', headers: {} })?.address).toBe('');
  });
});

describe('the requests of one connection', () => {
  const socket = { remoteAddress: '10.0.0.1' };
  const AGENT = { host: 'orders:3000', 'user-agent': 'Envoy/HC' };

  function readAll(...all: readonly Headers[]): (ProbeRequest | undefined)[] {
    const reader = probeRequestReader(undefined);
    return all.map((headers) => reader({ method: 'GET', url: '/health/ready', headers, socket }));
  }

  it('return the same object while their form is the same', () => {
    const [first, second] = readAll(AGENT, { ...AGENT });
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  it.each<[string, Headers]>([
    ['another agent', { ...AGENT, 'user-agent': 'HAProxy' }],
    ['another host', { ...AGENT, host: 'payments:3000' }],
    ['one more header', { ...AGENT, accept: '*/*' }],
    ['one header less', { host: AGENT.host }],
    ['another order', { 'user-agent': AGENT['user-agent'], host: AGENT.host }],
  ])('are read again with %s', (_change, changed) => {
    const [first, second, third] = readAll(AGENT, changed, AGENT);
    expect(second).toEqual(readAll(changed)[0]);
    expect(second).not.toEqual(first);
    expect(third).toEqual(first);
  });

  it('do not belong to a prober once a proxy forwards requests of clients on the connection', () => {
    const [first, second, third] = readAll(AGENT, { ...AGENT, via: '1.1 proxy' }, AGENT);
    expect(second).toBeUndefined();
    expect(third).toEqual(first);
  });

  it('are compared with named headers each time', () => {
    const reader = probeRequestReader([{ headers: { 'x-prober': 'secret' } }]);
    const ask = (secret: string) =>
      reader({ method: 'GET', url: '/health/ready', headers: { 'x-prober': secret }, socket });
    expect(ask('secret')).toBeDefined();
    expect(ask('guessed')).toBeUndefined();
  });
});

describe('named probers', () => {
  it.each([
    ['10.0.0.1', ['10.0.0.1'], true],
    ['10.0.0.2', ['10.0.0.1'], false],
    ['10.200.3.4', ['192.0.2.1', '10.0.0.0/8'], true],
    ['::ffff:10.200.3.4', ['10.0.0.0/8'], true],
    ['fd00::7', ['fd00::/8'], true],
    ['fe80::7', ['fd00::/8'], false],
  ])('are recognised by %s in %j: %j', (address, addresses, expected) => {
    expect(read({}, address, [{ addresses }]) !== undefined).toBe(expected);
  });

  it('are recognised by the beginning of the agent', () => {
    const named = [{ agents: ['ELB-HealthChecker/', 'Consul'] }];
    expect(read({ 'user-agent': 'ELB-HealthChecker/2.0' }, '', named)).toBeDefined();
    expect(read({ 'user-agent': 'an ELB-HealthChecker/2.0' }, '', named)).toBeUndefined();
  });

  it('are recognised by a secret header', () => {
    const named = [{ headers: { 'X-Prober': 'a long secret' } }];
    expect(read({ 'x-prober': 'a long secret' }, '', named)).toBeDefined();
    expect(read({ 'x-prober': 'a long secreT' }, '', named)).toBeUndefined();
    expect(read({}, '', named)).toBeUndefined();
  });

  it('must match every condition of one entry', () => {
    const named = [{ addresses: ['10.0.0.1'], agents: ['HAProxy'] }, { agents: ['Envoy'] }];
    expect(read({ 'user-agent': 'HAProxy' }, '10.0.0.1', named)).toBeDefined();
    expect(read({ 'user-agent': 'HAProxy' }, '10.0.0.2', named)).toBeUndefined();
    expect(read({ 'user-agent': 'Envoy/HC' }, '10.0.0.2', named)).toBeDefined();
  });

  it('count also behind a proxy, and so does the kubelet', () => {
    expect(read({ 'user-agent': 'kube-probe/1.31', via: 'x' }, '', [{ agents: ['kube-probe/'] }])).toBeDefined();
  });
});
