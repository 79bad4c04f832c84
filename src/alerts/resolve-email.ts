import { hasMethods } from '../core/has-methods.js';
import type { FaultsAt } from '../options/faults.js';
import { OptionReader, type RuleTable } from '../options/option-reader.js';
import { type Rule, matching } from '../options/rules.js';
import type { EmailOptions, EmailTarget, MailSender } from './email.js';
import { COMMON_RULES, message, readCommon } from './resolve-target.js';
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

const REQUIRED = { transporter: transporters, from: address, recipients: addresses };
const RULES = { ...REQUIRED, ...COMMON_RULES, message } satisfies RuleTable<EmailOptions>;

export function resolveEmail(
  { email }: EmailTarget,
  known: readonly string[],
  at: FaultsAt,
): EmailSettings | undefined {
  const reader = new OptionReader(at, email);
  reader.refuseUnknown(RULES);
  for (const [option, rule] of Object.entries(REQUIRED)) {
    if (Reflect.get(email, option) === undefined) at.option(option).missing(rule);
  }
  const transporter = reader.read<MailSender | undefined>('transporter', RULES.transporter, undefined);
  const settings = {
    kind: 'email' as const,
    receiver: 'e-mail',
    from: reader.read('from', RULES.from, ''),
    recipients: [reader.read('recipients', RULES.recipients, [])].flat(),
    ...readCommon(reader, known, DEFAULT_TIMEOUT),
  };
  return transporter && { ...settings, transporter };
}
