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
import { withSocket } from './with-socket.js';
import { type Certificates, certificates, listOfCertificates } from './pem.js';
import { type Limits, configureLimits, judge } from './limits.js';

/** Options of {@link CertificateIndicator}. */
export interface CertificateIndicatorOptions extends HealthIndicatorOptions {
  /** A host name or an IP address. Required. */
  readonly host: string;
  /** The TCP port. The connection must begin with TLS: STARTTLS, which databases and mail servers use, is not supported. Default: 443. */
  readonly port?: number;
  /** The server name for SNI. The certificate must be valid for it. Default: `host`. */
  readonly servername?: string;
  /**
   * Limits of the days until the first certificate of the chain expires. Fewer days are beyond the limit. Default:
   * `{ warn: 14 }`. An expired certificate is DOWN in any case. False: only expiry is checked.
   */
  readonly daysLeft?: Limits | false;
  /** Trusted certificates in PEM, instead of the well-known authorities. Default: the well-known authorities. */
  readonly ca?: Certificates;
  /** Whether an untrusted chain (a self-signed certificate) is DOWN. Default: true. */
  readonly requireTrusted?: boolean;
  /** Whether a certificate of another host is DOWN. Default: true. */
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
  readonly text: string;
}

/** Makes a TLS handshake, and checks the certificates of the server. */
export function CertificateIndicator(name: string, options: CertificateIndicatorOptions): Type<HealthIndicator> {
  const { own, limits, annotate } = configureLimits('CertificateIndicator', name, options, RULES, LIMITED, ['host']);
  const { host, port = 443, servername = host, ca, requireTrusted = true, requireHost = true } = own;

  class ConfiguredCertificateIndicator implements HealthIndicator {
    #context: SecureContext | undefined;

    check({ signal }: HealthCheckContext): Promise<HealthResult> {
      // The certificates of the authorities are read once, at the first run.
      this.#context ??= createSecureContext({
        ...(ca !== undefined && { ca: listOfCertificates(ca) }),
      });
      const secureContext = this.#context;
      return withSocket(
        'secureConnect',
        signal,
        () =>
          connect({
            host,
            port,
            secureContext,
            ...(isIP(servername) === 0 && { servername }),
            // A refused handshake reports only one of several faults, and no dates.
            rejectUnauthorized: false,
          }),
        (socket) => this.#judge(socket),
      );
    }

    #judge(socket: TLSSocket): HealthResult {
      const peer = socket.getPeerCertificate(true);
      const chain = [...chainOf(peer)].map(({ raw }) => new X509Certificate(raw));
      const [certificate] = chain;
      if (!certificate) throw new HealthCheckError('the server sent no certificate', { code: 'NO_CERTIFICATE' });
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
        ...(requireHost ? hostOf(peer) : []),
        ...(requireTrusted ? trustOf(socket, dates) : []),
      ];
      if (fault) {
        const texts = [fault, ...others].map((each) => each.text);
        throw new HealthCheckError(texts.join('; '), { code: fault.code, data });
      }
      return judge(
        [{ label: 'days left', value: daysLeft, limits: limits.daysLeft, direction: 'below', show: String }],
        data,
      );
    }
  }
  annotate(ConfiguredCertificateIndicator);
  return ConfiguredCertificateIndicator;

  function hostOf(peer: PeerCertificate): Fault[] {
    const mismatch = checkServerIdentity(servername, peer);
    return mismatch ? [{ code: 'ERR_TLS_CERT_ALTNAME_INVALID', text: 'certificate of another host' }] : [];
  }
}

/** The certificate and its issuers, as far as the server sends them or they are known. A root is its own issuer. */
function* chainOf(certificate: DetailedPeerCertificate): Iterable<DetailedPeerCertificate> {
  const seen = new Set<DetailedPeerCertificate>();
  // An empty object means that there is no certificate.
  for (let link = certificate; link?.raw && !seen.has(link); link = link.issuerCertificate) {
    seen.add(link);
    yield link;
  }
}

function datesOf(chain: readonly X509Certificate[]): Fault[] {
  const now = Date.now();
  const subjectOf = (index: number): string => (index === 0 ? 'certificate' : 'certificate of an issuer');
  return chain.flatMap(({ validFrom, validTo }, index) => {
    if (now >= Date.parse(validTo)) return [{ code: 'CERT_HAS_EXPIRED', text: `${subjectOf(index)} expired` }];
    if (now < Date.parse(validFrom)) return [{ code: 'CERT_NOT_YET_VALID', text: `${subjectOf(index)} not yet valid` }];
    return [];
  });
}

/** OpenSSL reports one of several faults. A fault that was already found is not repeated. */
function trustOf({ authorized, authorizationError }: TLSSocket, dates: readonly Fault[]): Fault[] {
  // The type says Error, but the value is an error code.
  const code = String(authorizationError);
  const isKnown = code === 'ERR_TLS_CERT_ALTNAME_INVALID' || dates.some((fault) => fault.code === code);
  return authorized || isKnown ? [] : [{ code, text: 'certificate not trusted' }];
}

const onOneLine = (distinguishedName: string): string => distinguishedName.replaceAll('\n', ', ');
