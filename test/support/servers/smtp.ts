import { join } from 'node:path';
import type { ServerKind } from './private-server.js';

const READY = 'mail server is ready';

/** Written as text, because another process runs it. */
const SERVER = `
  const { SMTPServer } = require('smtp-server');
  const { PORT, LOGIN, SECRET } = process.env;
  // The package waits for 100 ms before the greeting, as long as the shortest timeout of the tests.
  const startTimer = globalThis.setTimeout;
  globalThis.setTimeout = (call, time, ...rest) => startTimer(call, time === 100 ? 0 : time, ...rest);
  new SMTPServer({
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    onAuth: ({ username, password }, session, callback) =>
      username === LOGIN && password === SECRET ? callback(null, { user: username }) : callback(new Error('refused')),
  })
    .on('error', () => undefined)
    .listen(Number(PORT), '127.0.0.1', () => console.log('${READY}'));
`;

/** A mail server of the package `smtp-server` in a separate process. It requires a login. */
export const smtp: ServerKind = {
  name: 'mail server',
  programs: [process.execPath],
  user: 'application',
  scheme: 'smtp:',
  command: ({ port, user, password }) => ({
    file: process.execPath,
    args: ['--eval', SERVER],
    // The process runs in a temporary folder, from which the package cannot be resolved.
    environment: {
      NODE_PATH: join(import.meta.dirname, '../../../node_modules'),
      PORT: `${port}`,
      LOGIN: user,
      SECRET: password,
    },
  }),
  ready: new RegExp(READY),
};
