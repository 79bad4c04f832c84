import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const program = findProgram('prometheus-alertmanager');

/** An Alertmanager that notifies no receiver. The tests query it. */
const CONFIGURATION = `
route:
  receiver: nobody
receivers:
  - name: nobody
`;

export const alertmanager: ServerKind = {
  name: 'Alertmanager',
  programs: [program],
  user: '',
  scheme: 'http:',
  prepare({ folder }) {
    writeFileSync(join(folder, 'alertmanager.yml'), CONFIGURATION);
  },
  command: ({ port }) => ({
    file: program,
    args: [
      '--config.file=alertmanager.yml',
      '--storage.path=data',
      `--web.listen-address=127.0.0.1:${port}`,
      // Without a cluster, it opens no other port.
      '--cluster.listen-address=',
    ],
  }),
  ready: /Listening on/i,
};
