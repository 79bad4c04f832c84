import { HealthModule, type HealthModuleOptions, down, up } from 'nest-vitals';
import { HealthControlModule, type HealthControlOptions } from 'nest-vitals/control';
import { type HealthDashboardOptions, HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import { describe, expect, it } from 'vitest';
import { isFromOwnPage } from '../../src/control/forms/same-site.js';
import { ApiDocument } from '../support/api-document.js';
import { EventStream } from '../support/event-stream.js';
import { FakeIndicator } from '../support/fake-indicator.js';
import { type JsonResponse, sendJson } from '../support/json-request.js';
import { passTime, stopClock } from '../support/standing-clock.js';
import { ADAPTERS, type StartOptions, refusalOf, startApplication } from '../support/start-application.js';

const KEY = 'a-control-key-of-alice';
const READ_KEY = 'a-key-that-only-reads';
const PORTS = ['main', 'local', 'thread'] as const;
type Fields = Readonly<Record<string, string>>;

const DISABLE = '/health/control/form?do=disable&check=payments';
const END = '/health/control/form?do=end-override&check=payments';
const RUN = '/health/control/form?do=run&check=payments';
const REFUSE = '/health/control/form?do=refuse-traffic';
const ACCEPT = '/health/control/form?do=end-maintenance';
const TERMS = { reason: 'vendor <maintenance>', expiresIn: '30m', key: KEY };

/** The visible text of HTML. */
const textOf = (markup: string): string =>
  markup
    .replaceAll(/<(style|script|title)[^>]*>.*?<\/\1>/gs, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ');
const linksIn = (page: string): string[] =>
  [...page.matchAll(/href="(control\/form[^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
const encodingIn = (form: string): string | undefined => /<form [^>]*enctype="([^"]+)"/.exec(form)?.[1];
const refusalsIn = (form: string): string | undefined => /name="refusals" value="([^"]*)"/.exec(form)?.[1];
const instanceIn = (form: string): string => /name="instance" value="([^"]+)"/.exec(form)?.[1] ?? '';

interface Start {
  readonly port?: (typeof PORTS)[number];
  readonly control?: Partial<HealthControlOptions>;
  readonly health?: HealthModuleOptions;
  readonly dashboard?: HealthDashboardOptions;
}

describe.each(ADAPTERS)('the control forms on %s', (adapter) => {
  async function start(
    { port = 'main', control = {}, health = {}, dashboard = {} }: Start = {},
    options?: StartOptions,
  ) {
    const payments = FakeIndicator('payments', () => down('refused'), { ttl: 0 });
    const application = await startApplication(
      adapter,
      {
        imports: [
          HealthModule.forRoot({ service: { name: 'orders' }, ...health }),
          // The order does not matter.
          HealthDashboardModule.forRoot({ instance: 'host-1', refresh: false, ...dashboard }),
          HealthControlModule.forRoot({
            ...(control.authorize ? {} : { apiKeys: { alice: KEY } }),
            forms: true,
            ...control,
          }),
          ...(port === 'main'
            ? []
            : [HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1', thread: port === 'thread' })]),
        ],
        providers: [payments, FakeIndicator('stock', () => up())],
      },
      options,
    );
    const number = port === 'main' ? application.port : (application.app.get(HealthManagement).address?.port ?? 0);
    const get = (path: string, headers: Fields = {}): Promise<JsonResponse> =>
      sendJson(number, 'GET', path, { headers });
    const post = (path: string, fields: Fields | string, headers: Fields = {}): Promise<JsonResponse> =>
      sendJson(number, 'POST', path, {
        body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          origin: `http://127.0.0.1:${number}`,
          ...headers,
        },
      });
    /** Opens a form and submits it. */
    const submit = async (path: string, fields: Fields, headers: Fields = {}): Promise<JsonResponse> => {
      const { text } = await get(path, { authorization: `Bearer ${READ_KEY}` });
      const refusals = refusalsIn(text);
      const all = { instance: instanceIn(text), ...(refusals !== undefined && { refusals }), ...fields };
      if (encodingIn(text) !== 'text/plain') return post(path, all, headers);
      const lines = Object.entries(all).map(([name, value]) => `${name}=${value}\r\n`);
      return post(path, lines.join(''), { 'content-type': 'text/plain;charset=UTF-8', ...headers });
    };
    const state = async (): Promise<JsonResponse['body']> =>
      (await get('/health/control', { 'x-health-key': KEY })).body;
    return { application, payments, get, post, submit, state, port: number };
  }

  /** The page to which the browser is redirected. */
  const pageAfter = async (
    { get }: Pick<Awaited<ReturnType<typeof start>>, 'get'>,
    { status, headers, text }: JsonResponse,
  ): Promise<string> => {
    expect([status, text]).toEqual([303, '']);
    expect(headers.location).toMatch(/^\.\.\/dashboard\?result=[\w-]{16}$/);
    return (await get(`/health/${String(headers.location).slice(3)}`)).text;
  };

  it('are not linked from a path with a slash at the end, where relative links would be wrong', async () => {
    const { get } = await start({ port: 'local' });
    expect((await get('/health/dashboard')).text).toContain('href="control/form?do=');
    const { status, text } = await get('/health/dashboard/');
    expect([status, text.includes('control/form')]).toStrictEqual([200, false]);
    expect(text).toContain('data-events="../events"');
  });

  describe.each(PORTS)('through the port: %s', (port) => {
    it('disable a check, show it, run another check and end the override', async () => {
      const started = await start({ port });
      const { application, get, submit, state, payments } = started;
      const before = await get('/health/dashboard');
      expect(linksIn(before.text)).toEqual([
        'control/form?do=refuse-traffic',
        'control/form?do=run&check=payments',
        'control/form?do=disable&check=payments',
        'control/form?do=run&check=stock',
        'control/form?do=disable&check=stock',
      ]);
      const form = await get(DISABLE);
      expect(form.status).toBe(200);
      expect(textOf(form.text)).toContain('orders host-1');
      expect(textOf(form.text)).toContain('Disable payments');
      expect(form.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
      });
      const policy = String(form.headers['content-security-policy']).split('; ');
      expect(policy).toEqual([
        "default-src 'none'",
        expect.stringMatching(/^style-src 'sha256-/),
        'img-src data:',
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
      ]);

      const disabled = await pageAfter(started, await submit(DISABLE, TERMS));
      expect(textOf(disabled)).toMatch(/ \d\d:\d\d:\d\d UTC: payments is disabled until \S+ \S+ UTC\. /);
      expect(textOf(disabled)).toContain('override: vendor &lt;maintenance&gt; (by alice, ');
      expect(linksIn(disabled)).toContain('control/form?do=end-override&check=payments');
      expect(await state()).toMatchObject({
        overrides: [
          { indicator: 'payments', options: { enabled: false }, reason: 'vendor <maintenance>', by: 'alice' },
        ],
      });
      expect((await application.get('/health/ready')).status).toBe(200);
      expect(textOf((await get(END)).text)).toContain(
        'At present: enabled false: vendor &lt;maintenance&gt; (by alice',
      );

      expect(textOf(await pageAfter(started, await submit(END, { key: KEY })))).toContain(
        'The override of payments has ended.',
      );
      expect(textOf(await pageAfter(started, await submit(END, { key: KEY })))).toContain(
        'payments had no override any more.',
      );
      const runs = payments.runs.length;
      expect(textOf(await pageAfter(started, await submit(RUN, { key: ` ${KEY}\n` })))).toContain(
        'payments has run: Down.',
      );
      expect(payments.runs.length).toBeGreaterThan(runs);
      expect((await application.get('/health/ready')).status).toBe(503);
      // The same lines as for the JSON operations.
      expect(application.log.health('warn').filter((line) => line.startsWith('Override'))).toEqual([
        expect.stringMatching(
          /^Override of payments by alice until \S+Z: enabled false; reason: vendor <maintenance>$/,
        ),
      ]);
      expect(application.log.health('log').at(-1)).toBe('Override of payments by alice has ended: cleared by alice');
    });

    it('refuse traffic, show the author, the reason and the duration, and end the refusal', async () => {
      const started = await start({ port });
      const { application, get, submit } = started;
      await submit(DISABLE, TERMS);
      const refused = await pageAfter(started, await submit(REFUSE, { ...TERMS, expiresIn: '1h' }));
      expect(textOf(refused)).toMatch(/UTC: Traffic is refused until \S+ \S+ UTC\. /);
      expect(textOf(refused)).toMatch(
        /Accepts no traffic for \d+ s ?: vendor &lt;maintenance&gt; \(by alice until \S+ \S+ UTC, (?:59 min|1 h) left ?\)/,
      );
      expect(linksIn(refused).slice(0, 2)).toEqual([
        'control/form?do=end-maintenance',
        'control/form?do=refuse-traffic',
      ]);
      expect((await application.get('/health/ready')).status).toBe(503);
      expect((await application.get('/health/live')).status).toBe(200);
      expect(textOf((await get(REFUSE)).text)).toContain('At present: vendor &lt;maintenance&gt; (by alice until');
      expect(textOf(await pageAfter(started, await submit(ACCEPT, { key: KEY })))).toContain(
        'The maintenance has ended.',
      );
      expect((await application.get('/health/ready')).status).toBe(200);
    });

    it('show faults beside the fields with the submitted values, except the key, and change nothing', async () => {
      const { submit, state, application } = await start({ port });
      const faulty = await submit(DISABLE, { reason: '  ', expiresIn: '4h', key: KEY });
      expect(faulty.status).toBe(400);
      expect(faulty.text).toMatch(/<p id="f-reason" class="fault">Give a reason\.<\/p>/);
      expect(faulty.text).toMatch(/<option value="4h" +selected>/);
      expect(textOf(faulty.text)).toContain('Nothing has changed.');
      const late = await submit(REFUSE, { reason: '<b>disk</b>', expiresIn: '25h', key: KEY });
      expect(late.status).toBe(400);
      expect(late.text).toContain('value="&lt;b&gt;disk&lt;/b&gt;"');
      expect(late.text).toMatch(/<p id="f-expiresIn" class="fault">Choose a time\.<\/p>/);
      const without = await submit(DISABLE, { ...TERMS, key: ' ' });
      expect(without.status).toBe(400);
      expect(without.text).toContain('<p id="f-key" class="fault">Enter your control key.</p>');
      const wrong = await submit(DISABLE, { ...TERMS, key: 'a-key-that-is-wrong' });
      expect(wrong.status).toBe(401);
      expect(wrong.headers['www-authenticate']).toBe('Bearer realm="health"');
      expect(wrong.text).toContain('value="vendor &lt;maintenance&gt;"');
      for (const { text } of [faulty, late, without, wrong]) {
        expect(text).not.toContain(KEY);
        expect(text).not.toContain('a-key-that-is-wrong');
      }
      expect(await state()).toMatchObject({ overrides: [], refusals: [] });
      expect(application.log.health('warn').filter((line) => /Override|refused/.test(line))).toEqual([]);
    });

    it('refuse forms of other sites before they compare a key', async () => {
      const {
        get,
        post,
        state,
        port: number,
      } = await start({
        port,
        health: { access: { apiKeys: READ_KEY }, rateLimit: { failedKeys: '2/1h' } },
      });
      const instance = instanceIn((await get(DISABLE, { 'x-health-key': READ_KEY })).text);
      expect(instance).not.toBe('');
      for (const headers of [
        { origin: 'https://evil.example' },
        { origin: 'null' },
        { origin: '' },
        { origin: `http://127.0.0.1:${number + 1}` },
        { 'sec-fetch-site': 'cross-site' },
        { 'sec-fetch-site': 'same-site' },
        { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      ]) {
        const { status, text } = await post(DISABLE, { ...TERMS, instance, key: 'wrong' }, headers);
        expect([headers, status]).toEqual([headers, 403]);
        expect(text).not.toContain('<form');
      }
      // Behind a TLS proxy, the Host header may differ.
      const accepted = await post(
        DISABLE,
        { ...TERMS, instance },
        { origin: 'https://x', 'sec-fetch-site': 'same-origin' },
      );
      expect(accepted.status).toBe(303);
      expect(await state()).toMatchObject({ overrides: [{ by: 'alice' }] });
    });

    it('accept a form only in its body, with a limited length and one content type', async () => {
      const { get, post, state, port: number } = await start({ port });
      const instance = instanceIn((await get(DISABLE)).text);
      const inUrl = await post(`${DISABLE}&key=${KEY}&reason=x&expiresIn=1h&instance=${instance}`, 'a=b');
      expect(inUrl.status).toBe(400);
      expect((await post(DISABLE, { ...TERMS, instance }, { 'x-health-key': KEY })).status).toBe(303);
      const byHeader = await post(DISABLE, { reason: 'x', expiresIn: '1h', instance }, { 'x-health-key': KEY });
      expect(byHeader.status).toBe(400);
      for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x']) {
        const sent = await post(DISABLE, '{"key":"x"}', { 'content-type': type });
        expect([type, sent.status]).toEqual([type, 415]);
      }
      expect((await post(DISABLE, { ...TERMS, instance, reason: 'r'.repeat(17_000) })).status).toBe(413);
      const lists = await post(DISABLE, `key=${KEY}&key=${KEY}&reason[a]=b&__proto__[x]=y&instance=${instance}`);
      expect(lists.status).toBeGreaterThanOrEqual(400);
      expect(({} as Record<string, unknown>)['x']).toBeUndefined();
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const { status, headers } = await sendJson(number, method, DISABLE, { headers: { 'x-health-key': KEY } });
        expect([method, status, headers['allow']]).toEqual([method, 405, 'GET, HEAD, POST']);
      }
      expect(((await state())['overrides'] as unknown[]).length).toBe(1);
    });

    it('refuse unknown forms and unknown indicators', async () => {
      const { get, submit, post } = await start({ port });
      for (const query of [
        '',
        '?do=disable',
        '?do=nothing&check=payments',
        '?do=constructor',
        '?do=disable&check=nothing',
        '?do=disable&check=__proto__',
        '?do=refuse-traffic&check=payments',
      ]) {
        const { status, text } = await get(`/health/control/form${query}`);
        expect([query, status]).toEqual([query, 404]);
        expect(text).not.toContain('<form');
      }
      expect((await submit('/health/control/form?do=nothing', { key: KEY })).status).toBe(404);
      const { text } = await get(DISABLE);
      const gone = await post('/health/control/form?do=run&check=gone', { key: KEY, instance: instanceIn(text) });
      expect(gone.status).toBe(404);
      expect(textOf(gone.text)).toContain('There is no indicator gone any more.');
    });

    it('do not change another instance than the one whose form was opened', async () => {
      const one = await start({ port });
      const two = await start({ port });
      const form = (await one.get(DISABLE)).text;
      const sent = await two.post(DISABLE, { ...TERMS, instance: instanceIn(form) });
      expect(sent.status).toBe(409);
      expect(textOf(sent.text)).toContain('This form is from another instance');
      expect(await two.state()).toMatchObject({ overrides: [] });
      // The form in the response belongs to the second instance.
      expect((await two.post(DISABLE, { ...TERMS, instance: instanceIn(sent.text) })).status).toBe(303);
    });
  });

  it('are linked on the ports that serve the control, on the page and in its updates', async () => {
    const linksOn = async (port: number, path: string): Promise<number> => {
      const { text } = await sendJson(port, 'GET', path, { headers: { accept: 'text/html' } });
      return linksIn(text).length;
    };
    const updateOn = async (port: number): Promise<string> => {
      const stream = await EventStream.open(`http://127.0.0.1:${port}/health/events?forms`);
      return (await stream.find(({ event }) => event === 'update')).data;
    };
    const { application, port } = await start({ port: 'local' });
    for (const path of ['/health/dashboard', '/health/deep']) {
      expect([path, await linksOn(application.port, path), await linksOn(port, path)]).toEqual([path, 0, 5]);
    }
    // At this URL, the relative links would be wrong.
    expect(await linksOn(port, '/health?deep=true')).toBe(0);
    expect((await application.get(DISABLE)).status).toBe(404);
    expect(await updateOn(port)).toContain('control/form?do=run');
    expect(await updateOn(application.port)).not.toContain('control/form');

    const both = await start({ port: 'local', control: { mainPort: true } });
    expect(await linksOn(both.application.port, '/health/deep')).toBe(5);
    expect(await updateOn(both.application.port)).toContain('control/form?do=run');
    const none = await start({ control: { forms: false } });
    expect(await linksOn(none.port, '/health/deep')).toBe(0);
    // The path belongs to the control again, which needs a key.
    expect((await none.get(DISABLE)).status).toBe(401);
    expect((await none.post(DISABLE, TERMS)).status).toBe(401);
  });

  it('open for callers that may read, and redirect other callers to the page', async () => {
    const { get, post } = await start({ health: { access: { apiKeys: READ_KEY } } });
    for (const headers of [{}, { 'x-health-key': KEY }, { 'x-health-key': 'wrong' }] as Fields[]) {
      const { status, headers: fields } = await get(DISABLE, headers);
      expect([status, fields.location]).toEqual([303, '../dashboard']);
    }
    const basic = { authorization: `Basic ${Buffer.from(`me:${READ_KEY}`).toString('base64')}` };
    const form = await get(DISABLE, basic);
    expect(form.status).toBe(200);
    // The credentials that the browser sends automatically are not a control key.
    const byBrowser = await post(DISABLE, { reason: 'x', expiresIn: '1h', instance: instanceIn(form.text) }, basic);
    expect(byBrowser.status).toBe(400);
    const readKey = await post(DISABLE, { ...TERMS, key: READ_KEY, instance: instanceIn(form.text) }, basic);
    expect(readKey.status).toBe(401);
    // Without a key that permits reading, the response contains no state either.
    const stranger = await post(END, { key: 'wrong' });
    expect(stranger.status).toBe(401);
    expect(stranger.text).not.toContain('orders');
    expect(stranger.text).not.toContain('At present');
  });

  it('show neither names of people nor options in the view components', async () => {
    const { get, submit } = await start({ health: { endpoints: { deep: { view: 'components' } } } });
    await submit(DISABLE, TERMS);
    await submit(REFUSE, TERMS);
    for (const path of ['/health/dashboard', DISABLE, END, ACCEPT]) {
      const { text } = await get(path);
      expect([path, /alice|host-1|enabled false/.exec(text)?.[0]]).toEqual([path, undefined]);
    }
    expect(linksIn((await get('/health/dashboard')).text)).toContain('control/form?do=end-override&check=payments');
    const status = await start({ health: { endpoints: { deep: { view: 'status' } } } });
    expect(linksIn((await status.get('/health/dashboard')).text)).toEqual([]);
    expect((await status.get(DISABLE)).status).toBe(303);
  });

  it('count wrong keys together with those of the JSON operations', async () => {
    const { get, post, submit } = await start({ health: { rateLimit: { failedKeys: '2/1h' } } });
    expect((await submit(RUN, { key: 'wrong' })).status).toBe(401);
    expect((await get('/health/control', { 'x-health-key': 'wrong' })).status).toBe(401);
    const slowed = await submit(RUN, { key: KEY });
    expect(slowed.status).toBe(429);
    expect(slowed.headers['retry-after']).toMatch(/^\d+$/);
    expect(textOf(slowed.text)).toContain('Too many wrong keys');
    expect((await post(RUN, { key: 'wrong' })).status).toBe(429);
  });

  it('are limited together with the JSON operations', async () => {
    stopClock();
    const { get, post, submit, payments } = await start({ health: { rateLimit: { control: '2/20s' } } });
    const otherSite = await post(RUN, { key: KEY }, { origin: 'https://other.example' });
    expect([otherSite.status, otherSite.headers['ratelimit']]).toEqual([403, undefined]);
    const sent = await submit(RUN, { key: KEY });
    expect(sent.status).toBe(303);
    expect(sent.headers).toMatchObject({ 'ratelimit-policy': '"control";q=2;w=20', ratelimit: '"control";r=1;t=10' });
    expect((await get('/health/control', { 'x-health-key': KEY })).status).toBe(200);
    const runs = payments.runs.length;
    const refused = await submit(RUN, { key: KEY });
    expect(refused.status).toBe(429);
    expect(refused.headers).toMatchObject({ ratelimit: '"control";r=0;t=10', 'retry-after': '10' });
    expect(textOf(refused.text)).toContain('Go back in 10 s and send the form again.');
    expect(payments.runs).toHaveLength(runs);
    expect((await get(RUN, { authorization: `Bearer ${READ_KEY}` })).status).toBe(200);
    await passTime(10_000);
    expect((await submit(RUN, { key: KEY })).status).toBe(303);
  });

  it('pass the key to authorize in the headers, with the address of the caller', async () => {
    const asked: unknown[] = [];
    const { submit } = await start(
      {
        control: {
          authorize: (request) => {
            const { 'x-health-key': key, authorization, host } = request.headers;
            asked.push([key, authorization, typeof host, request.ip]);
            return key === 'a-token-of-carol' ? 'carol' : undefined;
          },
        },
      },
      { trustedProxies: 1 },
    );
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    expect((await submit(REFUSE, { ...TERMS, key: 'a-token-of-carol' }, forwarded)).status).toBe(303);
    expect((await submit(REFUSE, { ...TERMS, key: 'another-token' }, forwarded)).status).toBe(401);
    expect(asked).toEqual([
      ['a-token-of-carol', 'Bearer a-token-of-carol', 'string', '203.0.113.7'],
      ['another-token', 'Bearer another-token', 'string', '203.0.113.7'],
    ]);
  });

  it('are below the prefix of the application', async () => {
    const { get, post } = await start(
      { health: { path: 'internal/health' } },
      { prepare: (app) => app.setGlobalPrefix('api') },
    );
    const page = (await get('/api/internal/health/dashboard')).text;
    const [link = ''] = linksIn(page);
    const url = new URL(link, 'http://x/api/internal/health/dashboard');
    const form = await get(`${url.pathname}${url.search}`);
    expect(form.status).toBe(200);
    const sent = await post(`${url.pathname}${url.search}`, { ...TERMS, instance: instanceIn(form.text) });
    const back = new URL(String(sent.headers.location), url);
    expect(back.pathname).toBe('/api/internal/health/dashboard');
    expect(textOf((await get(`${back.pathname}${back.search}`)).text)).toContain('Traffic is refused until');
    // A slash at the end changes the base of relative URLs.
    const withSlash = await get('/api/internal/health/control/form/?do=refuse-traffic');
    expect(withSlash.text).toContain('href="../../dashboard"');
  });

  it('end the maintenance of any operator, but no refusal of the application and no refusal that the form has not shown', async () => {
    const started = await start();
    const { application, get, post } = started;
    const { health } = application;
    const asBob = { by: 'bob', expiresIn: '1h' } as const;
    const reasons = (): readonly string[] => health.refusals.map(({ reason }) => reason);
    const finish = health.refuseTraffic('warming up', { expiresIn: '1h' });
    const page = async (): Promise<string> => (await get('/health/dashboard')).text;
    expect(linksIn(await page())).not.toContain('control/form?do=end-maintenance');
    const withoutMaintenance = textOf((await get(ACCEPT)).text);
    expect(withoutMaintenance).toMatch(
      /At present: there is no maintenance; the application itself refuses traffic: warming up \(until [^)]+\)\. Only the application can end that\./,
    );

    health.refuseTraffic('new disk', asBob);
    expect(linksIn(await page())).toContain('control/form?do=end-maintenance');
    const { text } = await get(ACCEPT);
    expect(textOf(text)).toMatch(
      /At present: new disk \(by bob [^)]+\); the application itself refuses traffic: warming up/,
    );
    health.refuseTraffic('new fan', asBob);
    const fields = { key: KEY, instance: instanceIn(text), refusals: refusalsIn(text) ?? '' };
    const ended = textOf(await pageAfter(started, await post(ACCEPT, fields)));
    expect(ended).toContain('The maintenance has ended. Traffic is still refused, because of another maintenance.');
    expect(reasons()).toEqual(['warming up', 'new fan']);
    expect(application.log.lines.map(({ text: line }) => line)).toContain(
      'The refusal of traffic by bob has ended: withdrawn by alice',
    );

    const again = await post(ACCEPT, fields);
    expect(textOf(await pageAfter(started, again))).toContain('There was no maintenance any more. Traffic is still');
    await post(ACCEPT, { ...fields, refusals: refusalsIn((await get(ACCEPT)).text) ?? '' });
    expect(reasons()).toEqual(['warming up']);
    const [own] = health.refusals;
    expect(own && health.endRefusal(own, 'alice')).toBe(false);
    finish();
    expect(health.refusals).toEqual([]);
  });

  it('are read without the body parsers of Nest', async () => {
    const { get, submit, application } = await start({}, { withoutBodyParser: true });
    // Fastify itself has no parser for forms, and refuses such a body before any handler.
    const encoding = adapter === 'express' ? 'application/x-www-form-urlencoded' : 'text/plain';
    expect(encodingIn((await get(DISABLE)).text)).toBe(encoding);
    const { status } = await submit(DISABLE, { ...TERMS, reason: 'a=b & "ü"' });
    expect(status).toBe(303);
    expect(application.health.overrides).toMatchObject([{ reason: 'a=b & "ü"', by: 'alice' }]);
  });

  it('show a result for a minute, by its id only', async () => {
    stopClock();
    const { get, submit } = await start();
    const { headers } = await submit(RUN, { key: KEY });
    const path = `/health/${String(headers.location).slice(3)}`;
    expect((await get(path)).text).toContain('id="result"');
    for (const other of ['', 'x', '__proto__', 'payments+is+disabled']) {
      expect((await get(`/health/dashboard?result=${other}`)).text).not.toContain('id="result"');
    }
    await passTime(61_000);
    expect((await get(path)).text).not.toContain('id="result"');
  });

  it('are not in the OpenAPI document', async () => {
    const { application } = await start();
    const { paths } = ApiDocument.of(application.app).document;
    expect(Object.keys(paths).filter((path) => path.includes('form'))).toEqual([]);
    expect(Object.keys(paths)).toContain('/health/control/maintenance');
  });

  it('stop the boot without the page', async () => {
    const control = HealthControlModule.forRoot({ apiKeys: { alice: KEY }, forms: true });
    const { error } = await refusalOf(adapter, { imports: [HealthModule.forRoot(), control] });
    expect(String(error)).toContain('HealthControlModule.forRoot(), forms: there is no page that links to the forms');
    const unknown = HealthControlModule.forRoot({ apiKeys: { alice: KEY }, forms: 'yes' as never });
    const refused = await refusalOf(adapter, {
      imports: [HealthModule.forRoot(), HealthDashboardModule.forRoot(), unknown],
    });
    expect(String(refused.error)).toContain('use true or false');
  });
});

describe('isFromOwnPage', () => {
  it.each([
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, true],
    [{ 'sec-fetch-site': 'same-site', origin: 'http://a', host: 'a' }, false],
    [{ 'sec-fetch-site': ['same-origin', 'cross-site'] }, false],
    [{ origin: 'http://health.internal:9090', host: 'Health.internal:9090' }, true],
    [{ origin: 'https://a', host: 'a' }, true],
    [{ origin: 'http://a:81', host: 'a' }, false],
    [{ origin: 'http://a.evil', host: 'a' }, false],
    [{ origin: 'null', host: 'null' }, false],
    [{ host: 'a' }, false],
    [{}, false],
  ] as const)('returns for the headers %o: %s', (headers, isOwn) => {
    expect(isFromOwnPage({ method: 'POST', url: '/', headers })).toBe(isOwn);
  });
});
