import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { etcd } from '../../support/servers/etcd.js';
import { nats } from '../../support/servers/nats.js';
import type { PrivateServer, ServerKind } from '../../support/servers/private-server.js';
import { redisWith } from '../../support/servers/redis.js';
import { CertificateAuthority } from '../indicators/support/certificate-authority.js';
import { BuiltCli } from './built-cli.js';

const folder = mkdtempSync(join(tmpdir(), 'nest-vitals-tls-'));
const at = (name: string): string => join(folder, name);
const SERVER_FILES = { certificate: at('server.pem'), key: at('server.key'), authority: at('authority.pem') };

/** The certificates of the servers and of the tool, and those of an authority that signed none of them. */
function writeCertificates(): void {
  const certificates = new CertificateAuthority();
  const authority = certificates.issue({ name: 'authority', to: 10, isAuthority: true });
  const issued = [
    authority,
    certificates.issue({ name: 'stranger', to: 10, isAuthority: true }),
    certificates.issue({ name: 'server', for: 'IP:127.0.0.1,DNS:localhost', to: 10, issuer: authority }),
    certificates.issue({ name: 'client', for: 'DNS:client', to: 10, issuer: authority }),
  ];
  for (const { name, cert, key } of issued) {
    writeFileSync(at(`${name}.pem`), cert);
    writeFileSync(at(`${name}.key`), key);
  }
  certificates.remove();
}

/** A kind of server that accepts encrypted connections only, from clients with a certificate. */
interface Kind {
  readonly kind: ServerKind;
  readonly option: string;
  readonly url: (server: PrivateServer) => string;
  readonly hasLogin: boolean;
}

const { certificate, key, authority } = SERVER_FILES;
const words = (text: string): string[] => text.split(' ');
const withTls = (kind: ServerKind, change: (args: readonly string[]) => readonly string[]): ServerKind => ({
  ...kind,
  command: (place) => ({ ...kind.command(place), args: [...change(kind.command(place).args)] }),
});

const KINDS: readonly Kind[] = [
  {
    kind: redisWith(({ port }) => [
      ...words(`--port 0 --tls-port ${port} --tls-auth-clients yes`),
      ...words(`--tls-cert-file ${certificate} --tls-key-file ${key} --tls-ca-cert-file ${authority}`),
    ]),
    option: '--redis',
    url: ({ port }) => `rediss://127.0.0.1:${port}`,
    hasLogin: true,
  },
  {
    kind: withTls(nats, (args) => [
      ...args,
      ...words(`--jetstream --tlsverify --tlscert ${certificate} --tlskey ${key} --tlscacert ${authority}`),
    ]),
    option: '--nats',
    url: (server) => `tls://${server.address().user}@127.0.0.1:${server.port}`,
    hasLogin: true,
  },
  {
    kind: withTls(etcd, (args) => [
      ...args.map((word, index) => (args[index - 1]?.endsWith('client-urls') ? word.replace('http:', 'https:') : word)),
      ...words(`--client-cert-auth --cert-file ${certificate} --key-file ${key} --trusted-ca-file ${authority}`),
    ]),
    option: '--etcd',
    url: ({ port }) => `https://127.0.0.1:${port}`,
    hasLogin: false,
  },
];

describe('nest-vitals fleet over TLS', () => {
  beforeAll(writeCertificates);
  afterAll(() => rmSync(folder, { recursive: true }));

  describe.each(KINDS)('to $kind.name', ({ kind, option, url, hasLogin }) => {
    describeWith(kind, 'the tool', (server) => {
      const pair = ['--cert-file', at('client.pem'), '--cert-key-file', at('client.key')];
      const run = (timeout: string, ...options: string[]): BuiltCli =>
        new BuiltCli(['fleet', option, url(server()), ...options, '--once', '--timeout', timeout], {
          environment: hasLogin ? { HEALTH_STORE_PASSWORD: server().address().password } : {},
        });

      it('connects with both certificates, and explains the fault of a wrong certificate', async () => {
        const good = run('20s', '--ca-file', at('authority.pem'), ...pair);
        const untrusted = run('1500ms', '--ca-file', at('stranger.pem'), ...pair);
        const anonymous = run('1500ms', '--ca-file', at('authority.pem'));
        for (const tool of [good, untrusted, anonymous]) expect(await tool.exit()).toBe(1);
        expect(good.output).toContain('no instance is known');
        expect(good.errors).toBe('');
        expect(untrusted.output).toContain(
          'the certificate of the server is not signed by the authority in --ca-file: give the certificate of its authority',
        );
        // The client of NATS waits for a response, so the tool cannot print more than that.
        expect(anonymous.output).toMatch(kind.name === 'NATS' ? /UNKNOWN/ : /client certificate.*--cert-file/);
        for (const { output, errors } of [good, untrusted, anonymous]) {
          expect(output + errors).not.toContain(server().address().password);
        }
      });
    });
  });
});
