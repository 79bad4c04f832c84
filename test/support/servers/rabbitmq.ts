import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const rabbitmqServer = findProgram('rabbitmq-server');
const epmd = findProgram('epmd');

/** A private node: it shares nothing with another broker of the machine, nor with other tests. */
export const rabbitmq: ServerKind = {
  name: 'RabbitMQ',
  programs: [rabbitmqServer, epmd],
  systemUser: 'rabbitmq',
  user: 'application',
  scheme: 'amqp:',
  prepare({ folder, port, user, password }) {
    const lines = [
      `listeners.tcp.1 = 127.0.0.1:${port}`,
      `default_user = ${user}`,
      `default_pass = ${password}`,
      'log.console = true',
      'log.console.level = info',
      'log.file = false',
      'distribution.listener.interface = 127.0.0.1',
    ];
    writeFileSync(join(folder, 'rabbitmq.conf'), `${lines.join('\n')}\n`, { mode: 0o644 });
    writeFileSync(join(folder, 'plugins'), '[].\n', { mode: 0o644 });
  },
  command: ({ folder, port }) => ({
    // The server would start the port mapper as a daemon that no process ends. This port mapper is part of the server.
    file: '/bin/sh',
    args: ['-c', `"${epmd}" -address 127.0.0.1 -port ${port + 1} & exec "${rabbitmqServer}"`],
    environment: {
      HOME: folder,
      RABBITMQ_NODENAME: `test-${port}@localhost`,
      RABBITMQ_BASE: folder,
      RABBITMQ_MNESIA_BASE: join(folder, 'mnesia'),
      RABBITMQ_LOG_BASE: join(folder, 'log'),
      RABBITMQ_CONFIG_FILE: join(folder, 'rabbitmq.conf'),
      RABBITMQ_ADVANCED_CONFIG_FILE: join(folder, 'advanced.config'),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, 'plugins'),
      RABBITMQ_CONF_ENV_FILE: join(folder, 'environment'),
      RABBITMQ_GENERATED_CONFIG_DIR: join(folder, 'config'),
      RABBITMQ_FEATURE_FLAGS_FILE: join(folder, 'feature_flags'),
      RABBITMQ_DIST_PORT: `${port + 2}`,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      ERL_EPMD_PORT: `${port + 1}`,
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '+S 1:1 +sbwt none',
    },
  }),
  ready: /Server startup complete/,
};
