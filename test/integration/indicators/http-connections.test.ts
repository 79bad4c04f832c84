import { type IncomingMessage, createServer as createHttpServer, request as httpRequest } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { mkdtempSync, rmSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { tmpdir } from 'node:os';
import type { TLSSocket } from 'node:tls';
import { join } from 'node:path';
import { HttpIndicator, type HttpIndicatorOptions } from 'nest-vitals/indicators';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../support/servers/free-port.js';
import { calm, faultsOf, run } from '../../unit/indicators/indicator.js';
import { CertificateAuthority, type Credentials } from './support/certificate-authority.js';
import { type TcpServer, track } from './support/tcp-server.js';
import { respondWith, startHttpServer } from './support/http-server.js';

const http = (url: string, options: Omit<HttpIndicatorOptions, 'url'> = {}) =>
  new (HttpIndicator('payments', { url, ...options }))();

const authority = new CertificateAuthority();
let root: Credentials;
let stranger: Credentials;
let server: Credentials;
let client: Credentials;

beforeAll(() => {
  root = authority.issue({ name: 'root', to: 10, isAuthority: true });
  stranger = authority.issue({ name: 'stranger', to: 10, isAuthority: true });
  server = authority.issue({ name: 'server', for: 'DNS:payments.internal,IP:127.0.0.1', to: 10, issuer: root });
  client = authority.issue({ name: 'client', to: 10, issuer: root });
});
afterAll(() => authority.remove());

interface HttpsServer extends TcpServer {
  readonly url: string;
  readonly requests: IncomingMessage[];
  /** The names of the client certificates. */
  readonly clients: (string | undefined)[];
}

async function startHttpsServer(requestCert = false): Promise<HttpsServer> {
  const requests: IncomingMessage[] = [];
  const clients: (string | undefined)[] = [];
  const options = { key: server.key, cert: server.cert, ca: root.cert, requestCert, rejectUnauthorized: requestCert };
  const tracked = await track(
    createHttpsServer(options, (request, response) => {
      requests.push(request);
      const { subject } = (request.socket as TLSSocket).getPeerCertificate();
      clients.push((subject as { CN?: string } | undefined)?.CN);
      response.end('fine');
    }),
  );
  return Object.assign(tracked, { url: `https://127.0.0.1:${tracked.port}/`, requests, clients });
}

interface ProxyServer extends TcpServer {
  readonly origin: string;
  readonly asked: string[];
}

/** An HTTP proxy that requires the credentials `user:hush`. */
async function startProxy(listen = true): Promise<ProxyServer> {
  const asked: string[] = [];
  const expected = `Basic ${Buffer.from('user:hush').toString('base64')}`;
  const proxy = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    if (request.headers['proxy-authorization'] !== expected) return response.writeHead(407).end();
    const { 'proxy-authorization': _credentials, ...headers } = request.headers;
    httpRequest(request.url ?? '', { headers, agent: false }, (received) => {
      response.writeHead(received.statusCode ?? 0, received.headers);
      received.pipe(response);
    }).end();
    return undefined;
  });
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    if (!listen) {
      socket.on('end', () => socket.end()).resume();
      return;
    }
    if (request.headers['proxy-authorization'] !== expected) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const [host, port] = (request.url ?? '').split(':');
    const upstream = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    for (const [each, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      each.on('error', () => other.destroy());
      each.on('close', () => other.destroy());
    }
  });
  const tracked = await track(proxy);
  return Object.assign(tracked, { origin: `http://user:hush@127.0.0.1:${tracked.port}`, asked });
}

describe('HttpIndicator with tls', () => {
  it('trusts its own authority, and no other', async () => {
    const { url } = await startHttpsServer();
    expect((await run(http(url, { tls: { ca: root.cert } }))).status).toBe('UP');
    expect((await run(http(url, { tls: { ca: [Buffer.from(stranger.cert), root.cert] } }))).status).toBe('UP');
    await expect(run(http(url, { tls: { ca: stranger.cert } }))).rejects.toMatchObject({
      code: expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN/) as string,
    });
    await expect(run(http(url))).rejects.toMatchObject({
      code: expect.stringMatching(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|SELF_SIGNED_CERT_IN_CHAIN/) as string,
    });
  });

  it('shows its client certificate to a server that requests one', async () => {
    const { url, clients } = await startHttpsServer(true);
    const tls = { ca: root.cert, cert: client.cert, key: client.key };
    expect((await run(http(url, { tls }))).status).toBe('UP');
    expect(clients).toEqual(['client']);
    await expect(run(http(url, { tls: { ca: root.cert } }))).rejects.toMatchObject({
      code: expect.any(String) as string,
    });
  });

  it('does not send the client certificate to another origin after a redirect', async () => {
    const other = await startHttpsServer(true);
    const tls = { ca: root.cert, cert: client.cert, key: client.key };
    const target = await startRedirect(other.url);
    await expect(run(http(target, { tls, maxRedirects: 1 }))).rejects.toMatchObject({
      code: expect.any(String) as string,
    });
    expect(other.clients).toEqual([]);
  });

  it('requests the given name, and requires a certificate for it', async () => {
    const { url } = await startHttpsServer();
    expect((await run(http(url, { tls: { ca: root.cert, servername: 'payments.internal' } }))).status).toBe('UP');
    await expect(run(http(url, { tls: { ca: root.cert, servername: 'other.internal' } }))).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });

  it('reuses a connection, and closes it with the application', async () => {
    const https = await startHttpsServer();
    const indicator = http(https.url, { tls: { ca: root.cert } });
    for (let runs = 0; runs < 5; runs += 1) await run(indicator);
    expect(https.connections).toBe(1);
    (indicator as unknown as { onModuleDestroy(): void }).onModuleDestroy();
    await vi.waitFor(() => expect(https.sockets.size).toBe(0));
  });

  it('stops the boot with an invalid certificate', () => {
    const faults = (tls: unknown): string[] =>
      faultsOf(HttpIndicator('payments', { url: 'https://h/', tls: tls as object }));
    for (const [tls, part] of [
      ['x', 'an object of ca, cert, key, passphrase, servername'],
      [{ rejectUnauthorized: false }, 'and nothing else'],
      [{ ca: 'no certificate' }, 'ca is a certificate in PEM'],
      [{ cert: client.cert }, 'both cert and key, or neither'],
      [{ passphrase: 'hush' }, 'passphrase only together with key'],
      [{ cert: client.cert, key: server.key }, 'key belongs to cert'],
      [{ servername: '' }, 'servername is a host name'],
    ] as const) {
      expect(faults(tls)).toHaveLength(1);
      expect(faults(tls)[0]).toContain(part);
      expect(faults(tls)[0]).not.toContain('hush');
    }
    expect(faults({ ca: root.cert, cert: client.cert, key: client.key })).toEqual([]);
  });
});

/** An https server that redirects to another origin. */
async function startRedirect(location: string): Promise<string> {
  const tracked = await track(
    createHttpsServer({ key: server.key, cert: server.cert }, (_request, response) =>
      response.writeHead(302, { location }).end(),
    ),
  );
  return `https://127.0.0.1:${tracked.port}/`;
}

describe('HttpIndicator with a proxy', () => {
  it('forwards requests to http servers, without the credentials of the proxy', async () => {
    const proxy = await startProxy();
    const target = await startHttpServer(respondWith(200, 'fine', 'text/plain'));
    const indicator = http(`${target.origin}/health?a=1`, { proxy: proxy.origin, headers: { 'x-key': 'key' } });
    expect(await run(indicator)).toMatchObject({ status: 'UP', data: { host: `127.0.0.1:${target.port}` } });
    expect(proxy.asked).toEqual([`GET ${target.origin}/health?a=1`]);
    expect(target.requests[0]?.headers).toMatchObject({ host: `127.0.0.1:${target.port}`, 'x-key': 'key' });
    expect(target.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
  });

  it('tunnels connections to https servers, which it cannot read', async () => {
    const proxy = await startProxy();
    const target = await startHttpsServer(true);
    const tls = { ca: root.cert, cert: client.cert, key: client.key };
    const indicator = http(target.url, { proxy: proxy.origin, tls });
    for (let runs = 0; runs < 3; runs += 1) expect((await run(indicator)).status).toBe('UP');
    expect(proxy.asked).toEqual([`CONNECT 127.0.0.1:${target.port}`]);
    expect(target.clients).toEqual(['client', 'client', 'client']);
    await expect(run(http(target.url, { proxy: proxy.origin }))).rejects.toMatchObject({
      code: expect.any(String) as string,
    });
  });

  it.each(['http', 'https'])('reports a proxy that refuses or is not reachable: %s', async (scheme) => {
    const proxy = await startProxy();
    const url = `${scheme}://127.0.0.1:${await freePort()}/`;
    await expect(run(http(url, { proxy: `http://user:wrong@127.0.0.1:${proxy.port}` }))).rejects.toMatchObject({
      message: 'the proxy responded with HTTP status 407',
      code: 'PROXY_REFUSED',
    });
    await expect(run(http(url, { proxy: `http://127.0.0.1:${await freePort()}` }))).rejects.toMatchObject({
      message: 'the proxy cannot be reached: connection refused',
      code: 'PROXY_UNREACHABLE',
    });
  });

  it('abandons a hanging proxy when the run ends, and leaves no connection open', async () => {
    const proxy = await startProxy(false);
    const controller = new AbortController();
    const reason = new Error('time is over');
    const running = run(http('https://127.0.0.1:1/', { proxy: proxy.origin }), controller.signal);
    await vi.waitFor(() => expect(proxy.asked).toHaveLength(1));
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await vi.waitFor(() => expect(proxy.sockets.size).toBe(0), { timeout: 10_000 });
  });
});

describe('the addresses of HttpIndicator', () => {
  it('can be a Unix domain socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'socket-'));
    const path = join(folder, 's');
    const hosts: (string | undefined)[] = [];
    const unix = createHttpServer((request, response) => {
      hosts.push(request.headers.host);
      response.end();
    });
    await new Promise<void>((resolve) => unix.listen(path, resolve));
    try {
      expect((await run(http('http://docker/_ping', { socketPath: path, keepAlive: false }))).status).toBe('UP');
      expect(hosts).toEqual(['docker']);
    } finally {
      unix.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('can have ports that the Fetch standard blocks', async () => {
    // A refused connection shows that a connection was attempted. https://fetch.spec.whatwg.org/#bad-port
    for (const port of [1, 6000, 10080]) {
      const outcome = await run(http(`http://127.0.0.1:${port}/`), calm()).catch((error: unknown) => error);
      expect(outcome).toSatisfy(
        (value: { code?: string; data?: object }) => value.code === 'ECONNREFUSED' || value.data !== undefined,
      );
    }
  });
});
