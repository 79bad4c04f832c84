/**
 * Writes the address of the repository into package.json, in the three fields that npm reads: `repository`, `homepage`
 * and `bugs`. The registry's page resolves the relative links of the README by them.
 *   npm run set:repository -- https://github.com/<owner>/<name>
 */
import { execFileSync } from 'node:child_process';

const address = process.argv[2] ?? '';
if (!/^https:\/\/[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(address) || address.endsWith('.git')) {
  console.error(
    `"${address}" is not the address of a repository: give https://<host>/<owner>/<name>, without ".git" at its end.`,
  );
  process.exit(2);
}
execFileSync('npm', [
  'pkg',
  'set',
  'repository.type=git',
  `repository.url=git+${address}.git`,
  `homepage=${address}#readme`,
  `bugs.url=${address}/issues`,
]);
