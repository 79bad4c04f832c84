import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const program = findProgram('haproxy');

/** HAProxy before a server on that port, with further lines of the section `defaults`. */
export const haproxy = (upstream: number, defaults: readonly string[]): ServerKind => ({
  name: 'HAProxy',
  programs: [program],
  user: '',
  scheme: 'http:',
  prepare({ folder, port }) {
    const lines = [
      'defaults',
      '  mode http',
      ...defaults.map((line) => `  ${line}`),
      'listen web',
      `  bind 127.0.0.1:${port}`,
      `  server orders 127.0.0.1:${upstream}`,
      '',
    ];
    writeFileSync(join(folder, 'haproxy.cfg'), lines.join('\n'));
  },
  // The master writes a line when its worker has begun.
  command: ({ folder }) => ({ file: program, args: ['-W', '-db', '-f', join(folder, 'haproxy.cfg')] }),
  ready: /Loading success/,
});
