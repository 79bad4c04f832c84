import { type RequiredRule, required } from '../../options/rules.js';

/** A URL, whose path is often a secret. */
export const webAddress = required<URL>({
  isSecret: true,
  expected: 'an http: or https: URL',
  accepts: (value) => typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  convert: (value) => new URL(String(value)),
});

/** The client of the application. `accepts` is the test for it, and `expected` describes the accepted clients. */
export function clientRule<Client>(
  accepts: (candidate: unknown) => candidate is Client,
  expected: string,
): RequiredRule<Client> {
  return required<Client>({ accepts, expected });
}
