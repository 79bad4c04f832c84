import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Credentials {
  readonly name: string;
  readonly key: string;
  readonly cert: string;
}

export interface CertificateRequest {
  readonly name: string;
  /** Host names and addresses, as OpenSSL writes them: `DNS:localhost`, `IP:127.0.0.1`. */
  readonly for?: string;
  /** Days from now. Negative values are in the past. */
  readonly from?: number;
  readonly to: number;
  readonly issuer?: Credentials;
  readonly isAuthority?: boolean;
}

const DAY = 86_400_000;

/** Issues certificates with any dates with the openssl program, in a folder that exists while the tests run. */
export class CertificateAuthority {
  readonly #folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  #serial = 1000;

  issue({ name, for: hosts, from = -10, to, issuer, isAuthority = false }: CertificateRequest): Credentials {
    const at = (extension: string): string => join(this.#folder, `${name}.${extension}`);
    const openssl = (parameters: readonly string[]): unknown => execFileSync('openssl', parameters, { stdio: 'pipe' });
    this.#serial += 1;
    writeFileSync(at('txt'), '');
    writeFileSync(at('serial'), String(this.#serial));
    writeFileSync(
      at('cnf'),
      [
        '[ca]\ndefault_ca = this',
        `[this]\ndatabase = ${at('txt')}\nserial = ${at('serial')}\nnew_certs_dir = ${this.#folder}`,
        'default_md = sha256\npolicy = any\nunique_subject = no',
        '[any]\ncommonName = supplied',
        `[extensions]\nbasicConstraints = critical, CA:${isAuthority ? 'TRUE' : 'FALSE'}`,
        ...(hosts === undefined ? [] : [`subjectAltName = ${hosts}`]),
      ].join('\n'),
    );
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl(['req', '-new', ...curve, '-subj', `/CN=${name}`, '-keyout', at('key'), '-out', at('csr')]);
    const signer = issuer
      ? ['-cert', join(this.#folder, `${issuer.name}.pem`), '-keyfile', join(this.#folder, `${issuer.name}.key`)]
      : ['-selfsign', '-keyfile', at('key')];
    const dates = ['-startdate', asn1(from), '-enddate', asn1(to)];
    const options = ['-batch', '-notext', '-config', at('cnf'), '-extensions', 'extensions'];
    openssl(['ca', ...options, ...signer, ...dates, '-in', at('csr'), '-out', at('pem')]);
    return { name, key: readFileSync(at('key'), 'utf8'), cert: readFileSync(at('pem'), 'utf8') };
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true });
  }
}

/** `20261120103000Z`, this number of days from now. */
function asn1(days: number): string {
  return `${new Date(Date.now() + days * DAY)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(/\D/g, '')}Z`;
}
