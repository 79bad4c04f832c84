import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import {
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureContext,
  type TLSSocket,
  checkServerIdentity,
  connect,
  createSecureContext,
} from 'node:tls';
import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../core/check.js';
import type { HealthResult } from '../core/result.js';
import type { HealthIndicator } from '../discovery/health-indicator.decorator.js';
import { HealthCheckError } from '../errors/health-check.error.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { flag, nonBlank, numeric, whole } from '../options/rules.js';
import { connected } from './connected.js';
import { type Certificates, certificates, listOfCertificates } from './pem.js';
import { type Limits, configureLimits, judge } from './limits.js';

/** Options of {@link CertificateIndicator}. */
export interface CertificateIndicatorOptions extends HealthIndicatorOptions {
  /** A host name, or an address. Required. */
  readonly host: string;
  /** Default: 443. TLS has to begin at once: STARTTLS, as databases and mail servers have it, is not spoken. */
  readonly port?: number;
  /** The name that the server is asked for (SNI), and that its certificate must be for. Default: `host`. */
  readonly servername?: string;
  /**
   * The whole days until the first certificate of the chain expires; fewer is beyond the limit.
   * Default: `{ warn: 14 }`. One that has expired is DOWN in any case.
   */
  readonly daysLeft?: Limits | false;
  /** Certificates, in PEM, that are trusted instead of the well-known authorities. Default: the well-known ones. */
  readonly ca?: Certificates;
  /** False: a chain that nobody trusts (a self-signed certificate) is no fault. Default: true, it is DOWN. */
  readonly requireTrusted?: boolean;
  /** False: a certificate of another host is no fault. Default: true, it is DOWN. */
  readonly requireHost?: boolean;
}

const RULES = {
  host: nonBlank,
  port: whole(1, 65_535),
  servername: nonBlank,
  ca: certificates,
  requireTrusted: flag,
  requireHost: flag,
};
const LIMITED = {
  daysLeft: { within: numeric(0, 100_000), direction: 'below', defaults: { warn: 14 } },
} as const;
const DAY = 86_400_000;

interface Fault {
  readonly code: string;
  readonly words: string;
}

/** Shakes hands with a TLS server, and looks at the certificates that it shows. */
export function CertificateIndicator(name: string, options: CertificateIndicatorOptions): Type<HealthIndicator> {
  const { own, limits, annotate } = configureLimits('CertificateIndicator', name, options, RULES, LIMITED, ['host']);
  const { host, port = 443, servername = host, ca, requireTrusted = true, requireHost = true } = own;

  class ConfiguredCertificateIndicator implements HealthIndicator {
    #context: SecureContext | undefined;

    check({ signal }: HealthCheckContext): Promise<HealthResult> {
      // The certificates of the authorities are read once, and not before somebody asks.
      this.#context ??= createSecureContext({
        ...(ca !== undefined && { ca: listOfCertificates(ca) }),
      });
      const secureContext = this.#context;
      return connected(
        'secureConnect',
        signal,
        () =>
          connect({
            host,
            port,
            secureContext,
            ...(isIP(servername) === 0 && { servername }),
            // A handshake that fails shows one fault of several, and no dates.
            rejectUnauthorized: false,
          }),
        (socket) => this.#judge(socket),
      );
    }

    #judge(socket: TLSSocket): HealthResult {
      const shown = socket.getPeerCertificate(true);
      const chain = [...chainOf(shown)].map(({ raw }) => new X509Certificate(raw));
      const [certificate] = chain;
      if (!certificate) throw new HealthCheckError('the server shows no certificate', { code: 'NO_CERTIFICATE' });
      const expiry = Math.min(...chain.map(({ validTo }) => Date.parse(validTo)));
      const daysLeft = Math.floor((expiry - Date.now()) / DAY);
      const data = {
        days_left: daysLeft,
        valid_from: new Date(certificate.validFrom).toISOString(),
        valid_to: new Date(certificate.validTo).toISOString(),
        subject: onOneLine(certificate.subject),
        issuer: onOneLine(certificate.issuer),
      };
      const dates = datesOf(chain);
      const [fault, ...others] = [
        ...dates,
        ...(requireHost ? hostOf(shown) : []),
        ...(requireTrusted ? trustOf(socket, dates) : []),
      ];
      if (fault) {
        const words = [fault, ...others].map((each) => each.words);
        throw new HealthCheckError(words.join('; '), { code: fault.code, data });
      }
      return judge(
        [{ what: 'days left', value: daysLeft, limits: limits.daysLeft, direction: 'below', show: String }],
        data,
      );
    }
  }
  annotate(ConfiguredCertificateIndicator);
  return ConfiguredCertificateIndicator;

  function hostOf(shown: PeerCertificate): Fault[] {
    const mismatch = checkServerIdentity(servername, shown);
    return mismatch ? [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID', words: 'certificate of another host' }] : [];
  }
}

/** The certificate and those that vouch for it, as far as they are shown or known. A root vouches for itself. */
function* chainOf(certificate: DetailedPeerCertificate): Iterable<DetailedPeerCertificate> {
  const seen = new Set<DetailedPeerCertificate>();
  // An empty object stands for no certificate.
  for (let link = certificate; link?.raw && !seen.has(link); link = link.issuerCertificate) {
    seen.add(link);
    yield link;
  }
}

function datesOf(chain: readonly X509Certificate[]): Fault[] {
  const now = Date.now();
  const whose = (index: number): string => (index === 0 ? 'certificate' : 'certificate of an issuer');
  return chain.flatMap(({ validFrom, validTo }, index) => {
    if (now >= Date.parse(validTo)) return [{ code: 'CERT_HAS_EXPIRED', words: `${whose(index)} expired` }];
    if (now < Date.parse(validFrom)) return [{ code: 'CERT_NOT_YET_VALID', words: `${whose(index)} not yet valid` }];
    return [];
  });
}

/** OpenSSL names one fault of several; of these it is known without it. */
function trustOf({ authorized, authorizationError }: TLSSocket, dates: readonly Fault[]): Fault[] {
  // Typed as an error, and in fact the code of one.
  const code = String(authorizationError);
  const isKnown = code === 'ERR_TLS_CERT_ALTNAME_INVALID' || dates.some((fault) => fault.code === code);
  return authorized || isKnown ? [] : [{ code, words: 'certificate not trusted' }];
}

const onOneLine = (distinguishedName: string): string => distinguishedName.replaceAll('\n', ', ');
