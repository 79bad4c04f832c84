import type { CodePattern } from './error-codes.js';

/** The codes of failures that some clients keep only in the message of an error of their own. */
export const CODES_IN_MESSAGES: readonly CodePattern[] = [
  [/ECONNREFUSED/, 'ECONNREFUSED'],
  [/ECONNRESET|EPIPE|socket hang up|other side closed|disconnected before secure TLS/, 'ECONNRESET'],
  [/ENOTFOUND|EAI_AGAIN/, 'ENOTFOUND'],
  [/EHOSTUNREACH/, 'EHOSTUNREACH'],
  [/ENETUNREACH/, 'ENETUNREACH'],
  [/ETIMEDOUT/, 'ETIMEDOUT'],
  [/certificate has expired/, 'CERT_HAS_EXPIRED'],
  [/self.signed certificate/, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [/unable to verify the first certificate/, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/does not match certificate's altnames/, 'ERR_TLS_CERT_ALTNAME_INVALID'],
];
