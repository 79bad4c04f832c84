import { hasMethods } from '../core/has-methods.js';
import type { FaultsAt } from '../options/faults.js';
import { OptionReader } from '../options/option-reader.js';
import { type Rule, matching } from '../options/rules.js';
import type { EmailTarget, MailSender } from './email.js';
import { COMMON_OPTIONS, readCommon } from './resolve-target.js';
import type { EmailSettings } from './target-settings.js';

const DEFAULT_TIMEOUT = 30_000;

const address = matching(/^[^\r\n]*@[^\r\n]*$/, 'an e-mail address');
const addresses: Rule<string | readonly string[]> = {
  expected: 'an e-mail address, or a list of at least one',
  accepts: (value) =>
    address.accepts(value) ||
    (Array.isArray(value) && value.length > 0 && value.every((item) => address.accepts(item))),
};
const transporters: Rule<MailSender> = {
  expected: 'an object with a method sendMail, such as the return value of createTransport() of nodemailer',
  accepts: (value) => hasMethods(value, 'sendMail'),
};

export function resolveEmail(
  { email }: EmailTarget,
  known: readonly string[],
  at: FaultsAt,
): EmailSettings | undefined {
  const reader = new OptionReader(at, email);
  const required = { transporter: transporters, from: address, recipients: addresses };
  reader.refuseUnknown([...Object.keys(required), ...COMMON_OPTIONS, 'message']);
  for (const [option, rule] of Object.entries(required)) {
    if (Reflect.get(email, option) === undefined) at.option(option).missing(rule);
  }
  const transporter = reader.read<MailSender | undefined>('transporter', transporters, undefined);
  const settings = {
    kind: 'email' as const,
    receiver: 'e-mail',
    from: reader.read('from', address, ''),
    recipients: [reader.read('recipients', addresses, [])].flat(),
    ...readCommon(reader, known, DEFAULT_TIMEOUT),
  };
  return transporter && { ...settings, transporter };
}
