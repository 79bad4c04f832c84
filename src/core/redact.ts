/** Replaces a secret. */
export const MASK = '***';

const STRONG =
  'pass(?!ed|es|ing|ive|age)|pwd|secret|token|(?:api|access|account|private|encryption|signing)[ _-]?key|authorization|credential|jwt|signature';
const WEAK = 'pw|pin|otp|sid|sig|session(?:[ _-]?id)?|auth|hmac';
const QUOTE = String.raw`\\?["']`;
/** A quoted text, a text in braces (ODBC), a word after an authentication scheme, or a word. */
const VALUE = String.raw`(?:\\"(?:(?!\\").)*(?:\\")?|"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|\{[^}]*\}?|(?:bearer|basic|digest|token|negotiate)\s+[^\s;&"']+|[^\s;&]+)`;
const SCHEME = String.raw`[a-z][a-z\d+.-]{0,20}:\/\/(?!\[)`;
/** A colon in the authority of a URL that begins a password and not a port. */
const PASSWORD_COLON = String.raw`:(?!\d{1,5}(?:[\s/?#,;.)'"\]]|$))`;

/** Each pattern with its replacement. Repetitions are bounded, so that the time is linear in the length of the text. */
const SECRETS: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|$)/g, MASK],
  // A password in a URL may hold white space.
  [new RegExp(String.raw`(${SCHEME})[^\s/?#@:]{0,200}${PASSWORD_COLON}[^@]{0,200}@`, 'gi'), `$1${MASK}@`],
  // The text may end before the at-sign.
  [new RegExp(String.raw`(${SCHEME}[^\s/?#@:]{0,200}${PASSWORD_COLON})[^\s/@*][^\s@]*(?![^\s]*@)`, 'gi'), `$1${MASK}`],
  [/(%3A%2F%2F)\S{0,400}?%40/gi, `$1${MASK}%40`],
  [/((?:set-)?cookie\\?["']?\s{0,3}[:=]\s{0,3})[^\r\n]*/gi, `$1${MASK}`],
  // In a connection string with semicolons a password may hold white space.
  [/((?:^(?=[^;]{0,400};)|;)\s{0,3}(?:pwd|password)\s{0,3}=\s{0,3})(?!["'{])[^;]*(?=;|$)/gi, `$1${MASK}`],
  [
    new RegExp(String.raw`((?:${STRONG})[\w.-]{0,60}(?:${QUOTE})?\s{0,3}(?:=>|[=:])\s{0,3})${VALUE}`, 'gi'),
    `$1${MASK}`,
  ],
  [new RegExp(String.raw`((?<![a-z])(?:${WEAK})(?:${QUOTE})?\s{0,3}=\s{0,3})${VALUE}`, 'gi'), `$1${MASK}`],
  [new RegExp(String.raw`(${QUOTE}(?:${WEAK})${QUOTE}\s{0,3}:\s{0,3})${VALUE}`, 'gi'), `$1${MASK}`],
  [/([?&](?:key|code|auth)=)[^\s&#"']+/gi, `$1${MASK}`],
  // A word of prose ("Basic authentication") has neither a digit nor a capital inside.
  [/\b([Bb]earer|BEARER|[Bb]asic|BASIC)\s{1,3}(?=\S{0,200}(?:\d|[a-z+/._~-][A-Z]))[\w.~+/=-]{6,}/g, `$1 ${MASK}`],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?/g, MASK],
  // An option of a command line whose value is the next word.
  [/(--(?:pass(?:word|wd|phrase)?|pwd|secret|token|api-key)\s{1,3})(?!-)\S+/gi, `$1${MASK}`],
  // The path of an incoming webhook is its credential.
  [
    /\b(hooks\.slack\.com\/(?:services|workflows|triggers)\/|discord(?:app)?\.com\/api\/webhooks\/)[^\s"']+/gi,
    `$1${MASK}`,
  ],
  [/\b(?:(?:AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|npm_[A-Za-z\d]{30,})/g, MASK],
  [
    /\b(?:[rs]k_(?:live|test)_\w{8,}|whsec_\w{16,}|xox[abprs]-[\w-]{10,}|AIza[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,})/g,
    MASK,
  ],
];

/** Every secret of a known form contains one of these. */
const SUSPICIOUS =
  /[@=:]|%40|bearer|basic|eyJ|-----BEGIN|AKIA|ASIA|gh[pousr]_|github_|glpat-|npm_|[rs]k_|whsec_|xox|AIza|SG\.|--|webhooks|hooks\.slack/i;

/**
 * Masks the secrets that can be recognised by their form: credentials in URLs (`scheme://***@host`) and before a host
 * (`user:***@host`), values of `password=`, `Pwd=`, `token:`, `"secret":` and the like, `Authorization` and cookies,
 * JSON Web Tokens, private keys in PEM, and access keys with a well-known prefix. A secret within prose cannot be recognised.
 */
export function maskCredentials(text: string): string {
  if (!SUSPICIOUS.test(text)) return text;
  let masked = text.includes('@') ? text.replace(/\S+/g, maskWord) : text;
  for (const [pattern, replacement] of SECRETS) masked = masked.replace(pattern, replacement);
  return masked;
}

/** Up to the last at-sign of the word, because a password may hold slashes and at-signs. */
function maskWord(word: string): string {
  const end = word.lastIndexOf('@');
  if (end === -1) return word;
  const scheme = word.indexOf('://');
  if (scheme !== -1) {
    const start = scheme + 3;
    // Paths of packages have at-signs: file:///app/node_modules/@nestjs/core.
    const isFile = word.slice(0, scheme).endsWith('file');
    return start > 2 && end >= start && !isFile ? word.slice(0, start) + MASK + word.slice(end) : word;
  }
  const colon = word.indexOf(':');
  return colon > 0 && colon + 1 < end ? word.slice(0, colon + 1) + MASK + word.slice(end) : word;
}

const SECRET_KEY =
  /pass(?!ed|es|ing|ive|age)|pwd|secret|token|(?:api|access|account|private|encryption|signing)[^a-z]?key|auth|credential|cookie/;
/** Short words that are part of many other words. They mean a secret only as a separate word, some only at the end. */
const SECRET_WORD =
  /(?:^|[^a-z])(?:jwt|hmac|csrf|xsrf|bearer|(?:pin|otp|sid|sig|salt|signature|sessions?|session[^a-z]?(?:id|ids|key))$)/;
/** Keys whose numbers are secrets too, unlike `tokens: 12`, which is a count. */
const SECRET_NUMBER = /(?:^|[^a-z])(?:pin|otp|cvv|cvc|pass(?:word|code|wd)?|pwd|secret)$/;

/** The values under a key that are secret. */
export type Secrecy = 'none' | 'texts' | 'all';

/** Most data has the same keys in each run. The limit protects against data with new keys in each run. */
const KEYS_REMEMBERED = 1000;
const remembered = new Map<string, Secrecy>();

export function secrecyOf(key: string): Secrecy {
  const known = remembered.get(key);
  if (known !== undefined) return known;
  const words = key.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();
  const isSecret = SECRET_KEY.test(key.toLowerCase()) || SECRET_WORD.test(words);
  const secrecy = SECRET_NUMBER.test(words) ? 'all' : isSecret ? 'texts' : 'none';
  if (remembered.size < KEYS_REMEMBERED) remembered.set(key, secrecy);
  return secrecy;
}
