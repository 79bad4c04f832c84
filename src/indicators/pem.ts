import { X509Certificate } from 'node:crypto';
import type { Rule } from '../options/rules.js';

/** One or more certificates in PEM. */
export type Certificates = string | Buffer | readonly (string | Buffer)[];

export const certificates: Rule = {
  expected: 'a certificate in PEM, or a list of them',
  accepts: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isCertificate) : isCertificate(value)),
};

function isCertificate(value: unknown): boolean {
  if (typeof value !== 'string' && !Buffer.isBuffer(value)) return false;
  try {
    return new X509Certificate(value).raw.length > 0;
  } catch {
    return false;
  }
}

/** The form that Node's TLS accepts. */
export const listOfCertificates = (given: Certificates): string | Buffer | (string | Buffer)[] =>
  typeof given === 'string' || Buffer.isBuffer(given) ? given : [...given];
