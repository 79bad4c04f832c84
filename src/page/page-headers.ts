import { createHash } from 'node:crypto';

export interface PageContents {
  /** The text of the only style element. */
  readonly style: string;
  /** The text of the only script, which may connect to the server of the page. Undefined: the page has no script. */
  readonly script?: string;
  /** Whether the page has a form, which is sent to the server of the page. */
  readonly hasForm?: boolean;
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** The headers of a page that loads nothing, and runs only its own script. */
export function pageHeaders({ style, script, hasForm = false }: PageContents): Readonly<Record<string, string>> {
  return {
    'content-security-policy': [
      "default-src 'none'",
      ...(script === undefined ? [] : [`script-src ${hashOf(script)}`]),
      `style-src ${hashOf(style)}`,
      ...(script === undefined ? [] : ["connect-src 'self'"]),
      'img-src data:',
      "base-uri 'none'",
      `form-action ${hasForm ? "'self'" : "'none'"}`,
      "frame-ancestors 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  };
}

/** Identifies a version of the script and the styles. A page with another version than its stream reloads. */
export function buildOf(script: string, style: string): string {
  return createHash('sha256').update(script).update(style).digest('base64url').slice(0, 8);
}
