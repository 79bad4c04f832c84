import { HealthModule, type HealthModuleOptions, up } from 'nest-vitals';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { FakeIndicator } from '../support/fake-indicator.js';
import { passTime, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type Headers, type TestApplication, startApplication } from '../support/start-application.js';

const FAMILIES = ['/health/live', '/health/ready', '/health/startup', '/health', '/livez', '/readyz', '/healthz'];
const key = { 'x-health-key': 'a-correct-key' };
const wrong = { 'x-health-key': 'a-wrong-key' };
const from = (address: string, headers: Headers = {}): Headers => ({ ...headers, 'x-forwarded-for': address });

describe.each(ADAPTERS)('rate limits on %s', (adapter) => {
  const start = (options: HealthModuleOptions, trustedProxies = 0): Promise<TestApplication> =>
    startApplication(
      adapter,
      {
        imports: [
          HealthModule.forRoot({ aliases: true, ...options }),
          HealthDashboardModule.forRoot({ refresh: false }),
        ],
        providers: [FakeIndicator('stock', () => up(), { tags: ['billing'] })],
      },
      { trustedProxies },
    );
  const statuses = async (application: TestApplication, path: string, times: number, headers?: Headers) => {
    const seen: number[] = [];
    for (let time = 0; time < times; time += 1) seen.push((await application.get(path, headers)).status);
    return seen;
  };

  it('are off by default, except for wrong keys', async () => {
    const application = await start({ access: { apiKeys: 'a-correct-key' } });
    expect(new Set(await statuses(application, '/health/deep', 30, key))).toEqual(new Set([200]));
    expect(new Set(await statuses(application, '/health/deep', 30))).toEqual(new Set([401]));
    const { headers } = await application.get('/health/deep', key);
    expect(Object.keys(headers).filter((name) => name.includes('ratelimit'))).toEqual([]);
    expect(new Set(await statuses(application, '/health/deep', 20, wrong))).toEqual(new Set([401]));
    expect((await application.get('/health/deep', wrong)).status).toBe(429);
  });

  it('refuse deep above the limit until requests are allowed again, and never refuse a probe', async () => {
    stopClock();
    const application = await start({ rateLimit: { deep: '2/20s' } });
    const first = await application.get('/health/deep');
    expect(first.headers).toMatchObject({ 'ratelimit-policy': '"deep";q=2;w=20', ratelimit: '"deep";r=1;t=10' });
    expect((await application.head('/health?deep=true')).headers).toMatchObject({ ratelimit: '"deep";r=0;t=10' });
    const refused = await application.get('/health/deep');
    expect(refused.status).toBe(429);
    expect(refused.body).toEqual({ error: 'too many requests' });
    expect(refused.headers).toMatchObject({
      'cache-control': 'no-store',
      'ratelimit-policy': '"deep";q=2;w=20',
      ratelimit: '"deep";r=0;t=10',
      'retry-after': '10',
    });
    for (const path of [...FAMILIES, '/health/stock', '/health/dashboard']) {
      const { status, headers } = await application.get(path);
      expect([path, status, headers['ratelimit']]).toEqual([path, 200, undefined]);
    }
    // Ten times the requests that the limit of deep allows.
    expect(await statuses(application, '/health/ready', 20)).toEqual(Array.from({ length: 20 }, () => 200));
    await passTime(10_000);
    expect(await statuses(application, '/health/deep', 2)).toEqual([200, 429]);
  });

  it('count single checks, groups and unknown names together', async () => {
    const groups = { billing: { tags: ['billing'] } };
    const application = await start({ groups, rateLimit: { checks: '3/1h' } });
    const paths = ['/health/stock', '/health/billing', '/health/unknown', '/health/stock', '/health/unknown'];
    const seen: number[] = [];
    for (const path of paths) seen.push((await application.get(path)).status);
    expect(seen).toEqual([200, 200, 404, 429, 429]);
    expect(await statuses(application, '/health/deep', 5)).toEqual([200, 200, 200, 200, 200]);
    expect(await statuses(application, '/livez', 5)).toEqual([200, 200, 200, 200, 200]);
  });

  it('count the address that the adapter determines', async () => {
    const options = { rateLimit: { deep: '1/1h' } } as const;
    const trusting = await start(options, 1);
    expect(await statuses(trusting, '/health/deep', 2, from('203.0.113.7'))).toEqual([200, 429]);
    expect(await statuses(trusting, '/health/deep', 2, from('203.0.113.8'))).toEqual([200, 429]);
    expect(await statuses(trusting, '/health/deep', 2, from('2001:db8::1'))).toEqual([200, 429]);
    expect(await statuses(trusting, '/health/deep', 1, from('2001:db8::2'))).toEqual([429]);
    // The caller controls all addresses except the last one.
    expect(await statuses(trusting, '/health/deep', 1, from('203.0.113.9, 203.0.113.8'))).toEqual([429]);

    const plain = await start(options);
    expect(await statuses(plain, '/health/deep', 1, from('203.0.113.7'))).toEqual([200]);
    expect(await statuses(plain, '/health/deep', 1, from('203.0.113.8'))).toEqual([429]);
  });

  it('limit wrong keys for their own address only, with one line in the log', async () => {
    stopClock();
    const application = await start({ access: { apiKeys: 'a-correct-key' }, rateLimit: { failedKeys: '3/1m' } }, 1);
    const attacker = (headers: Headers): Headers => from('203.0.113.7', headers);
    expect(await statuses(application, '/health/deep', 3, attacker(wrong))).toEqual([401, 401, 401]);
    // A correct key would otherwise be recognisable by its response.
    for (const headers of [attacker(wrong), attacker(key)]) {
      for (const path of ['/health/deep', '/health/dashboard']) {
        const { status, headers: fields, text } = await application.get(path, headers);
        expect([path, status, fields['retry-after']]).toEqual([path, 429, '20']);
        expect(fields).not.toHaveProperty('www-authenticate');
        expect(text).toBe('{"error":"too many requests"}');
      }
    }
    const live = await application.get('/health/live', attacker(key));
    expect([live.status, live.body]).toEqual([200, { status: 'UP' }]);
    expect(await statuses(application, '/health/ready', 10, attacker(wrong))).toEqual(Array(10).fill(200));
    expect((await application.get('/health/deep', from('203.0.113.8', key))).status).toBe(200);
    expect((await application.get('/health/deep', attacker({}))).status).toBe(401);

    const lines = (): string[] => application.log.health('warn').filter((line) => line.includes('API keys'));
    expect(lines()).toEqual(['Too many wrong API keys from 203.0.113.7']);
    await passTime(20_000);
    expect(await statuses(application, '/health/deep', 1, attacker(key))).toEqual([200]);
    expect(await statuses(application, '/health/deep', 2, attacker(wrong))).toEqual([401, 429]);
    expect(lines()).toHaveLength(1);
    await passTime(40_000);
    expect(await statuses(application, '/health/deep', 3, attacker(wrong))).toEqual([401, 401, 429]);
    expect(lines()).toHaveLength(2);
    expect(lines()[1]).toContain('times since the last such line)');
    expect(application.log.text).not.toContain('a-wrong-key');
  });

  it('count wrong keys for unknown names as for hidden ones, on the main and the management port', async () => {
    const application = await startApplication(
      adapter,
      {
        imports: [
          HealthModule.forRoot({
            access: { apiKeys: 'a-correct-key' },
            endpoints: { checks: { view: 'status' } },
            groups: { billing: ['stock'], moved: { indicators: ['stock'], path: 'money' } },
            rateLimit: { checks: '9/1h', failedKeys: '2/1h' },
          }),
          HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1' }),
        ],
        providers: [FakeIndicator('stock', () => up()), FakeIndicator('database/primary', () => up())],
      },
      { trustedProxies: 1 },
    );
    const { port = 0 } = application.app.get(HealthManagement).address ?? {};
    const managed = (localAddress: string, path: string): Promise<[number | undefined, object]> =>
      new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port, localAddress, path, headers: wrong, agent: false }, (response) => {
          const { date: _date, ...fields } = response.headers;
          response.resume().once('end', () => resolve([response.statusCode, fields]));
        })
          .once('error', reject)
          .end();
      });
    const main = async (address: string, path: string): Promise<[number | undefined, object]> => {
      const { status, headers } = await application.get(path, from(address, wrong));
      const { date: _date, ...fields } = headers as Readonly<Record<string, string>>;
      return [status, fields];
    };
    const names = ['stock', 'billing', 'money', 'database', 'database/primary', 'unknown', 'moved', 'database/unknown'];
    for (const ask of [main, managed]) {
      const seen: unknown[] = [];
      for (const [index, name] of names.entries()) {
        const address = `127.0.1.${index + 1}`;
        const responses = [];
        for (const path of [`/health/${name}`, `/health/${name}`, '/health/deep'])
          responses.push(await ask(address, path));
        expect([name, ...responses.map(([status]) => status)]).toEqual([name, 404, 404, 429]);
        seen.push(responses);
      }
      expect(seen).toEqual(names.map(() => seen[0]));
    }
  });

  it.each([false, true])('count the real caller on the management port, with a thread: %s', async (thread) => {
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({
          access: { apiKeys: 'a-correct-key' },
          rateLimit: { deep: '3/1h', failedKeys: '1/1h' },
        }),
        HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1', thread }),
      ],
    });
    const { port = 0 } = application.app.get(HealthManagement).address ?? {};
    const ask = (localAddress: string, path: string, headers: Headers): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        request({ host: '127.0.0.1', port, localAddress, path, headers, agent: false }, (response) => {
          response.resume().once('end', () => resolve(response.statusCode));
        })
          .once('error', reject)
          .end();
      });
    // No proxy is trusted, so a header does not change the address.
    const forged = (headers: Headers): Headers => from('203.0.113.7', headers);
    expect(await ask('127.0.0.2', '/health/deep', wrong)).toBe(401);
    expect(await ask('127.0.0.2', '/health/deep', forged(key))).toBe(429);
    expect(await ask('127.0.0.3', '/health/deep', key)).toBe(200);
    expect(await ask('127.0.0.3', '/health/deep', key)).toBe(200);
    expect(await ask('127.0.0.3', '/health?deep', key)).toBe(200);
    expect(await ask('127.0.0.3', '/health/deep', forged(key))).toBe(429);
    expect(await ask('127.0.0.4', '/health/deep', key)).toBe(200);
    for (const address of ['127.0.0.2', '127.0.0.3']) {
      for (const path of ['/health/live', '/health/ready', '/health/startup']) {
        for (const headers of [{}, key, wrong]) expect(await ask(address, path, headers)).toBe(200);
      }
    }
  });
});
