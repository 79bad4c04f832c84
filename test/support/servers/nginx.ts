import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mainConfiguration } from '../../../bench/rolling-restart/balancers/nginx.mjs';
import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const program = findProgram('nginx');

/** nginx before a server on that port, with directives of the location beside `proxy_pass`. */
export const nginx = (upstream: number, directives: readonly string[]): ServerKind => ({
  name: 'nginx',
  programs: [program],
  user: '',
  scheme: 'http:',
  prepare({ folder, port }) {
    const location = [`proxy_pass http://127.0.0.1:${upstream};`, ...directives].join('\n    ');
    writeFileSync(
      join(folder, 'orders.conf'),
      `server {\n  listen 127.0.0.1:${port};\n  location / {\n    ${location}\n  }\n}\n`,
    );
    writeFileSync(join(folder, 'nginx.conf'), mainConfiguration(folder));
  },
  command: ({ folder }) => ({
    file: program,
    args: ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr', '-g', 'error_log stderr notice;'],
  }),
  ready: /start worker process /,
});
