/**
 * Writes the URL of the repository into the fields `repository`, `homepage` and `bugs` of package.json. The page of the npm
 * registry uses them to resolve the relative links of the README.
 *   npm run set:repository -- https://github.com/<owner>/<name>
 */
import { execFileSync } from 'node:child_process';

const address = process.argv[2] ?? '';
if (!/^https:\/\/[^/\s]+\/[^/\s]+\/[^/\s]+$/.test(address) || address.endsWith('.git')) {
  process.stderr.write(
    `"${address}" is not the URL of a repository: use https://<host>/<owner>/<name> without ".git" at the end.\n`,
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
