import { run } from './run.js';
import { terminalOf } from './terminal.js';

/** The version of the package, which the build inserts. */
declare const VERSION: string;

/** Milliseconds in which connections are closed. */
const TIME_TO_CLOSE = 300;

const interrupted = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort());
// The warnings are about the packages of stores, which the user of the tool cannot change.
process.noDeprecation = true;
// A reader such as `head` may close the pipe early, which is no error.
process.stdout.on('error', () => process.exit());

// Not awaited here: the file of the command `fleet` imports this one, and would wait for the end of its evaluation.
void run(process.argv.slice(2), {
  terminal: terminalOf(process),
  environment: process.env,
  version: VERSION,
  signal: interrupted.signal,
}).then((exitCode) => {
  process.exitCode = exitCode;
  // The clients of some stores leave timers, which would keep the process alive for seconds.
  setTimeout(() => process.exit(), TIME_TO_CLOSE).unref();
});
