import { X509Certificate, createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { CommandLine } from '../options.js';
import { readCertificates, readSecret } from '../read-file.js';
import { UsageError } from '../usage-error.js';
import { SCHEMES, type StoreKind, exampleOf } from './store-kind.js';

/** The settings of an encrypted connection. The texts are PEM. */
export interface StoreTls {
  /** The only certificate authorities that are trusted. Undefined: those of Node.js, with NODE_EXTRA_CA_CERTS. */
  readonly ca?: string;
  /** The client certificate. */
  readonly cert?: string;
  readonly key?: string;
}

/** Undefined: the connection is not encrypted, unless a server of NATS requires it. Throws `UsageError`. */
export async function tlsOf(
  kind: StoreKind,
  urls: readonly URL[],
  values: CommandLine['values'],
): Promise<StoreTls | undefined> {
  const { 'ca-file': caFile, 'cert-file': certFile, 'cert-key-file': keyFile } = values;
  const { plain, encrypted } = SCHEMES[kind];
  const isEncrypted = urls.some(({ protocol }) => protocol === encrypted);
  if (isEncrypted && urls.some(({ protocol }) => protocol === plain)) {
    throw new UsageError(`--${kind} mixes ${plain}// and ${encrypted}//: use ${encrypted}// for all addresses`);
  }
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new UsageError('--cert-file and --cert-key-file belong together: give both');
  }
  const given = (['ca-file', 'cert-file'] as const).find((option) => values[option] !== undefined);
  // A server of NATS announces whether a connection is encrypted, so nats:// is valid here.
  if (given !== undefined && !isEncrypted && kind !== 'nats') {
    throw new UsageError(`--${given} has no effect with ${plain}//: use ${exampleOf(kind, 'encrypted')}`);
  }
  if (given === undefined && !isEncrypted) return undefined;
  return {
    ...(caFile !== undefined && { ca: (await readCertificate('--ca-file', caFile)).text }),
    ...(certFile !== undefined && keyFile !== undefined && (await readPair(certFile, keyFile))),
  };
}

async function readPair(certFile: string, keyFile: string): Promise<{ readonly cert: string; readonly key: string }> {
  const { text: cert, certificate } = await readCertificate('--cert-file', certFile);
  const key = await readSecret('--cert-key-file', keyFile, 'private key');
  if (!certificate.checkPrivateKey(privateKeyOf(key, keyFile))) {
    throw new UsageError(
      `--cert-key-file ${keyFile} is not the key of --cert-file ${certFile}: give the key of that certificate`,
    );
  }
  return { cert, key };
}

async function readCertificate(
  option: string,
  file: string,
): Promise<{ readonly text: string; readonly certificate: X509Certificate }> {
  const text = await readCertificates(option, file);
  try {
    return { text, certificate: new X509Certificate(text) };
  } catch (error) {
    throw new UsageError(`${option} ${file} has no certificate: use a file in PEM format`, { cause: error });
  }
}

function privateKeyOf(text: string, file: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (error) {
    const problem = text.includes('ENCRYPTED')
      ? 'is encrypted: decrypt it with openssl pkey'
      : 'has no private key: use a file in PEM format';
    throw new UsageError(`--cert-key-file ${file} ${problem}`, { cause: error });
  }
}
