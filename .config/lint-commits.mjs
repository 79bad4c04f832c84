/** Checks the messages of all commits since the convention was adopted, which is the commit that added `commitlint.mjs`. */
import { execFileSync, spawnSync } from 'node:child_process';

const CONFIGURATION = '.config/commitlint.mjs';
const git = (...args) => execFileSync('git', args, { encoding: 'utf8' }).trim();

const added = git('log', '--diff-filter=A', '--format=%H', '-1', '--', CONFIGURATION);
if (added === '') {
  process.stderr.write(`No commit adds ${CONFIGURATION}. Fetch the whole history: git fetch --unshallow\n`);
  process.exit(1);
}
const { status } = spawnSync('npx', ['commitlint', '--config', CONFIGURATION, '--from', `${added}~1`, '--to', 'HEAD'], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
