import { readFileSync } from 'node:fs';

const GUIDE = new URL('../../../docs/load-balancers.md', import.meta.url);

/**
 * A configuration out of the guide for load balancers, so that what is recommended is what is proven. The first line of
 * its block is a comment with its name.
 */
export function documentedConfiguration(name, guide = readFileSync(GUIDE, 'utf8')) {
  const blocks = [...guide.matchAll(/^```\w+\n# (\S+)\n([^]*?)^```$/gm)].filter(([, title]) => title === name);
  if (blocks.length !== 1) throw new Error(`${name} stands in the guide ${blocks.length} times, expected is once`);
  return blocks[0][2];
}

/** Puts real addresses where the guide has names: `orders-1:3000`, and port 80 to listen on. */
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
