import { describe, expect, it } from 'vitest';
import { explainClosed, explainFault } from '../../../src/cli/fleet/explain-fault.js';
import type { StoreAddress } from '../../../src/cli/fleet/store-address.js';

const redis: StoreAddress = {
  kind: 'redis',
  urls: [new URL('redis://host')],
  login: { user: undefined, password: undefined },
  tls: undefined,
  topology: { kind: 'server' },
};
const coded = (code: string, message = code): Error => Object.assign(new Error(message), { code });

describe('explainFault', () => {
  it.each([
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), {}, 'is not signed by a trusted authority: give'],
    [coded('SELF_SIGNED_CERT_IN_CHAIN'), { tls: { ca: 'pem' } }, 'is not signed by the authority in --ca-file'],
    [
      new Error('No connection established. Last error: Error: unable to verify the first certificate'),
      {},
      'is not signed by a trusted authority',
    ],
    [coded('ERR_TLS_CERT_ALTNAME_INVALID'), {}, 'use a host name of the certificate in --redis'],
    [coded('CERT_HAS_EXPIRED'), {}, 'the certificate of the server has expired'],
    [coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), {}, 'give --cert-file and --cert-key-file'],
    [
      coded('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'),
      { tls: { cert: 'pem', key: 'pem' } },
      'the server refused the client certificate',
    ],
    [coded('ERR_SSL_WRONG_VERSION_NUMBER'), { kind: 'etcd' }, 'the server does not use TLS on this port'],
    [new Error('NOAUTH Authentication required.'), {}, 'the server requires a login'],
    [new Error("'Authorization Violation'"), { kind: 'nats' }, 'the server refused the login'],
    [new Error('MOVED 1234 10.0.0.1:6379'), {}, 'give --redis-cluster too'],
    [new Error('ERR This instance has cluster support disabled'), {}, 'leave --redis-cluster out'],
    [new Error("ERR unknown command 'eval', with args"), {}, 'give --redis-sentinel <name> too'],
    [new Error('got an invalid reply: null'), {}, 'check --redis-sentinel'],
  ] as const)('explains %s', (error, change, text) => {
    const address = { ...redis, ...change };
    expect(explainFault(error, address)).toContain(text);
    const nested = new Error('failed', { cause: new AggregateError([new Error('first'), error]) });
    expect(explainFault(nested, address)).toContain(text);
  });

  it('mentions the password of the sentinels when the store uses sentinels', () => {
    const login = { user: undefined, password: undefined };
    const address: StoreAddress = { ...redis, topology: { kind: 'sentinels', name: 'main', login } };
    expect(explainFault(new Error('WRONGPASS invalid'), address)).toContain('--sentinel-password-file');
    expect(explainFault(new Error('WRONGPASS invalid'), redis)).not.toContain('sentinel');
  });

  it('has no explanation for other errors', () => {
    for (const error of [coded('ECONNREFUSED'), new Error('Connection is closed.'), 'TIMEOUT', undefined]) {
      expect(explainFault(error, redis)).toBeUndefined();
    }
  });
});

describe('explainClosed', () => {
  it.each([
    [coded('ECONNRESET'), {}, 'if it requires TLS, use rediss://'],
    [coded('ECONNRESET'), { tls: {} }, 'if it requires a client certificate, give --cert-file'],
    [coded('EPIPE'), { tls: { cert: 'pem', key: 'pem' } }, 'may have refused the client certificate'],
    [new Error('timeout'), { kind: 'nats', tls: {} }, 'if it requires a client certificate'],
    [new Error('Connection is closed.'), { topology: { kind: 'cluster' } }, 'no node of the cluster accepts'],
    [coded('ECONNREFUSED'), {}, 'none'],
    [new Error('Connection is closed.'), {}, 'none'],
  ] as const)('explains a connection that closed with %s and the options %j', (error, change, text) => {
    const explained = explainClosed(error, { ...redis, ...change });
    expect(explained ?? 'none').toContain(text);
  });
});
