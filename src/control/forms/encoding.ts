import type { HealthRequest } from '../../options/health-module-options.js';

/** The media types in which a browser can send a form without a file. */
export type FormEncoding = typeof URL_ENCODED | typeof PLAIN;

export const URL_ENCODED = 'application/x-www-form-urlencoded' as const;
/** One line for each field. It is unambiguous, because the fields of the forms have one line each. */
export const PLAIN = 'text/plain' as const;

/** The part of a Fastify instance that is used here. */
interface Fastify {
  hasContentTypeParser(type: string): boolean;
}

/**
 * The encoding of forms that reaches the handler. Fastify refuses a media type without a parser before any handler. Nest
 * adds a parser of forms, unless the application sets `bodyParser: false`. Fastify itself has a parser of plain text.
 */
export function encodingFor({ server }: HealthRequest): FormEncoding {
  if (!isFastify(server) || server.hasContentTypeParser(URL_ENCODED)) return URL_ENCODED;
  return server.hasContentTypeParser(PLAIN) ? PLAIN : URL_ENCODED;
}

/** The fields of a form in one of the encodings. */
export function fieldsIn(text: string, encoding: FormEncoding): ReadonlyMap<string, string> {
  if (encoding === URL_ENCODED) return new Map(new URLSearchParams(text));
  return new Map(
    text.split('\r\n').flatMap((line) => {
      const [, name, value] = /^([^=]+)=(.*)$/s.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value]];
    }),
  );
}

function isFastify(server: unknown): server is Fastify {
  return typeof server === 'object' && server !== null && 'hasContentTypeParser' in server;
}
