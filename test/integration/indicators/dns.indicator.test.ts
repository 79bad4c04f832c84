import { Resolver, lookup } from 'node:dns/promises';
import { getEventListeners } from 'node:events';
import { HealthModule } from 'nest-vitals';
import { DnsIndicator, type DnsIndicatorOptions } from 'nest-vitals/indicators';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startApplication } from '../../support/start-application.js';
import { latch } from '../../support/latch.js';
import { calm, faultsOf, run } from '../../unit/indicators/indicator.js';
import { startDnsServer } from './support/dns-server.js';
import { expectNoLeak } from './support/resources.js';

vi.mock('node:dns/promises', { spy: true });

const dns = (options: Partial<DnsIndicatorOptions> = {}) =>
  new (DnsIndicator('name', { host: 'payments.test', ...options }))();

describe('DnsIndicator, with the name resolution of connections', () => {
  afterEach(() => {
    vi.resetAllMocks();
  });

  it('is UP for a name that has an address', async () => {
    const { status, data } = await run(dns({ host: 'localhost' }));
    expect(status).toBe('UP');
    expect(['127.0.0.1', '::1']).toContain(data?.['first']);
    expect(data?.['records']).toBeGreaterThan(0);
  });

  it('throws the error of Node for a name without an address', async () => {
    // The real resolver would send a query outside of this machine.
    vi.mocked(lookup).mockRejectedValue(Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' }));
    await expect(run(dns())).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(lookup).toHaveBeenCalledWith('payments.test', { all: true });
  });

  it('resolves once at a time while the operating system hangs, and is UP after its recovery', async () => {
    const hanging = latch<never>();
    vi.mocked(lookup).mockReturnValue(hanging.promise);
    const indicator = dns();
    for (let runs = 0; runs < 5; runs += 1) {
      const controller = new AbortController();
      const running = run(indicator, controller.signal);
      controller.abort(new Error('time is over'));
      await expect(running).rejects.toThrow('time is over');
    }
    expect(lookup).toHaveBeenCalledTimes(1);
    const back = run(indicator);
    hanging.open([{ address: '10.0.0.1', family: 4 }] as never);
    expect(await back).toEqual({ status: 'UP', data: { records: 1, first: '10.0.0.1' } });
  });
});

describe('DnsIndicator, with queries to name servers', () => {
  it('is UP for a name that has records', async () => {
    const server = await startDnsServer(['10.0.0.1', '10.0.0.2']);
    expect(await run(dns({ servers: [server.address] }))).toEqual({
      status: 'UP',
      data: { records: 2, first: expect.stringMatching(/^10\.0\.0\.[12]$/) },
    });
  });

  it('is DOWN with fewer records than minimum', async () => {
    const server = await startDnsServer(['10.0.0.1', '10.0.0.2']);
    const options = { servers: [server.address], recordType: 'A' } as const;
    expect((await run(dns({ ...options, minimum: 2 }))).status).toBe('UP');
    expect(await run(dns({ ...options, minimum: 3 }))).toMatchObject({
      status: 'DOWN',
      message: '2 records, fewer than 3',
      data: { records: 2 },
    });
  });

  it.each([
    ['ESERVFAIL', 'the name server has failed'],
    ['EREFUSED', 'the name server refuses the query'],
  ] as const)('has a message for %s', async (code, message) => {
    const server = await startDnsServer(code);
    await expect(run(dns({ servers: [server.address] }))).rejects.toMatchObject({ message, code });
  });

  it('is DOWN when a record is missing', async () => {
    const server = await startDnsServer([]);
    await expect(run(dns({ servers: [server.address] }))).rejects.toMatchObject({
      message: 'the host has no such record',
      code: 'ENODATA',
    });
  });

  it('throws the error of Node for an unknown name', async () => {
    const server = await startDnsServer('ENOTFOUND');
    await expect(run(dns({ servers: [server.address] }))).rejects.toMatchObject({ code: 'ENOTFOUND' });
  });

  it('requests the record type of the options', async () => {
    const server = await startDnsServer(['10.0.0.1']);
    // The response contains an address for every query.
    expect(await run(dns({ servers: [server.address], recordType: 'MX' }))).toMatchObject({
      status: 'DOWN',
      message: '0 records, fewer than 1',
    });
  });

  it('fails when its timeout has passed', async () => {
    const server = await startDnsServer('silence');
    const controller = new AbortController();
    const reason = new Error('time is over');
    const running = run(dns({ servers: [server.address] }), controller.signal);
    await vi.waitFor(() => expect(server.queries).toBeGreaterThan(0));
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await expect(run(dns({ servers: [server.address] }), controller.signal)).rejects.toBe(reason);
  });

  it('leaves no socket and no listener in a thousand runs', async () => {
    const server = await startDnsServer(['10.0.0.1']);
    const signal = calm();
    await expectNoLeak(() => run(dns({ servers: [server.address] })));
    await run(dns({ servers: [server.address] }), signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(server.queries).toBeGreaterThanOrEqual(1001);
  }, 60_000);

  it('is DOWN without its server, and UP with it, end to end', async () => {
    const server = await startDnsServer(['10.0.0.1']);
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot()],
      providers: [DnsIndicator('name', { host: 'payments.test', servers: [server.address], timeout: 200, ttl: 0 })],
    });
    expect((await application.get('/health/ready')).status).toBe(200);
    server.reply = 'silence';
    expect((await application.get('/health/deep')).body.details.name).toMatchObject({
      status: 'DOWN',
      error: 'timed out after 200 ms',
    });
    server.reply = 'ENOTFOUND';
    expect((await application.get('/health/deep')).body.details.name).toMatchObject({
      status: 'DOWN',
      error: 'host not found',
    });
    server.reply = ['10.0.0.1'];
    expect((await application.get('/health/ready')).status).toBe(200);
  });
});

describe('the options of DnsIndicator', () => {
  const faults = (options: object): string[] => faultsOf(DnsIndicator('name', options as DnsIndicatorOptions));

  it.each([[['10.0.0.10']], [['10.0.0.10:53']], [['fd00::10']], [['[fd00::10]:53']], [['10.0.0.10', '::1']]])(
    'accept the servers %j',
    (servers) => {
      expect(faults({ host: 'a', servers })).toEqual([]);
      // Node accepts these servers too.
      expect(() => new Resolver().setServers(servers)).not.toThrow();
    },
  );

  it.each([[[]], [['dns.test']], [['10.0.0']], [['10.0.0.10:']], [['[10.0.0.10']], [['']], ['10.0.0.10']])(
    'refuse the servers %j',
    (servers) => {
      expect(faults({ host: 'a', servers })).toEqual([
        `DnsIndicator("name"), servers: its value is ${typeof servers === 'string' ? `"${servers}"` : 'an array'}; ` +
          'use a list of at least one element, each an address, with or without a port',
      ]);
    },
  );

  it('are refused out of range', () => {
    expect(faults({ recordType: 'SOA', minimum: 0 })).toEqual([
      'DnsIndicator("name"), recordType: its value is "SOA"; use "A" or "AAAA" or "CNAME" or "MX" or "NS" or "PTR" or "SRV" or "TXT"',
      'DnsIndicator("name"), minimum: its value is 0; use a whole number from 1 to 1000',
      'DnsIndicator("name"), host: it is missing; use a text that is not blank',
    ]);
  });
});
