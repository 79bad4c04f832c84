import { readFileSync } from 'node:fs';

const OPS = new URL('../../../ops/', import.meta.url);

/** Reads a configuration of `ops`, such as `haproxy/haproxy.cfg`: the tests use the recommended files. */
export function opsConfiguration(path) {
  return readFileSync(new URL(path, OPS), 'utf8');
}

/**
 * Replaces the host names (`orders-1:3000`) and, if `port` is given, the listening port 80 of HAProxy and nginx with real
 * addresses.
 */
export function withAddresses(configuration, { port, instances }) {
  const listening = /^(\s*(?:bind|listen)) :?80(;?)$/m;
  let text = port === undefined ? configuration : replaceOnce(configuration, listening, `$1 127.0.0.1:${port}$2`);
  for (const instance of instances) {
    text = replaceOnce(text, new RegExp(`\\b${instance.name}:3000\\b`), `127.0.0.1:${instance.port}`);
  }
  if (/:3000\b/.test(text)) throw new Error(`the configuration has more instances than are running:\n${text}`);
  return text;
}

/** Replaces the first match. Throws if there is none. */
export function replaceOnce(text, pattern, replacement) {
  if (!pattern.test(text)) throw new Error(`${pattern} does not match:\n${text}`);
  return text.replace(pattern, replacement);
}
