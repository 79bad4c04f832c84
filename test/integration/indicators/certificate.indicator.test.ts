import { getEventListeners } from 'node:events';
import { createServer } from 'node:tls';
import { HealthModule } from 'nest-vitals';
import { CertificateIndicator, type CertificateIndicatorOptions } from 'nest-vitals/indicators';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { startApplication } from '../../support/start-application.js';
import { freePort } from '../../support/servers/free-port.js';
import { calm, faultsOf, run } from '../../unit/indicators/indicator.js';
import { CertificateAuthority, type Credentials } from './support/certificate-authority.js';
import { expectNoLeak } from './support/resources.js';
import { type TcpServer, startTcpServer, track } from './support/tcp-server.js';

const authority = new CertificateAuthority();
afterAll(() => authority.remove());

const here = 'DNS:localhost,IP:127.0.0.1';
const root = authority.issue({ name: 'root', to: 1000, isAuthority: true });
const valid = authority.issue({ name: 'valid', for: here, to: 90.5, issuer: root });
const ending = authority.issue({ name: 'ending', for: here, to: 10.5, issuer: root });
const expired = authority.issue({ name: 'expired', for: here, to: -0.5, issuer: root });
const early = authority.issue({ name: 'early', for: here, from: 1, to: 90, issuer: root });
const foreign = authority.issue({ name: 'foreign', for: 'DNS:other.test', to: 90.5, issuer: root });
const selfSigned = authority.issue({ name: 'self-signed', for: here, to: 90.5 });
const selfSignedExpired = authority.issue({ name: 'self-signed-expired', for: 'DNS:other.test', to: -0.5 });
const endingIssuer = authority.issue({ name: 'ending-issuer', to: 5.5, issuer: root, isAuthority: true });
const underEnding = authority.issue({ name: 'under-ending', for: here, to: 90.5, issuer: endingIssuer });
const expiredIssuer = authority.issue({ name: 'expired-issuer', to: -0.5, issuer: root, isAuthority: true });
const endingRoot = authority.issue({ name: 'ending-root', to: 3.5, isAuthority: true });
const underEndingRoot = authority.issue({ name: 'under-ending-root', for: here, to: 90.5, issuer: endingRoot });
const expiredRoot = authority.issue({ name: 'expired-root', to: -0.5, isAuthority: true });
const underExpiredRoot = authority.issue({ name: 'under-expired-root', for: here, to: 90.5, issuer: expiredRoot });
const underExpired = authority.issue({ name: 'under-expired', for: here, to: 90.5, issuer: expiredIssuer });

function startTlsServer({ key, cert }: Credentials, ...chain: Credentials[]): Promise<TcpServer> {
  const shown = [cert, ...chain.map((each) => each.cert)].join('');
  return track(createServer({ key, cert: shown }), undefined, 'secureConnection');
}

const indicatorFor = ({ port }: { port: number }, options: Partial<CertificateIndicatorOptions> = {}) =>
  new (CertificateIndicator('tls', { host: '127.0.0.1', port, ca: root.cert, ...options }))();

describe('CertificateIndicator', () => {
  it('is UP with a certificate that is valid for a long time', async () => {
    const server = await startTlsServer(valid);
    expect(await run(indicatorFor(server))).toEqual({
      status: 'UP',
      data: {
        days_left: 90,
        valid_from: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        valid_to: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        subject: 'CN=valid',
        issuer: 'CN=root',
      },
    });
    await vi.waitFor(() => expect(server.sockets.size).toBe(0));
  });

  it('is DEGRADED when the certificate expires soon, or DOWN if the options say so', async () => {
    const server = await startTlsServer(ending);
    expect(await run(indicatorFor(server))).toMatchObject({
      status: 'DEGRADED',
      message: 'days left: 10, below 14',
      data: { days_left: 10 },
    });
    expect((await run(indicatorFor(server, { daysLeft: { warn: 10 } }))).status).toBe('UP');
    expect((await run(indicatorFor(server, { daysLeft: { warn: 30, fail: 11 } }))).status).toBe('DOWN');
    expect((await run(indicatorFor(server, { daysLeft: false }))).status).toBe('UP');
  });

  it.each([
    ['expired', expired, 'CERT_HAS_EXPIRED', 'certificate expired', { days_left: -1 }],
    ['not yet valid', early, 'CERT_NOT_YET_VALID', 'certificate not yet valid', { days_left: 89 }],
    ['of another host', foreign, 'ERR_TLS_CERT_ALTNAME_INVALID', 'certificate of another host', { days_left: 90 }],
    ['self-signed', selfSigned, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'certificate not trusted', { days_left: 90 }],
  ])('is DOWN with a certificate that is %s', async (_what, credentials, code, message, data) => {
    const server = await startTlsServer(credentials);
    await expect(run(indicatorFor(server))).rejects.toMatchObject({ code, message, data });
  });

  it('lists every failure that OpenSSL reports', async () => {
    const server = await startTlsServer(selfSignedExpired);
    await expect(run(indicatorFor(server))).rejects.toMatchObject({
      code: 'CERT_HAS_EXPIRED',
      message: 'certificate expired; certificate of another host',
    });
  });

  it('accepts an untrusted chain or another host if the options permit it', async () => {
    const untrusted = await startTlsServer(selfSigned);
    expect((await run(indicatorFor(untrusted, { requireTrusted: false }))).status).toBe('UP');
    const other = await startTlsServer(foreign);
    expect((await run(indicatorFor(other, { requireHost: false }))).status).toBe('UP');
    const all = await startTlsServer(selfSignedExpired);
    const lenient = indicatorFor(all, { requireHost: false, requireTrusted: false });
    await expect(run(lenient)).rejects.toMatchObject({ message: 'certificate expired' });
  });

  it('trusts the well-known authorities, and another authority only by option', async () => {
    const server = await startTlsServer(valid);
    const { port } = server;
    const indicator = new (CertificateIndicator('tls', { host: '127.0.0.1', port }))();
    await expect(run(indicator)).rejects.toMatchObject({ message: 'certificate not trusted' });
    expect((await run(indicatorFor(server, { ca: Buffer.from(root.cert) }))).status).toBe('UP');
    expect((await run(indicatorFor(server, { ca: [selfSigned.cert, root.cert] }))).status).toBe('UP');
  });

  it('counts the days of the certificate in the chain that expires first, including the root', async () => {
    const server = await startTlsServer(underEnding, endingIssuer, root);
    expect(await run(indicatorFor(server))).toMatchObject({ status: 'DEGRADED', data: { days_left: 5 } });
    const other = await startTlsServer(underEndingRoot);
    expect(await run(indicatorFor(other, { ca: endingRoot.cert }))).toMatchObject({
      status: 'DEGRADED',
      data: { days_left: 3 },
    });
  });

  it('is DOWN when an issuer has expired', async () => {
    const server = await startTlsServer(underExpired, expiredIssuer);
    await expect(run(indicatorFor(server))).rejects.toMatchObject({
      code: 'CERT_HAS_EXPIRED',
      message: 'certificate of an issuer expired',
    });
  });

  it('is DOWN when the root has expired', async () => {
    const server = await startTlsServer(underExpiredRoot);
    for (const requireTrusted of [true, false]) {
      await expect(run(indicatorFor(server, { ca: expiredRoot.cert, requireTrusted }))).rejects.toMatchObject({
        code: 'CERT_HAS_EXPIRED',
        message: 'certificate of an issuer expired',
      });
    }
  });

  it('requests the server name of the options, and compares the certificate with it', async () => {
    const names: string[] = [];
    const server = await track(
      createServer({
        ...foreign,
        SNICallback: (name, done) => {
          names.push(name);
          done(null);
        },
      }),
    );
    expect((await run(indicatorFor(server, { servername: 'other.test' }))).status).toBe('UP');
    await expect(run(indicatorFor(server, { host: 'localhost' }))).rejects.toMatchObject({
      message: 'certificate of another host',
    });
    expect(names).toEqual(['other.test', 'localhost']);
  });

  it('throws the error of Node when the port refuses connections or does not use TLS', async () => {
    await expect(run(indicatorFor({ port: await freePort() }))).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    const plain = await startTcpServer((socket) => socket.write('220 smtp.test ESMTP\r\n'));
    await expect(run(indicatorFor(plain))).rejects.toMatchObject({ code: expect.stringMatching(/^ERR_SSL_/) });
  });

  it('is DOWN when the connection is closed during the handshake', async () => {
    const server = await startTcpServer((socket) => socket.end());
    await expect(run(indicatorFor(server))).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('fails on a server that never completes the handshake', async () => {
    const server = await startTcpServer();
    const controller = new AbortController();
    const reason = new Error('time is over');
    const running = run(indicatorFor(server), controller.signal);
    await vi.waitFor(() => expect(server.sockets.size).toBe(1));
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
    await vi.waitFor(() => expect(server.sockets.size).toBe(0));
  });

  it('leaves no socket and no listener in a thousand runs', async () => {
    const server = await startTlsServer(valid);
    const indicator = indicatorFor(server);
    const signal = calm();
    await expectNoLeak(() => run(indicator));
    await run(indicator, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  }, 60_000);

  it('is DOWN in the report of an application with an expiring certificate', async () => {
    const [good, bad] = [await startTlsServer(ending), await startTlsServer(foreign)];
    const common = { host: '127.0.0.1', ca: root.cert, probes: ['ready'] };
    const application = await startApplication('express', {
      imports: [HealthModule.forRoot()],
      providers: [
        CertificateIndicator('ending', { ...common, port: good.port }),
        CertificateIndicator('foreign', { ...common, port: bad.port }),
      ],
    });
    const response = await application.get('/health/deep');
    expect(response.body).toMatchObject({
      status: 'DOWN',
      details: {
        ending: { status: 'DEGRADED', data: { days_left: 10, subject: 'CN=ending' } },
        foreign: {
          status: 'DOWN',
          error: 'certificate of another host',
          code: 'ERR_TLS_CERT_ALTNAME_INVALID',
          data: { days_left: 90 },
        },
      },
    });
  });

  it('refuses options out of range', () => {
    const options = { port: 0, ca: 'no certificate', servername: '', daysLeft: { warn: 5, fail: 10 }, requireHost: 1 };
    const fault = (text: string): string => `CertificateIndicator("tls"), ${text}`;
    expect(faultsOf(CertificateIndicator('tls', options as unknown as CertificateIndicatorOptions))).toEqual([
      fault('port: its value is 0; use a whole number from 1 to 65535'),
      fault('ca: its value is "no certificate"; use a certificate in PEM, or a list of them'),
      fault('servername: its value is ""; use a text that is not blank'),
      fault('requireHost: its value is 1; use true or false'),
      fault('daysLeft.warn: its value is 5; use false, or a number from 0 to 100000, and not below daysLeft.fail (10)'),
      fault('host: it is missing; use a text that is not blank'),
    ]);
    for (const ca of [[], [root.cert, 'no certificate'], 5] as unknown as string[]) {
      expect(faultsOf(CertificateIndicator('tls', { host: 'a', ca }))).toHaveLength(1);
    }
  });
});
