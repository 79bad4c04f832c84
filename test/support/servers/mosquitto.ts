import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const broker = findProgram('mosquitto');
const passwords = findProgram('mosquitto_passwd');

export const mosquitto: ServerKind = {
  name: 'Mosquitto',
  programs: [broker, passwords],
  systemUser: 'mosquitto',
  user: 'application',
  scheme: 'mqtt:',
  async prepare({ folder, port, user, password }, run) {
    await run({ file: passwords, args: ['-b', '-c', join(folder, 'passwords'), user, password] });
    const lines = [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous false',
      `password_file ${join(folder, 'passwords')}`,
      'persistence false',
      'log_dest stderr',
    ];
    writeFileSync(join(folder, 'mosquitto.conf'), `${lines.join('\n')}\n`, { mode: 0o644 });
  },
  command: ({ folder }) => ({ file: broker, args: ['-c', join(folder, 'mosquitto.conf')] }),
  ready: /mosquitto version \S+ running/,
};
