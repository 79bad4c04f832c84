import { readFileSync } from 'node:fs';

const OPS = new URL('../../../ops/', import.meta.url);

/** A configuration of `ops`, so that what is recommended is what is proven: `haproxy/haproxy.cfg`. */
export function opsConfiguration(path) {
  return readFileSync(new URL(path, OPS), 'utf8');
}

/** Puts real addresses where the file has names: `orders-1:3000`, and port 80 to listen on. */
export function withAddresses(configuration, { port, instances }) {
  let text = replaceOnce(configuration, /^(\s*(?:bind|listen)) :?80(;?)$/m, `$1 127.0.0.1:${port}$2`);
  for (const instance of instances) {
    text = replaceOnce(text, new RegExp(`\\b${instance.name}:3000\\b`), `127.0.0.1:${instance.port}`);
  }
  if (/:3000\b/.test(text)) throw new Error(`more instances are configured than run:\n${text}`);
  return text;
}

/** Replaces what has to be there. */
export function replaceOnce(text, pattern, replacement) {
  if (!pattern.test(text)) throw new Error(`${pattern} is not in:\n${text}`);
  return text.replace(pattern, replacement);
}
