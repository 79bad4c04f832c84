import { spawn, spawnSync } from 'node:child_process';

/** Runs a build command and prints its output only if it fails. */
function build(command) {
  const { status, stdout, stderr } = spawnSync(command, { shell: true, encoding: 'utf8' });
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}\n${command} failed with exit code ${status}.\n`);
  process.exit(status ?? 1);
}

process.stdout.write('Building the library and the sample application …\n');
build('npm run --silent build');
build('npx nest build --config nest-cli.json');

const sample = spawn(process.execPath, ['--enable-source-maps', 'sample-app/dist/main.js'], { stdio: 'inherit' });
// The terminal sends Ctrl-C to the sample too. This process waits until the sample has ended.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => sample.kill('SIGTERM'));
sample.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
});
