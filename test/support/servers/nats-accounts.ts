import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nkeys } from '@nats-io/transport-node';
import type { ServerKind } from './private-server.js';
import { nats } from './nats.js';

type KeyPair = ReturnType<typeof nkeys.createUser>;
type Claims = Readonly<Record<string, unknown>>;

const encode = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url');
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

/** A token of NATS about a key, as `nsc` writes it: a JWT that the key of the issuer signs. */
function token(issuer: KeyPair, subject: KeyPair, name: string, claims: Claims, seconds?: number): string {
  const now = Math.floor(Date.now() / 1000);
  const body = {
    jti: encode(`${name}-${now}`),
    iat: now,
    iss: issuer.getPublicKey(),
    name,
    sub: subject.getPublicKey(),
    ...(seconds !== undefined && { exp: now + seconds }),
    nats: { version: 2, ...claims },
  };
  const signed = `${encode('{"typ":"JWT","alg":"ed25519-nkey"}')}.${encode(JSON.stringify(body))}`;
  return `${signed}.${encode(issuer.sign(Buffer.from(signed)))}`;
}

const UNLIMITED = { subs: -1, data: -1, payload: -1 };
const OF_ACCOUNT = { ...UNLIMITED, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 };
const OF_JETSTREAM = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

/** An operator with one account, whose users log in with a token and a signature: no password exists. */
export class NatsAccounts {
  readonly #operator = nkeys.createOperator();
  readonly #system = nkeys.createAccount();
  readonly #account = nkeys.createAccount();

  /** A server that accepts the users of the account, with JetStream. */
  get kind(): ServerKind {
    return {
      ...nats,
      prepare: ({ folder }) => writeFileSync(join(folder, 'accounts.conf'), this.#configuration()),
      command: ({ folder, port }) => ({
        ...nats.command({ folder, port, user: '', password: '' }),
        args: ['--addr', '127.0.0.1', '--port', `${port}`, '--config', 'accounts.conf', '--store_dir', folder],
      }),
    };
  }

  /** The text of a `.creds` file of a new user. `account`: which signs it. `seconds`: until it expires. */
  credentials({ account = this.#account, seconds }: { account?: KeyPair; seconds?: number } = {}): string {
    const user = nkeys.createUser();
    const claims = { type: 'user', pub: {}, sub: {}, ...UNLIMITED };
    return [
      '-----BEGIN NATS USER JWT-----',
      token(account, user, 'fleet', claims, seconds),
      '------END NATS USER JWT------',
      '',
      '-----BEGIN USER NKEY SEED-----',
      textOf(user.getSeed()),
      '------END USER NKEY SEED------',
      '',
    ].join('\n');
  }

  /** Credentials of an account that the server does not know. */
  foreignCredentials(): string {
    return this.credentials({ account: nkeys.createAccount() });
  }

  #configuration(): string {
    const account = (key: KeyPair, name: string, limits: Claims): string =>
      `${key.getPublicKey()}: ${token(this.#operator, key, name, { type: 'account', limits })}`;
    return [
      `operator: ${token(this.#operator, this.#operator, 'operator', { type: 'operator' })}`,
      `system_account: ${this.#system.getPublicKey()}`,
      'resolver: MEMORY',
      'resolver_preload: {',
      account(this.#system, 'system', OF_ACCOUNT),
      account(this.#account, 'orders', { ...OF_ACCOUNT, ...OF_JETSTREAM }),
      '}',
      'jetstream: {}',
      '',
    ].join('\n');
  }
}
