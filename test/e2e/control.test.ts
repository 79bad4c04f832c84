import { once } from 'node:events';
import { connect } from 'node:net';
import { All, type CanActivate, Controller, type ExecutionContext, type ModuleMetadata } from '@nestjs/common';
import { HealthModule, type HealthModuleOptions, down, up } from 'nest-vitals';
import { HealthControlModule, type HealthControlOptions } from 'nest-vitals/control';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import { HealthPrometheusModule } from 'nest-vitals/prometheus';
import { describe, expect, it } from 'vitest';
import { RUNTIME_OPTION_NAMES } from '../../src/options/runtime-options.js';
import { ApiDocument } from '../support/api-document.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { type JsonRequest, type JsonResponse, sendJson } from '../support/json-request.js';
import { passTime, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type StartOptions, refusalOf, startApplication } from '../support/start-application.js';

const KEY = 'a-control-key-of-alice';
const READ_KEY = 'a-key-that-only-reads';
const key = { 'x-health-key': KEY };
const terms = { reason: 'vendor maintenance', expiresIn: '30m' };
interface Described {
  readonly parameters: readonly { readonly name: string }[];
  readonly requestBody: {
    readonly content: {
      readonly 'application/json': {
        readonly schema: { readonly properties: object; readonly required: readonly string[] };
      };
    };
  };
  readonly responses: object;
}

const PORTS = ['main', 'local', 'thread'] as const;

@Controller()
class CatchAll {
  @All('*path')
  all() {
    return 'the application';
  }
}

describe.each(ADAPTERS)('control on %s', (adapter) => {
  async function start(
    {
      port = 'main',
      control = { apiKeys: { alice: KEY, bob: 'a-control-key-of-bob' } },
      health = {},
      root = {},
    }: {
      readonly port?: (typeof PORTS)[number];
      readonly control?: HealthControlOptions;
      readonly health?: HealthModuleOptions;
      readonly root?: ModuleMetadata;
    } = {},
    options?: StartOptions,
  ) {
    const payments = FakeIndicator('payments', () => down('refused'), { ttl: 0 });
    const application = await startApplication(
      adapter,
      {
        ...root,
        imports: [
          HealthModule.forRoot(health),
          HealthControlModule.forRoot(control),
          ...(port === 'main'
            ? []
            : [HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1', thread: port === 'thread' })]),
          ...(root.imports ?? []),
        ],
        providers: [payments, FakeIndicator('stock', () => up(), { probes: ['live', 'ready'] })],
      },
      options,
    );
    const number = port === 'main' ? application.port : (application.app.get(HealthManagement).address?.port ?? 0);
    const send = (method: string, path: string, request: JsonRequest = {}): Promise<JsonResponse> =>
      sendJson(number, method, path, { ...request, headers: { ...key, ...request.headers } });
    return { application, payments, send, port: number };
  }

  describe.each(PORTS)('through the port: %s', (port) => {
    it('overrides an indicator, shows the override, and clears it', async () => {
      const { application, send, payments } = await start({ port });
      expect((await application.get('/health/ready')).status).toBe(503);
      const set = await send('PUT', '/health/control/indicators/payments', { body: { enabled: false, ...terms } });
      expect(set.status).toBe(200);
      expect(set.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      expect(set.body).toEqual({
        indicator: 'payments',
        options: { enabled: false },
        reason: 'vendor maintenance',
        by: 'alice',
        since: expect.any(String) as unknown,
        until: expect.any(String) as unknown,
      });
      const { since, until } = set.body;
      expect(Date.parse(String(until)) - Date.parse(String(since))).toBe(30 * 60_000);
      expect((await application.get('/health/ready')).status).toBe(200);
      expect((await send('GET', '/health/control')).body).toEqual({
        phase: 'accepting',
        overrides: [set.body],
        refusals: [],
      });
      const replaced = await send('PUT', '/health/control/indicators/payments', {
        headers: { 'x-health-key': 'a-control-key-of-bob' },
        body: { timeout: '2s', ...terms },
      });
      expect(replaced.body).toMatchObject({ options: { timeout: '2s' }, by: 'bob' });

      const before = payments.runs.length;
      const run = await send('POST', '/health/control/indicators/payments/run');
      expect(run.status).toBe(200);
      expect(run.body).toMatchObject({
        indicator: 'payments',
        detail: { status: 'DOWN', error: 'refused', override: { by: 'bob', timeout: '2s' } },
      });
      expect(payments.runs.length).toBe(before + 1);

      const ended = { status: 200, body: { ended: true } };
      expect(await send('DELETE', '/health/control/indicators/payments')).toMatchObject(ended);
      expect((await send('DELETE', '/health/control/indicators/payments')).body).toEqual({ ended: false });
      expect((await send('GET', '/health/control')).body).toMatchObject({ overrides: [] });
      expect(application.log.health('warn').filter((line) => line.startsWith('Override'))).toEqual([
        expect.stringMatching(/^Override of payments by alice until \S+Z: enabled false; reason: vendor maintenance$/),
        expect.stringMatching(/^Override of payments by bob until .*, in place of the override by alice$/),
      ]);
      expect(application.log.health('log').at(-1)).toBe('Override of payments by bob has ended: cleared by alice');
    });

    it('refuses traffic until the maintenance is withdrawn', async () => {
      const { application, send } = await start({ port, root: { providers: [] } });
      await send('PUT', '/health/control/indicators/payments', { body: { enabled: false, ...terms } });
      const begun = await send('PUT', '/health/control/maintenance', { body: terms });
      expect(begun).toMatchObject({ status: 200, body: { reason: 'vendor maintenance', by: 'alice' } });
      const ready = await application.get('/health/ready');
      expect([ready.status, ready.body]).toEqual([
        503,
        expect.objectContaining({ status: 'OUT_OF_SERVICE', reason: 'vendor maintenance' }),
      ]);
      expect((await application.get('/health/live')).status).toBe(200);
      const again = await send('PUT', '/health/control/maintenance', { body: { ...terms, reason: 'it takes longer' } });
      expect((await send('GET', '/health/control')).body).toMatchObject({
        phase: 'refusing',
        maintenance: again.body,
        refusals: [again.body],
      });
      expect((await send('DELETE', '/health/control/maintenance')).body).toEqual({ ended: true });
      expect((await send('DELETE', '/health/control/maintenance')).body).toEqual({ ended: false });
      expect((await application.get('/health/ready')).status).toBe(200);
    });

    it('lists every fault of a body, and changes nothing', async () => {
      const { application, send } = await start({ port });
      const path = '/health/control/indicators/payments';
      const faults = await send('PUT', path, {
        body: { timeout: 'soon', timeot: 5, when: 1, reason: ' ', expiresIn: '25h' },
      });
      expect(faults.status).toBe(400);
      expect(faults.body['error']).toBe('the body has 5 faults, nothing has changed');
      expect(faults.body['faults']).toEqual([
        expect.objectContaining({ place: 'timeout', problem: 'its value is "soon"' }),
        expect.objectContaining({ place: 'body', problem: 'there is no option "timeot"' }),
        expect.objectContaining({ place: 'when' }),
        expect.objectContaining({ place: 'reason', problem: 'its value is " "' }),
        expect.objectContaining({ place: 'expiresIn', problem: 'its value is "25h"' }),
      ]);
      for (const { remedy } of faults.body['faults'] as { remedy: string }[]) expect(remedy).not.toBe('');
      const placesOf = async (body: unknown, at = path): Promise<unknown> => {
        const { status, body: refused } = await send('PUT', at, { body });
        expect(status).toBe(400);
        return (refused['faults'] as { place: string }[]).map(({ place }) => place);
      };
      expect(await placesOf({})).toEqual(['body', 'reason', 'expiresIn']);
      expect(await placesOf({ ...terms, enabled: false, by: 'mallory' })).toEqual(['by']);
      expect(await placesOf({ ...terms, probes: ['live'] })).toEqual(['probes']);
      expect(await placesOf({ ...terms, timeout: 1 }, '/health/control/indicators/stock')).toEqual(['timeout']);
      expect(await placesOf('[]')).toEqual(['body']);
      expect(await placesOf({}, '/health/control/maintenance')).toEqual(['reason', 'expiresIn']);
      expect(await placesOf({ ...terms, until: 1, by: 'x' }, '/health/control/maintenance')).toEqual(['body', 'by']);
      expect((await send('GET', '/health/control')).body).toMatchObject({ overrides: [], refusals: [] });
      expect(application.log.health('warn').filter((line) => /Override|refused/.test(line))).toEqual([]);
    });

    it('refuses every request without a control key in a header', async () => {
      const { port: number } = await start({ port, health: { access: { apiKeys: READ_KEY } } });
      const basic = `Basic ${Buffer.from(`alice:${KEY}`).toString('base64')}`;
      for (const headers of [{}, { 'x-health-key': READ_KEY }, { authorization: basic }, { cookie: `key=${KEY}` }]) {
        for (const [method, path] of [
          ['GET', '/health/control'],
          ['HEAD', '/health/control'],
          ['PUT', '/health/control/indicators/payments'],
          ['POST', '/health/control/indicators/payments/run'],
          ['DELETE', '/health/control/maintenance'],
        ] as const) {
          const sent = { headers, ...(method === 'PUT' && { body: { enabled: false, ...terms } }) };
          const { status, headers: fields, text } = await sendJson(number, method, `${path}?key=${KEY}`, sent);
          if (status === 429) continue;
          expect([method, path, status]).toEqual([method, path, 401]);
          expect(fields['www-authenticate']).toBe('Bearer realm="health"');
          expect(text).toBe(method === 'HEAD' ? '' : '{"error":"unauthorized"}');
        }
      }
      // A control key does not permit reading.
      expect((await sendJson(number, 'GET', '/health/deep', { headers: key })).status).toBe(401);
    });

    it('refuses hostile requests, and serves the next request', async () => {
      const { send, port: number } = await start({ port });
      const path = '/health/control/indicators/payments';
      const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;
      const seen = async (method: string, at: string, request?: JsonRequest): Promise<number> =>
        (await send(method, at, request)).status;
      expect(await seen('PUT', path, { body: 'x'.repeat(10_000_000) })).toBe(413);
      expect(await seen('PUT', path, { body: { enabled: false, ...terms, reason: 'r'.repeat(17_000) } })).toBe(413);
      expect(await seen('PUT', path, { body: nested(7000) })).toBe(400);
      expect(await seen('PUT', path, { body: `{"enabled":${nested(7000)},"reason":"r","expiresIn":1000}` })).toBe(400);
      expect(await seen('PUT', path, { body: '{' })).toBe(400);
      const polluted = await send('PUT', path, {
        body: '{"__proto__":{"enabled":false},"constructor":{"prototype":{}},"reason":"r","expiresIn":1000}',
      });
      expect(polluted.status).toBe(400);
      // Fastify's body parser itself refuses such a body.
      const readsItself = adapter === 'express' || port !== 'main';
      expect(polluted.text).toContain(readsItself ? 'there is no option' : 'not valid JSON');
      expect(({} as Record<string, unknown>)['enabled']).toBeUndefined();
      expect(await seen('PUT', path, { body: '<a/>', headers: { 'content-type': 'text/xml' } })).toBe(415);
      for (const name of [
        '__proto__',
        'constructor',
        '%2e%2e',
        'a%2Fb',
        'nothing',
        'ready',
        '%F0%9F%9A%80',
        'x'.repeat(90),
      ]) {
        const at = `/health/control/indicators/${name}`;
        expect([name, await seen('PUT', at, { body: { enabled: false, ...terms } })]).toEqual([name, 404]);
        expect([name, await seen('DELETE', at)]).toEqual([name, 404]);
        expect([name, await seen('POST', `${at}/run`)]).toEqual([name, 404]);
      }
      expect((await send('DELETE', '/health/control/indicators/nothing')).body).toEqual({
        error: 'there is no indicator "nothing"',
        indicators: ['payments', 'stock'],
      });
      for (const [method, at, allow] of [
        ['PUT', '/health/control', 'GET, HEAD'],
        ['POST', '/health/control', 'GET, HEAD'],
        ['GET', path, 'PUT, DELETE'],
        ['POST', path, 'PUT, DELETE'],
        ['PATCH', path, 'PUT, DELETE'],
        ['GET', `${path}/run`, 'POST'],
        ['GET', '/health/control/maintenance', 'PUT, DELETE'],
      ] as const) {
        const { status, headers } = await send(method, at);
        expect([method, at, status, headers['allow']]).toEqual([method, at, 405, allow]);
      }
      for (const at of [
        '/health/control/..',
        '/health/control/%',
        '/health/control/nothing',
        '/health/control//',
        `${path}/run/x`,
      ])
        expect([at, [400, 404].includes(await seen('GET', at))]).toEqual([at, true]);
      expect((await sendJson(number, 'GET', '/health/control', { headers: key })).body).toMatchObject({
        overrides: [],
      });
    });
  });

  // On the application port, a body parser reads the body before any handler.
  it.each(['local', 'thread'] as const)(
    'refuses a wrong key before the body arrives through the port: %s',
    async (port) => {
      const { port: number } = await start({ port });
      const head = 'PUT /health/control/maintenance HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
      const socket = connect(number, '127.0.0.1');
      socket.write(`${head}X-Health-Key: a-key-that-is-wrong\r\nContent-Length: 50\r\n\r\n`);
      // Less than the time after which the body counts as incomplete.
      const signal = AbortSignal.timeout(4500);
      const [first] = (await once(socket, 'data', { signal })) as [Buffer];
      expect(first.toString()).toMatch(/^HTTP\/1\.1 401 /);
      socket.destroy();
    },
  );

  it('is only on the management port if there is one, unless mainPort is true', async () => {
    const { application, send } = await start({ port: 'local' });
    for (const [method, path] of [
      ['GET', '/health/control'],
      ['DELETE', '/health/control/maintenance'],
    ] as const) {
      expect((await sendJson(application.port, method, path, { headers: key })).status).toBe(404);
    }
    expect((await send('GET', '/health/control')).status).toBe(200);
    const both = await start({ port: 'local', control: { apiKeys: { alice: KEY }, mainPort: true } });
    expect((await sendJson(both.application.port, 'GET', '/health/control', { headers: key })).status).toBe(200);
  });

  it('is below the prefix of the application, and before its catch-all routes', async () => {
    const { send } = await start(
      // Fastify selects the most specific route.
      { root: { controllers: adapter === 'express' ? [CatchAll] : [] }, health: { path: 'internal/health' } },
      { prepare: (app) => app.setGlobalPrefix('api') },
    );
    expect((await send('GET', '/api/internal/health/control')).status).toBe(200);
    const path = '/api/internal/health/control/indicators/payments';
    expect((await send('PUT', path, { body: { enabled: false, ...terms } })).body).toMatchObject({ by: 'alice' });
    expect((await send('POST', `${path}/run`)).status).toBe(200);
    expect((await send('DELETE', path)).body).toEqual({ ended: true });
  });

  it('runs no operation before the guards of the application, for any spelling of its path', async () => {
    const guarded: string[] = [];
    class Guard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        guarded.push(context.switchToHttp().getRequest<{ readonly url: string }>().url);
        return true;
      }
    }
    const { application, send } = await start({}, { prepare: (app) => app.useGlobalGuards(new Guard()) });
    const spellings = ['control', 'Control', 'CONTROL'].flatMap((name) => [
      ['PUT', `/health/${name}/maintenance`],
      ['PUT', `/health/${name}/maintenance/`],
      ['PUT', `/Health/${name}/maintenance`],
      ['PUT', `/health/${name}/indicators/payments`],
      ['POST', `/health/${name}/Indicators/payments/run`],
      ['GET', `/health/${name}`],
      ['GET', `/health/${name}/`],
      ['HEAD', `/health/${name}`],
    ]) as [string, string][];
    for (const [method, path] of spellings) {
      guarded.length = 0;
      const { status } = await send(method, path, method === 'PUT' ? { body: { ...terms } } : {});
      expect([method, path, status < 400 && guarded.length === 0]).toEqual([method, path, false]);
    }
    expect((await send('HEAD', '/health/control')).status).toBe(200);
    expect((await send('PUT', '/health/control/maintenance', { body: terms })).status).toBe(200);
    expect(application.health.refusals).toHaveLength(1);
  });

  it('accepts the slash in the name of a part of a composite as %2F', async () => {
    const { application, send } = await start({ health: { composites: { database: {} } } });
    application.health.register('database/primary', () => up());
    const path = '/health/control/indicators/database%2Fprimary';
    expect((await send('PUT', path, { body: { enabled: false, ...terms } })).body).toMatchObject({
      indicator: 'database/primary',
    });
    expect((await send('POST', `${path}/run`)).status).toBe(200);
    expect((await send('DELETE', path.replace('%2F', '/'))).status).toBe(404);
    expect((await send('DELETE', path)).body).toEqual({ ended: true });
  });

  it('keeps a maintenance when the application calls acceptTraffic()', async () => {
    const { application, send } = await start();
    const { health } = application;
    await send('PUT', '/health/control/maintenance', { body: terms });
    health.refuseTraffic('the worker is full');
    health.refuseTraffic('the disk is replaced', { expiresIn: '1h', by: 'bob' });
    const reasons = (): string[] => health.refusals.map(({ reason }) => reason);
    health.acceptTraffic();
    health.acceptTraffic();
    expect(reasons()).toEqual(['vendor maintenance', 'the disk is replaced']);
    health.acceptTraffic('the disk is replaced');
    expect((await send('DELETE', '/health/control/maintenance')).body).toEqual({ ended: true });
    expect(reasons()).toEqual([]);
  });

  it('takes the author from authorize, and calls it only for a token', async () => {
    const asked: string[] = [];
    const { send, application } = await start({
      control: {
        authorize: async ({ headers }) => {
          const token = String(headers['authorization']);
          asked.push(token);
          if (token === 'Bearer fails') throw new Error('secret-of-the-verifier');
          return token === 'Bearer token-of-carol' ? 'carol' : token === 'Bearer true' ? (true as never) : undefined;
        },
      },
    });
    const statusOf = async (authorization: string): Promise<number> =>
      (
        await send('PUT', '/health/control/maintenance', {
          headers: { authorization, 'x-health-key': '' },
          body: terms,
        })
      ).status;
    expect(await statusOf('Basic YTpi')).toBe(401);
    const bearer = (authorization: string) =>
      sendJson(application.port, 'PUT', '/health/control/maintenance', { headers: { authorization }, body: terms });
    expect((await bearer('Bearer token-of-carol')).body).toMatchObject({ by: 'carol' });
    for (const token of ['Bearer other', 'Bearer true', 'Bearer fails']) expect((await bearer(token)).status).toBe(401);
    expect(asked).toEqual(expect.arrayContaining(['Bearer token-of-carol', 'Bearer other', 'Bearer true']));
    expect(application.log.health('error').filter((line) => line.includes('control denied'))).toHaveLength(1);
  });

  it('counts wrong keys together with those of the reports', async () => {
    const { port } = await start({ health: { access: { apiKeys: READ_KEY }, rateLimit: { failedKeys: '2/1h' } } });
    const statusOf = async (path: string, given: string): Promise<number> =>
      (await sendJson(port, 'GET', path, { headers: { 'x-health-key': given } })).status;
    expect(await statusOf('/health/deep', 'wrong')).toBe(401);
    expect(await statusOf('/health/control', 'wrong')).toBe(401);
    expect(await statusOf('/health/control', 'wrong')).toBe(429);
    expect(await statusOf('/health/control', KEY)).toBe(429);
    expect(await statusOf('/health/deep', READ_KEY)).toBe(429);
    expect(await statusOf('/health/live', KEY)).toBe(200);
  });

  it.each(PORTS)('limits the operations of an address through the port: %s', async (port) => {
    stopClock();
    const { send, port: number } = await start({ port, health: { rateLimit: { control: '2/20s' } } });
    const path = '/health/control/indicators/payments';
    for (let time = 0; time < 3; time += 1) {
      const { status, headers } = await sendJson(number, 'PUT', path, { body: terms });
      expect([status, headers['ratelimit']]).toEqual([401, undefined]);
    }
    const first = await send('PUT', path, { body: { enabled: false, ...terms } });
    expect(first.status).toBe(200);
    expect(first.headers).toMatchObject({ 'ratelimit-policy': '"control";q=2;w=20', ratelimit: '"control";r=1;t=10' });
    const wrong = await send('DELETE', path, { headers: { 'x-health-key': 'wrong' } });
    expect(wrong.status).toBe(401);
    expect(wrong.headers).toMatchObject({ ratelimit: '"control";r=0;t=10' });

    const refused = await send('DELETE', path);
    expect([refused.status, refused.body]).toEqual([429, { error: 'too many requests' }]);
    expect(refused.headers).toMatchObject({
      'ratelimit-policy': '"control";q=2;w=20',
      ratelimit: '"control";r=0;t=10',
      'retry-after': '10',
    });
    expect((await send('GET', '/health/stock')).status).toBe(200);
    await passTime(10_000);
    expect(await send('DELETE', path)).toMatchObject({ status: 200, body: { ended: true } });
    expect((await send('GET', '/health/control')).status).toBe(429);
  });

  it('reads the body without a body parser, also in several chunks', async () => {
    const { send, port } = await start({}, { prepare: () => undefined, withoutBodyParser: true });
    const path = '/health/control/indicators/payments';
    expect((await send('PUT', path, { body: { enabled: false, ...terms } })).status).toBe(200);
    const inPieces = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'PUT',
      headers: { ...key, 'content-type': 'application/json' },
      body: new Blob([JSON.stringify({ ttl: '5s', ...terms })]).stream(),
      duplex: 'half',
    });
    expect(await inPieces.json()).toMatchObject({ options: { ttl: '5s' } });
  });

  it('shows an override in the metrics and on the page', async () => {
    const { application, send } = await start({
      root: { imports: [HealthPrometheusModule.forRoot(), HealthDashboardModule.forRoot({ refresh: false })] },
    });
    const body = { enabled: false, reason: 'vendor <maintenance>', expiresIn: '30m' };
    const { until } = (await send('PUT', '/health/control/indicators/payments', { body })).body;
    const active = async (): Promise<string[]> =>
      (await application.get('/health/metrics')).text.split('\n').filter((line) => line.startsWith('health_override'));
    const valueOf = (name: string, value: number): string => `health_override_active{indicator="${name}"} ${value}`;
    expect(await active()).toEqual([valueOf('payments', 1), valueOf('stock', 0)]);
    const page = (await application.get('/health/deep', { accept: 'text/html' })).text;
    const end = String(until).slice(0, 19).replace('T', ' ');
    const text = page.replaceAll(/<\/?(?:time|a)[^>]*>/g, '');
    expect(text).toContain(`enabled false: vendor &lt;maintenance&gt; (by alice until ${end} UTC, `);
    expect(text).toMatch(/override: vendor &lt;maintenance&gt; \(by alice, (?:29|30) min left\)/);
    expect(text).toContain('1 check has an override: payments.');
    await send('DELETE', '/health/control/indicators/payments');
    expect(await active()).toEqual([valueOf('payments', 0), valueOf('stock', 0)]);
    expect((await application.get('/health/deep', { accept: 'text/html' })).text).not.toMatch(
      /by alice|has an override/,
    );
  });

  it('describes every operation in the OpenAPI document', async () => {
    const { application, send } = await start();
    const api = ApiDocument.of(application.app);
    expect(await api.errors()).toBeUndefined();
    const described = Object.entries(api.document.paths)
      .filter(([path]) => path.startsWith('/health/control'))
      .flatMap(([path, operations]) => Object.keys(operations).map((method) => `${method} ${path}`));
    expect(described.toSorted()).toEqual([
      'delete /health/control/indicators/{name}',
      'delete /health/control/maintenance',
      'get /health/control',
      'post /health/control/indicators/{name}/run',
      'put /health/control/indicators/{name}',
      'put /health/control/maintenance',
    ]);
    const put = api.document.paths['/health/control/indicators/{name}']?.['put'] as unknown as Described;
    expect(put.parameters.map(({ name }) => name)).toEqual(['name', 'X-Health-Key']);
    expect(Object.keys(put.responses)).toEqual(['200', '400', '401', '404', '413', '415', '429', '500']);
    const { properties, required } = put.requestBody.content['application/json'].schema;
    expect(Object.keys(properties).toSorted()).toEqual([...RUNTIME_OPTION_NAMES, 'reason', 'expiresIn'].toSorted());
    expect(required).toEqual(['reason', 'expiresIn']);

    await send('PUT', '/health/control/indicators/payments', { body: { enabled: false, shared: true, ...terms } });
    await send('PUT', '/health/control/maintenance', { body: terms });
    expect(api.mistakesIn('/health/control', await application.get('/health/control', key))).toEqual([]);
    expect(api.mistakesIn('/health/control', await application.get('/health/control'))).toEqual([]);
  });

  it('ends a maintenance at its end time', async () => {
    stopClock();
    const { application, send } = await start();
    await send('PUT', '/health/control/indicators/payments', { body: { enabled: false, ...terms } });
    await send('PUT', '/health/control/maintenance', { body: { ...terms, expiresIn: 5000 } });
    expect((await application.get('/health/ready')).status).toBe(503);
    await passTime(5000);
    expect((await application.get('/health/ready')).status).toBe(200);
    expect((await send('GET', '/health/control')).body).not.toHaveProperty('maintenance');
    expect(application.log.health('log').at(-1)).toBe('The refusal of traffic by alice has ended: its time has passed');
  });

  it('refuses options that leave the control unprotected or hide the author', async () => {
    const faultOf = async (options: unknown, health: HealthModuleOptions = {}): Promise<string> => {
      const { error } = await refusalOf(adapter, {
        imports: [HealthModule.forRoot(health), HealthControlModule.forRoot(options as HealthControlOptions)],
      });
      return String(error);
    };
    expect(await faultOf({})).toContain('every caller could control the application');
    expect(await faultOf({ apiKeys: {} })).toContain('HealthControlModule.forRoot(), apiKeys');
    expect(await faultOf({ apiKeys: { alice: '' } })).toContain('apiKeys, alice: its value is ""');
    expect(await faultOf({ apiKeys: { alice: 'short' } })).toContain('at least 16 characters');
    expect(await faultOf({ apiKeys: { alice: 'short' } })).not.toContain('"short"');
    expect(await faultOf({ apiKeys: { alice: KEY, bob: KEY } })).toContain('alice has the same key');
    expect(await faultOf({ apiKeys: { alice: READ_KEY } }, { access: { apiKeys: READ_KEY } })).toContain(
      'would control too',
    );
    expect(await faultOf({ authorise: () => 'x' })).toContain('there is no option "authorise"');
    expect(await faultOf(null)).toContain('HealthControlModule.forRoot()');
    const { error } = await refusalOf(adapter, { imports: [HealthControlModule.forRoot({ apiKeys: { alice: KEY } })] });
    expect(String(error)).toContain('HealthModule is not imported');
  });
});
