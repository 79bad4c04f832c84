import { getEventListeners } from 'node:events';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { HealthModule, degraded, down } from 'nest-vitals';
import { HttpIndicator, type HttpIndicatorOptions } from 'nest-vitals/indicators';
import { describe, expect, it, vi } from 'vitest';
import { startApplication } from '../../support/start-application.js';
import { freePort } from '../../support/servers/free-port.js';
import { calm, faultsOf, run } from '../../unit/indicators/indicator.js';
import { startFreezableServer } from './support/frozen-server.js';
import { respondWith, startHttpServer } from './support/http-server.js';
import { startTcpServer } from './support/tcp-server.js';
import { expectNoLeak } from './support/resources.js';

/** After an abort, fetch opens a spare connection, and closes it after four seconds without use. */
const PATIENCE = { timeout: 15_000 };

const http = (url: string, options: Omit<HttpIndicatorOptions, 'url'> = {}) =>
  new (HttpIndicator('payments', { url, ...options }))();

describe('the request of HttpIndicator', () => {
  it('is a GET with its own user agent', async () => {
    const server = await startHttpServer(respondWith(200, 'fine', 'text/plain'));
    expect(await run(http(`${server.origin}/health?verbose=1`))).toEqual({
      status: 'UP',
      data: { host: `127.0.0.1:${server.port}`, http_status: 200 },
    });
    const [request] = server.requests;
    expect([request?.method, request?.url]).toEqual(['GET', '/health?verbose=1']);
    expect(request?.headers).toMatchObject({ 'user-agent': 'nest-vitals', accept: 'application/json, */*;q=0.9' });
  });

  it('has the method, the headers and the body of the options', async () => {
    let body = '';
    const server = await startHttpServer((request, response) => {
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => response.end());
    });
    const headers = { 'content-type': 'application/json', accept: 'text/html', 'x-api-key': 'key' };
    const indicator = http(server.origin, { method: 'POST', headers, body: '{"query":"{ping}"}' });
    expect((await run(indicator)).status).toBe('UP');
    expect(server.requests[0]?.method).toBe('POST');
    expect(server.requests[0]?.headers).toMatchObject(headers);
    expect(body).toBe('{"query":"{ping}"}');
  });

  it('has headers from a function, which is called for each run', async () => {
    const server = await startHttpServer(respondWith(200));
    let renewed = 0;
    const indicator = http(server.origin, {
      headers: async () => {
        renewed += 1;
        return Promise.resolve({ authorization: `Bearer ${renewed}` });
      },
    });
    await run(indicator);
    await run(indicator);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer 1', 'Bearer 2']);
  });

  it('is not sent when that function fails', async () => {
    const headers = (): never => {
      throw new Error('no token');
    };
    await expect(run(http('http://127.0.0.1:1', { headers }))).rejects.toThrow('no token');
  });

  it('contains the credentials of its URL as basic authentication', async () => {
    const server = await startHttpServer(respondWith(200));
    await run(http(`http://user:p%40ss@127.0.0.1:${server.port}/health`));
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
    expect(server.requests[0]?.url).toBe('/health');
  });

  it('reuses a connection, or closes it after each run', async () => {
    const server = await startHttpServer(respondWith(200));
    const indicator = http(server.origin);
    for (let runs = 0; runs < 10; runs += 1) await run(indicator);
    // A run that begins before the previous connection is free opens a second connection.
    expect(server.connections).toBeLessThan(4);
    const other = await startHttpServer(respondWith(200));
    const closing = http(other.origin, { keepAlive: false });
    for (let runs = 0; runs < 10; runs += 1) await run(closing);
    expect(other.connections).toBe(10);
    expect(other.requests[0]?.headers.connection).toBe('close');
  });

  it('can be HEAD, which has no body, so the header X-Health-Status is read', async () => {
    const server = await startHttpServer(
      respondWith(200, '', 'application/json; charset=utf-8', { 'X-Health-Status': 'DEGRADED' }),
    );
    expect(await run(http(server.origin, { method: 'HEAD' }))).toMatchObject({
      status: 'DEGRADED',
      message: 'it reports DEGRADED',
    });
  });
});

describe('the expected status code of HttpIndicator', () => {
  it.each([
    [200, 'UP'],
    [204, 'UP'],
    [299, 'UP'],
    [304, 'DOWN'],
    [401, 'DOWN'],
    [404, 'DOWN'],
    [500, 'DOWN'],
    [503, 'DOWN'],
  ])('by default makes %d %s', async (status, expected) => {
    const server = await startHttpServer((_request, response) => response.writeHead(status).end());
    const result = await run(http(server.origin));
    expect(result.status).toBe(expected);
    expect(result.message).toBe(expected === 'UP' ? undefined : `HTTP status ${status}`);
    expect(result.data).toMatchObject({ http_status: status });
  });

  it('can be one or several other codes, by option', async () => {
    const server = await startHttpServer(respondWith(401, 'who are you?', 'text/plain'));
    expect((await run(http(server.origin, { expectedStatus: 401 }))).status).toBe('UP');
    expect((await run(http(server.origin, { expectedStatus: [200, 401] }))).status).toBe('UP');
    expect(await run(http(server.origin, { expectedStatus: [200] }))).toMatchObject({ message: 'HTTP status 401' });
    expect(await run(http(server.origin, { expectedStatus: 200 }))).toMatchObject({ message: 'HTTP status 401' });
  });
});

describe('redirects of HttpIndicator', () => {
  it('are not followed by default', async () => {
    const server = await startHttpServer(respondWith(302, '', 'text/plain', { location: '/elsewhere' }));
    expect(await run(http(server.origin))).toMatchObject({
      status: 'DOWN',
      message: 'HTTP status 302, a redirect that is not followed',
    });
    expect(server.requests).toHaveLength(1);
  });

  it('are followed up to the number in the options', async () => {
    const server = await startHttpServer((request, response) => {
      const hop = Number(request.url?.slice(1));
      if (hop === 3) response.end('there');
      else response.writeHead(307, { location: `${hop + 1}` }).end('not here');
    });
    expect((await run(http(`${server.origin}/0`, { maxRedirects: 3 }))).status).toBe('UP');
    await expect(run(http(`${server.origin}/0`, { maxRedirects: 2 }))).rejects.toMatchObject({
      message: 'more than 2 redirects',
      code: 'TOO_MANY_REDIRECTS',
    });
  });

  it('are ended when they form a loop', async () => {
    const server = await startHttpServer(respondWith(302, '', 'text/plain', { location: '/' }));
    await expect(run(http(server.origin, { maxRedirects: 20 }))).rejects.toThrow('more than 20 redirects');
    expect(server.requests).toHaveLength(21);
  });

  it('receive headers and credentials at the same origin, and at no other', async () => {
    const other = await startHttpServer(respondWith(200));
    const server = await startHttpServer((request, response) => {
      const location = request.url === '/' ? '/same' : `${other.origin}/other`;
      response.writeHead(307, { location }).end();
    });
    const url = `http://user:secret@127.0.0.1:${server.port}/`;
    expect((await run(http(url, { maxRedirects: 2, headers: { 'x-api-key': 'key' } }))).status).toBe('UP');
    expect(server.requests[1]?.headers).toMatchObject({ 'x-api-key': 'key', authorization: expect.any(String) });
    expect(other.requests[0]?.headers).not.toHaveProperty('x-api-key');
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'HEAD', 'HEAD'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [301, 'HEAD', 'HEAD'],
  ] as const)('with %d turn %s into %s', async (status, method, then) => {
    const server = await startHttpServer((request, response) => {
      if (request.url === '/there') response.end();
      else response.writeHead(status, { location: '/there' }).end();
    });
    const body = method === 'POST' ? { body: '{}' } : {};
    expect((await run(http(server.origin, { method, maxRedirects: 1, ...body }))).status).toBe('UP');
    expect(server.requests.map((request) => request.method)).toEqual([method, then]);
    expect(server.requests[1]?.headers['content-length']).toBe(then === 'POST' ? '2' : undefined);
  });

  it.each(['http://', 'ftp://127.0.0.1/', 'file:///etc/passwd', 'javascript:1'])(
    'to %s are not followed',
    async (location) => {
      const server = await startHttpServer(respondWith(302, '', 'text/plain', { location }));
      await expect(run(http(server.origin, { maxRedirects: 1 }))).rejects.toMatchObject({
        message: 'the target of a redirect is not an http or https URL',
        code: 'BAD_REDIRECT',
      });
    },
  );

  it('with credentials of their own are followed without them', async () => {
    const server = await startHttpServer((request, response) => {
      if (request.url === '/there') response.end();
      else response.writeHead(302, { location: `http://a:b@${request.headers.host}/there` }).end();
    });
    expect((await run(http(server.origin, { maxRedirects: 1 }))).status).toBe('UP');
    expect(server.requests[1]?.headers).not.toHaveProperty('authorization');
  });

  it('leave no connection behind, however long their own bodies are', { timeout: 30_000 }, async () => {
    const server = await startHttpServer((request, response) => {
      if (request.url === '/there') response.end();
      else response.writeHead(302, { location: '/there' }).write('x'.repeat(1_000_000));
    });
    expect((await run(http(server.origin, { maxRedirects: 1 }))).status).toBe('UP');
    await vi.waitFor(() => expect(server.sockets.size).toBe(0), PATIENCE);
  });

  it('without a location count as responses', async () => {
    const server = await startHttpServer(respondWith(302));
    expect(await run(http(server.origin, { maxRedirects: 5 }))).toMatchObject({ message: 'HTTP status 302' });
  });
});

describe('the reported health of a dependency of HttpIndicator', () => {
  const ours = { status: 'DEGRADED', details: { payments: { status: 'DOWN' }, cache: { status: 'UP' } } };

  it.each([
    ['this library', 200, 'application/json; charset=utf-8', ours, 'DEGRADED', 'it reports DEGRADED: payments'],
    ['this library, down', 503, 'application/json', { status: 'DOWN' }, 'DOWN', 'HTTP status 503, reports DOWN'],
    ['this library, up', 200, 'application/json', { status: 'UP' }, 'UP', undefined],
    ['health+json, pass', 200, 'application/health+json', { status: 'pass' }, 'UP', undefined],
    ['health+json, warn', 200, 'application/health+json', { status: 'warn' }, 'DEGRADED', 'it reports warn'],
    ['health+json, fail', 500, 'application/health+json', { status: 'fail' }, 'DOWN', 'HTTP status 500, reports fail'],
    [
      'Spring Boot',
      200,
      'application/vnd.spring-boot.actuator.v3+json',
      { status: 'DOWN', components: { db: { status: 'DOWN' } } },
      'DOWN',
      'it reports DOWN: db',
    ],
    ['terminus, ok', 200, 'application/json', { status: 'ok', info: {}, error: {}, details: {} }, 'UP', undefined],
    [
      'terminus, error',
      503,
      'application/json',
      { status: 'error', error: {}, details: { redis: { status: 'down' } } },
      'DOWN',
      'HTTP status 503, reports error: redis',
    ],
    ['a status that belies the words', 503, 'application/json', { status: 'UP' }, 'DOWN', 'HTTP status 503'],
    ['any other JSON', 200, 'application/json', { status: 'shipped', total: 5 }, 'UP', undefined],
    ['JSON that is none', 200, 'application/json', '{"status":', 'UP', undefined],
    ['a page that speaks of health', 200, 'text/html', '{"status":"DOWN"}', 'UP', undefined],
    [
      'health+json with an unknown word',
      200,
      'application/health+json',
      { status: 'banana' },
      'DOWN',
      'the response contains no known health status',
    ],
    [
      'health+json that is none',
      200,
      'application/health+json',
      '<html>',
      'DOWN',
      'the response contains no known health status',
    ],
  ])('%s', async (_case, status, type, body, expected, message) => {
    const server = await startHttpServer(respondWith(status, body, type));
    const result = await run(http(server.origin));
    expect([result.status, result.message]).toEqual([expected, message]);
  });

  it('is part of the data', async () => {
    const server = await startHttpServer(respondWith(200, ours));
    expect((await run(http(server.origin))).data).toEqual({
      host: `127.0.0.1:${server.port}`,
      http_status: 200,
      reported_status: 'DEGRADED',
      reported_failing: ['payments'],
      reported_components: [
        { name: 'payments', status: 'DOWN' },
        { name: 'cache', status: 'UP' },
      ],
    });
  });

  it('is DOWN by the reported status also when a failing status code is expected', async () => {
    const server = await startHttpServer(respondWith(503, { status: 'DOWN' }));
    expect((await run(http(server.origin, { expectedStatus: 503 }))).status).toBe('DOWN');
  });

  it('is ignored with readHealth: false', async () => {
    const server = await startHttpServer(respondWith(200, { status: 'DOWN' }, 'application/health+json'));
    expect(await run(http(server.origin, { readHealth: false }))).toEqual({
      status: 'UP',
      data: { host: `127.0.0.1:${server.port}`, http_status: 200 },
    });
  });
});

describe('a predicate of HttpIndicator', () => {
  it('receives the status, the headers and the body, and decides', async () => {
    const server = await startHttpServer(respondWith(418, { queue: 5 }, 'application/json', { 'x-mode': 'tea' }));
    const expect418: HttpIndicatorOptions['expect'] = ({ status, headers, body, json }) =>
      status === 418 && headers.get('x-mode') === 'tea' && body === '{"queue":5}' && 'queue' in (json() as object);
    expect((await run(http(server.origin, { expect: expect418 }))).status).toBe('UP');
    expect(await run(http(server.origin, { expect: () => false }))).toMatchObject({
      status: 'DOWN',
      message: 'the response is not as expected',
      data: { http_status: 418 },
    });
  });

  it('may return a result, or a promise of one', async () => {
    const server = await startHttpServer(respondWith(200));
    expect(await run(http(server.origin, { expect: () => degraded('slow today') }))).toMatchObject({
      status: 'DEGRADED',
      message: 'slow today',
      data: { http_status: 200 },
    });
    const own = async () => Promise.resolve(down('gone', { mine: true }));
    expect(await run(http(server.origin, { expect: own }))).toEqual({
      status: 'DOWN',
      message: 'gone',
      data: { mine: true },
    });
  });

  it('is called after the comparison of the status code, if one is expected', async () => {
    const server = await startHttpServer(respondWith(500));
    const predicate = vi.fn<() => boolean>(() => true);
    expect(await run(http(server.origin, { expectedStatus: 200, expect: predicate }))).toMatchObject({
      status: 'DOWN',
      message: 'HTTP status 500',
    });
    expect(predicate).not.toHaveBeenCalled();
  });

  it('has precedence over the health that the dependency reports', async () => {
    const server = await startHttpServer(respondWith(200, { status: 'DOWN' }));
    expect((await run(http(server.origin, { expect: () => true }))).status).toBe('UP');
  });

  it.each([undefined, null, 'yes', 1])('is DOWN when it returns %j', async (returned) => {
    const server = await startHttpServer(respondWith(200));
    expect((await run(http(server.origin, { expect: () => returned as unknown as boolean }))).status).toBe('DOWN');
  });

  it('fails the run when it throws, also with a body that is not JSON', async () => {
    const server = await startHttpServer(respondWith(200, '<html>'));
    await expect(run(http(server.origin, { expect: ({ json }) => json() !== undefined }))).rejects.toThrow(SyntaxError);
  });
});

describe('the body limit of HttpIndicator', { timeout: 30_000 }, () => {
  const huge = 'x'.repeat(1_000_000);

  it('applies to a body that is needed, and other bodies are not read', async () => {
    const server = await startHttpServer(respondWith(200, huge, 'text/plain'));
    expect((await run(http(server.origin))).status).toBe('UP');
    await vi.waitFor(() => expect(server.sockets.size).toBe(0), PATIENCE);
  });

  it('applies to a body without an end', async () => {
    const server = await startHttpServer((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(huge));
      };
      response.writeHead(200, { 'content-type': 'text/plain' }).on('drain', more);
      more();
    });
    expect((await run(http(server.origin))).status).toBe('UP');
    await vi.waitFor(() => expect(server.sockets.size).toBe(0), PATIENCE);
  });

  it.each([
    ['gzip, br', brotliCompressSync(gzipSync('{"status":"DOWN"}'))],
    ['identity, gzip', gzipSync('{"status":"DOWN"}')],
    ['deflate', deflateSync('{"status":"DOWN"}')],
  ])('applies after decoding from %s', async (coding, bytes) => {
    const server = await startHttpServer(respondWith(200, bytes, 'application/json', { 'content-encoding': coding }));
    expect(await run(http(server.origin))).toMatchObject({ status: 'DOWN', data: { reported_status: 'DOWN' } });
    expect(server.requests[0]?.headers['accept-encoding']).toBe('gzip, br');
  });

  it('is DOWN at once when the server switches to another protocol', async () => {
    const server = await startTcpServer((socket) => {
      const head = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n';
      socket.once('data', () => socket.write(head));
    });
    const result = await run(http(`http://${server.host}:${server.port}`));
    expect(result).toMatchObject({ status: 'DOWN', message: 'HTTP status 101' });
  });

  it('counts the bytes after decompression', async () => {
    const server = await startHttpServer(
      respondWith(200, gzipSync(huge), 'text/plain', { 'content-encoding': 'gzip' }),
    );
    expect(await run(http(server.origin, { expect: () => true }))).toMatchObject({
      status: 'DOWN',
      message: 'the response is longer than 65536 bytes',
    });
  });

  it('applies when the body is needed', async () => {
    const server = await startHttpServer(respondWith(200, '{"a":1,"status":"pass"}', 'application/health+json'));
    expect((await run(http(server.origin, { maxBodyBytes: 23 }))).status).toBe('UP');
    expect((await run(http(server.origin, { maxBodyBytes: 22 }))).status).toBe('DOWN');
    expect((await run(http(server.origin, { maxBodyBytes: 23, expect: () => true }))).status).toBe('UP');
    expect((await run(http(server.origin, { maxBodyBytes: 22, expect: () => true }))).status).toBe('DOWN');
  });
});

describe('JSON above the body limit of HttpIndicator', () => {
  const padding = 'x'.repeat(100_000);

  it.each([
    [{ padding, status: 'DOWN' }, 'DEGRADED', 'DOWN'],
    [[padding], 'DEGRADED', 'UP'],
    [{ status: 'DOWN', padding }, 'DOWN', 'DOWN'],
    [{ status: 'warn', padding }, 'DEGRADED', 'DEGRADED'],
    [{ status: 'UP', padding }, 'UP', 'UP'],
  ])('is not UP without a status that was read (case %#)', async (body, status, whole) => {
    const server = await startHttpServer(respondWith(200, body));
    expect((await run(http(server.origin))).status).toBe(status);
    expect((await run(http(server.origin, { readHealth: false }))).status).toBe('UP');
    expect((await run(http(server.origin, { maxBodyBytes: 200_000 }))).status).toBe(whole);
  });

  it('reports the reason', async () => {
    const server = await startHttpServer(respondWith(200, [padding]));
    expect((await run(http(server.origin))).message).toBe(
      'its JSON is longer than 65536 bytes, so a status in it was not read: set maxBodyBytes, or readHealth to false',
    );
  });
});

describe('HttpIndicator with a failing server', { timeout: 30_000 }, () => {
  it('refuses connections', async () => {
    await expect(run(http(`http://127.0.0.1:${await freePort()}/`))).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  });

  it('closes the connection at once', async () => {
    const server = await startHttpServer((request) => request.socket.destroy());
    await expect(run(http(server.origin))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('closes the connection in the middle of the body', async () => {
    const server = await startHttpServer((request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half', () => request.socket.destroy());
    });
    await expect(run(http(server.origin))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it.each([
    ['before the headers', false],
    ['after the headers', true],
  ])('hangs %s', async (_when, sendsHeaders) => {
    const controller = new AbortController();
    const reason = new Error('time is over');
    const server = await startHttpServer((_request, response) => {
      if (sendsHeaders) response.writeHead(200, { 'content-type': 'application/json' }).write('{');
    });
    const running = run(http(server.origin), controller.signal);
    await vi.waitFor(() => expect(server.requests).toHaveLength(1));
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await vi.waitFor(() => expect(server.sockets.size).toBe(0), PATIENCE);
  });

  it('leave no listener on the signal', async () => {
    const server = await startHttpServer(respondWith(200));
    const signal = calm();
    await run(http(server.origin), signal);
    await expect(run(http('http://127.0.0.1:1/'), signal)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('leave no socket after a thousand runs that pass, fail or are interrupted', async () => {
    let requests = 0;
    let runs = 0;
    const server = await startHttpServer((request, response) => {
      requests += 1;
      if (requests % 4 === 0) request.socket.destroy();
      else if (requests % 4 === 1) response.end('x'.repeat(100_000));
      else response.end('fine');
    });
    const indicator = http(server.origin);
    await expectNoLeak(async () => {
      const controller = new AbortController();
      const running = run(indicator, controller.signal).catch(() => undefined);
      runs += 1;
      if (runs % 5 === 0) controller.abort();
      await running;
    });
    expect(requests).toBeGreaterThan(500);
  }, 60_000);
});

describe('HttpIndicator in an application', () => {
  it('shows neither the credentials nor the path nor the query of its URL, in no view and not in the log', async () => {
    const server = await startHttpServer((request) => request.socket.destroy());
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ endpoints: { ready: { view: 'full' } } })],
      providers: [
        HttpIndicator('payments', { url: `http://user:hush@127.0.0.1:${server.port}/hidden?key=whisper` }),
        HttpIndicator('refusing', { url: `http://user:hush@127.0.0.1:${await freePort()}/hidden?key=whisper` }),
      ],
    });
    const response = await application.get('/health/ready');
    expect(response.status).toBe(503);
    expect(response.body.details).toMatchObject({
      payments: { status: 'DOWN', error: 'connection reset', code: 'ECONNRESET' },
      refusing: { status: 'DOWN', error: 'connection refused', code: 'ECONNREFUSED' },
    });
    for (const text of [response.text, application.log.text])
      expect(text).not.toMatch(/hush|hidden|whisper|dXNlcjpodXNo/);
  });

  it('is DOWN in time for a frozen dependency, and UP again when the dependency continues', async () => {
    const server = await startFreezableServer();
    const application = await startApplication('fastify', {
      imports: [HealthModule.forRoot()],
      providers: [HttpIndicator('payments', { url: `${server.origin}/health`, timeout: 200, ttl: 0 })],
    });
    expect((await application.get('/health/ready')).status).toBe(200);
    server.freeze();
    const frozen = await application.get('/health/deep');
    expect(frozen.status).toBe(503);
    expect(frozen.body.details.payments).toMatchObject({ error: 'timed out after 200 ms', code: 'ETIMEDOUT' });
    server.thaw();
    await vi.waitFor(async () => expect((await application.get('/health/ready')).status).toBe(200), {
      timeout: 20_000,
    });
  }, 30_000);

  it('uses URL and headers from the configuration of the application', async () => {
    const server = await startHttpServer(respondWith(200, 'fine', 'text/plain'));
    class Configuration {
      paymentsUrl = `http://user:hush@127.0.0.1:${server.port}/first`;
      readonly key = 'whisper';
    }
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
      providers: [
        Configuration,
        HttpIndicator('payments', {
          inject: [Configuration],
          url: async ({ paymentsUrl }) => paymentsUrl,
          headers: ({ key }) => ({ 'x-key': key }),
        }),
      ],
    });
    expect((await application.get('/health/ready')).status).toBe(200);
    const configuration = application.app.get(Configuration);
    configuration.paymentsUrl = `${server.origin}/second`;
    expect((await application.get('/health/ready')).status).toBe(200);
    expect(server.requests.map((request) => [request.url, request.headers['x-key']])).toEqual([
      ['/first', 'whisper'],
      ['/second', 'whisper'],
    ]);

    for (const unusable of ['payments:3001/hidden', 'ftp://user:hush@host/', undefined as unknown as string]) {
      configuration.paymentsUrl = unusable;
      const response = await application.get('/health/deep');
      expect(response.body.details.payments).toMatchObject({
        status: 'DOWN',
        error: 'its URL is not an http or https URL',
      });
      expect(response.text + application.log.text).not.toMatch(/hush|hidden/);
    }
  });

  it('is DEGRADED when the other application is DEGRADED', async () => {
    const { server } = await startApplication('express', {
      imports: [HealthModule.forRoot()],
      providers: [HttpIndicator('gone', { url: `http://127.0.0.1:${await freePort()}/`, critical: false })],
    });
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot()],
      providers: [HttpIndicator('payments', { url: `http://127.0.0.1:${port}/health/ready` })],
    });
    const response = await application.get('/health/deep');
    expect(response.status).toBe(200);
    expect(response.body).toMatchObject({
      status: 'DEGRADED',
      details: { payments: { status: 'DEGRADED', message: 'it reports DEGRADED: gone' } },
    });
  });
});

describe('the options of HttpIndicator', () => {
  const faults = (options: object): string[] => faultsOf(HttpIndicator('payments', options as HttpIndicatorOptions));
  const url = 'http://127.0.0.1/';

  it.each([
    [{}, 'url: it is missing; use an http or https URL'],
    [{ url: 'payments:3001' }, 'url: its value is "payments:3001"; use an http or https URL'],
    [{ url: 'ftp://u:hush@host/?k=whisper' }, 'url: its value is "ftp://***@host/?…"; use an http or https URL'],
    [{ url: 'http://u:%zz@host/' }, 'url: its value is "http://***@host/"; use an http or https URL'],
    [{ url: () => url, inject: ['a', null] }, 'inject: its value is an array; use a list of injection tokens'],
    [{ url: 5 }, 'url: its value is 5; use an http or https URL'],
    [{ url, method: 'DELETE' }, 'method: its value is "DELETE"; use "GET" or "HEAD" or "OPTIONS" or "POST"'],
    [
      { url, headers: { a: 1 } },
      'headers: its value is an object; use an object of header names and values, or a function that returns one',
    ],
    [
      { url, headers: { authorization: 'a\nb' } },
      'headers: its value is an object; use an object of header names and values, or a function that returns one',
    ],
    [{ url, method: 'POST', body: {} }, 'body: its value is an object; use a text'],
    [{ url, body: 'x' }, 'body: its value is "x"; use a text, with the method POST or OPTIONS'],
    [{ url: 'http://host:0/' }, 'url: its value is "http://host:0/"; use an http or https URL'],
    [
      { url, headers: { 'Transfer-Encoding': 'chunked' } },
      'headers: its value is an object; use headers without "Transfer-Encoding", which the connection sets itself',
    ],
    [{ url, tls: {} }, 'tls: its value is an object; use it only with an https URL'],
    [
      { url, proxy: 'http://u:hush@proxy/x' },
      'proxy: its value is "http://***@proxy/x"; use the http or https URL of a proxy, without a path',
    ],
    [
      { url, proxy: 'http://proxy', socketPath: '/s' },
      'proxy: its value is "http://proxy"; use either proxy or socketPath',
    ],
    [
      { url, socketPath: 'relative' },
      'socketPath: its value is "relative"; use the absolute path of a Unix domain socket, of 107 bytes at most',
    ],
    [
      { url, expectedStatus: 99 },
      'expectedStatus: its value is 99; use a whole number from 100 to 599, or a list of them',
    ],
    [
      { url, expectedStatus: [] },
      'expectedStatus: its value is an array; use a whole number from 100 to 599, or a list of them',
    ],
    [{ url, expect: true }, 'expect: its value is true; use a function'],
    [{ url, maxBodyBytes: 0 }, 'maxBodyBytes: its value is 0; use a whole number from 1 to 16777216'],
    [{ url, readHealth: 'no' }, 'readHealth: its value is "no"; use true or false'],
    [{ url, maxRedirects: 21 }, 'maxRedirects: its value is 21; use a whole number from 0 to 20'],
    [{ url, keepAlive: 1 }, 'keepAlive: its value is 1; use true or false'],
  ])('refuse %j', (options, fault) => {
    expect(faults(options)).toEqual([`HttpIndicator("payments"), ${fault}`]);
  });
});
