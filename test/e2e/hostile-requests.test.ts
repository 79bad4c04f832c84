import { HealthModule, up } from 'nest-vitals';
import { describe, expect, it } from 'vitest';
import { FakeIndicator, type FakeIndicatorClass } from '../support/fake-indicator.js';
import { sendRaw } from '../support/raw-request.js';
import { ADAPTERS, type TestApplication, startApplication } from '../support/start-application.js';

const LONG = 'a'.repeat(8000);

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  '%5F%5Fproto%5F%5F',
  '..',
  '.',
  '%2e%2e',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  'a%2Fb',
  'stock%2F',
  '%2Fstock',
  'stock%00',
  '%',
  '%%',
  '%zz',
  '%E0%A4%A',
  '%ff',
  '%C3%BC',
  '%F0%9F%9A%80',
  'stock;a=b',
  'stock,ledger',
  '*',
  '{name}',
  ':name',
  '[]',
  '%20',
  '+',
  LONG,
  `stock${'%20'.repeat(500)}`,
  'stock/more',
  'ready/stock',
  '//',
  '///stock',
];

const QUERIES = [
  'deep=true&deep=false',
  'deep[]=true',
  'deep[__proto__]=true',
  '__proto__=true',
  '__proto__[deep]=true',
  'constructor[prototype][deep]=true',
  'deep=%',
  'deep=%E0%A4%A',
  'deep=%ff',
  '%=%',
  '&&&=&=',
  '?',
  '?deep=true',
  '=deep',
  `deep=${LONG}`,
  'a'.repeat(500).split('').join('&'),
  'deep=true%00',
  'deep;true',
];

describe.each(ADAPTERS)('hostile requests on %s', (adapter) => {
  const start = async (): Promise<{ application: TestApplication; stock: FakeIndicatorClass }> => {
    const stock = FakeIndicator('stock', () => up(), { ttl: 0 });
    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ aliases: true, groups: { billing: ['stock'] } })],
      providers: [stock],
    });
    return { application, stock };
  };

  it('never get a 500, or an indicator that was not requested, for any path', async () => {
    const { application, stock } = await start();
    for (const name of NAMES) {
      const { status, body } = await sendRaw(application, `/health/${name}`);
      expect([name, [400, 404, 414, 431].includes(status), status]).toEqual([name, true, status]);
      expect(body).not.toContain('"details"');
    }
    expect(stock.runs).toHaveLength(0);
  });

  it('never get their path back in a response, so that a caller cannot inject content', async () => {
    const { application } = await start();
    const { body, headers } = await sendRaw(application, '/health/%3Cscript%3Ealert(1)%3C%2Fscript%3E');
    expect(body).toBe('{"error":"not found"}');
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
  });

  it.each(['/health', '/health/live', '/health/ready', '/health/deep', '/health/stock', '/readyz'])(
    'with any query never make %s another status code than 200',
    async (path) => {
      const { application } = await start();
      for (const query of QUERIES) {
        const { status } = await sendRaw(application, `${path}?${query}`);
        expect([query.slice(0, 40), status]).toEqual([query.slice(0, 40), 200]);
      }
    },
  );

  it('with any query never pollute a prototype', async () => {
    const { application } = await start();
    for (const query of QUERIES) await sendRaw(application, `/health?${query}`);
    expect(Object.hasOwn(Object.prototype, 'deep')).toBe(false);
    expect((await application.get('/health')).text).toBe('{"status":"UP"}');
  });

  it.each([
    ['a key twice', { 'x-health-key': ['one', 'two'] }],
    ['an empty key', { 'x-health-key': '' }],
    ['authorization without a scheme', { authorization: 'key' }],
    ['authorization with nothing', { authorization: 'Bearer ' }],
    ['a very long key', { 'x-health-key': LONG }],
    ['another host', { host: 'somewhere.invalid' }],
    ['a forwarded prefix', { 'x-forwarded-prefix': '/../..', 'x-original-url': '/admin' }],
    ['a method in a header', { 'x-http-method-override': 'DELETE' }],
    ['Expect', { expect: '100-continue' }],
    ['Range', { range: 'bytes=0-3' }],
    ['an odd content type', { 'content-type': 'application/json; charset=nonsense' }],
  ])('with %s have no effect', async (_name, headers) => {
    const { application } = await start();
    const { status, body } = await sendRaw(application, '/health/live', { headers });
    expect([status, body]).toEqual([200, '{"status":"UP"}']);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'])('with %s never run a check', async (method) => {
    const { application, stock } = await start();
    for (const path of ['/health', '/health/ready', '/health/deep', '/health/stock', '/health?deep=true', '/readyz']) {
      const { status } = await sendRaw(application, path, { method });
      expect([path, status < 500, status]).toEqual([path, true, status]);
    }
    expect(stock.runs).toHaveLength(0);
  });
});
