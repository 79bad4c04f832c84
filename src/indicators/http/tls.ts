import { createSecureContext } from 'node:tls';
import { isRecord } from '../../core/is-record.js';
import { type Rule, nonBlank } from '../../options/rules.js';
import { type Certificates, certificates, listOfCertificates } from '../pem.js';

/** The certificates and keys of an https connection. */
export interface HttpTlsOptions {
  /** Certificates in PEM that are trusted instead of the well-known authorities. Default: the well-known authorities. */
  readonly ca?: Certificates;
  /** The client certificate in PEM, with its intermediate certificates. It requires `key`. Default: none. */
  readonly cert?: string | Buffer;
  /** The private key of `cert` in PEM. Required with `cert`. */
  readonly key?: string | Buffer;
  /** The passphrase of `key`, if the key is encrypted. Default: none. */
  readonly passphrase?: string;
  /** The server name that is sent (SNI) and that the certificate of the server must have. Default: the host of the URL. */
  readonly servername?: string;
}

const KEYS = ['ca', 'cert', 'key', 'passphrase', 'servername'];
const isPem = (value: unknown): boolean => (typeof value === 'string' || Buffer.isBuffer(value)) && value.length > 0;

/** The rule for the given value. Its text names the part that is wrong. */
export function tlsRule(given: unknown, isPlain: boolean): Rule {
  const expected = problemOf(given, isPlain);
  return { expected: expected ?? '', accepts: () => expected === undefined };
}

function problemOf(given: unknown, isPlain: boolean): string | undefined {
  if (!isRecord(given)) return `an object of ${KEYS.join(', ')}`;
  if (!Object.keys(given).every((key) => KEYS.includes(key))) return `an object of ${KEYS.join(', ')} and nothing else`;
  if (isPlain) return 'it only with an https URL';
  const { ca, cert, key, passphrase, servername } = given;
  if (ca !== undefined && !certificates.accepts(ca)) return `an object whose ca is ${certificates.expected}`;
  if (servername !== undefined && !nonBlank.accepts(servername)) return 'an object whose servername is a host name';
  if ((cert === undefined) !== (key === undefined)) return 'an object with both cert and key, or neither';
  if (cert === undefined)
    return passphrase === undefined ? undefined : 'an object with passphrase only together with key';
  if (!certificates.accepts(cert) || !isPem(key)) return 'an object whose cert and key are in PEM';
  try {
    createSecureContext({ cert, key, passphrase } as object);
    return undefined;
  } catch {
    // The error may show a part of the key.
    return 'an object whose key belongs to cert and is opened by passphrase';
  }
}

/** Omit `cert` for a redirect to another origin, whose server must not receive the client certificate. */
export function secureContextOf({ ca, cert, key, passphrase }: HttpTlsOptions): ReturnType<typeof createSecureContext> {
  return createSecureContext({
    ...(ca !== undefined && { ca: listOfCertificates(ca) }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(passphrase !== undefined && { passphrase }),
  });
}
