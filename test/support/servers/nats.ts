import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const natsServer = findProgram('nats-server');

export const nats: ServerKind = {
  name: 'NATS',
  programs: [natsServer],
  user: 'application',
  scheme: 'nats:',
  command: ({ folder, port, user, password }) => ({
    file: natsServer,
    args: ['--addr', '127.0.0.1', '--port', `${port}`, '--user', user, '--pass', password, '--store_dir', folder],
  }),
  ready: /Server is ready/,
};

/** With JetStream, and without a login. */
export const openNats: ServerKind = {
  ...nats,
  command: ({ folder, port }) => ({
    file: natsServer,
    args: ['--addr', '127.0.0.1', '--port', `${port}`, '--jetstream', '--store_dir', folder],
  }),
};
