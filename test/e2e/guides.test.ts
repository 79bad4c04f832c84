import { readFileSync } from 'node:fs';
import { type Server, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { HealthModule, down } from 'nest-vitals';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeIndicator } from '../support/fake-indicator.js';
import { sendRaw } from '../support/raw-request.js';
import { ADAPTERS, startApplication } from '../support/start-application.js';

/** Recipes of the guides that need more than an option. */
describe.each(ADAPTERS)('the recipes of the guides on %s', (adapter) => {
  const stock = FakeIndicator('stock', () => down('gone'));

  it.each([
    ['at the root', undefined, '/health'],
    ['below a prefix', 'api', '/api/health'],
  ])('an existing path can be an alias of ready, %s', async (_place, prefix, path) => {
    const application = await startApplication(
      adapter,
      {
        imports: [HealthModule.forRoot({ endpoints: { overview: false }, aliases: { [path]: 'ready' } })],
        providers: [stock],
      },
      { prepare: (app) => prefix !== undefined && app.setGlobalPrefix(prefix) },
    );
    const statuses = [path, `${path}/ready`, `${path}/live`].map(async (url) => (await application.get(url)).status);
    expect(await Promise.all(statuses)).toEqual([503, 503, 200]);
  });

  it('a second port shows the full report, and the public port only a status', async () => {
    let internalPort = 0;
    const application = await startApplication(adapter, {
      imports: [
        HealthModule.forRoot({
          endpoints: { ready: { view: 'status' }, startup: { view: 'status' }, checks: { view: 'status' } },
          access: { authorize: ({ socket }) => (socket as Socket | undefined)?.localPort === internalPort },
        }),
      ],
      providers: [stock],
    });
    const server: Server = application.server;
    const internal = createServer((request, response) => server.emit('request', request, response)).listen(0);
    onTestFinished(() => void internal.close());
    internalPort = (internal.address() as AddressInfo).port;

    expect((await application.get('/health/ready')).text).toBe('{"status":"DOWN"}');
    expect((await application.get('/health/deep')).status).toBe(401);
    expect((await application.get('/health/stock')).status).toBe(404);
    for (const path of ['/health/ready', '/health/deep', '/health/stock']) {
      const response = await fetch(`http://localhost:${internalPort}${path}`);
      expect(response.status).toBe(503);
      expect(await response.text()).toContain('"error":"gone"');
    }
  });

  it('the rule for proxies matches every spelling of a path that reaches an endpoint', async () => {
    const guide = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
    const rules = [...guide.matchAll(/(?:~\*|-m reg -i) (\^\/\(health\S+)/g)].map(([, rule = '']) => rule);
    expect(rules).toHaveLength(2);
    expect(new Set(rules).size).toBe(1);
    const rule = new RegExp(rules[0] ?? '', 'i');

    const application = await startApplication(adapter, {
      imports: [HealthModule.forRoot({ aliases: true })],
      providers: [stock],
    });
    const responded: string[] = [];
    for (const path of SPELLINGS) {
      const { status } = await sendRaw(application, path);
      if (status !== 404) responded.push(path);
    }
    expect(responded).toEqual(expect.arrayContaining(['/health', '/health/deep', '/readyz']));
    expect(responded.filter((path) => !rule.test(decodeURIComponent(path.split('?')[0] ?? '')))).toEqual([]);
  });
});

const SPELLINGS = ['/health', '/health/deep', '/health/stock', '/livez', '/readyz', '/healthz'].flatMap((path) => [
  path,
  `${path}/`,
  `/${path}`,
  `/x/..${path}`,
  `${path};x`,
  `${path}?x`,
  path.toUpperCase(),
  path.replace('h', '%68').replace('z', '%7A'),
  path.replaceAll('/', '//'),
  path.replace(/\/(\w+)$/, '%2F$1'),
  path.replace('h', '%2568'),
]);
