import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const binary = findProgram('prometheus');
export const promtool = findProgram('promtool');

/** The files for operators that the package contains. */
export const OPERATIONS = resolve(import.meta.dirname, '../../../ops');

/** A short interval, so that a test takes seconds instead of minutes. */
const INTERVAL = '200ms';

const configuration = (target: number): string => `
global:
  scrape_interval: ${INTERVAL}
  evaluation_interval: ${INTERVAL}
rule_files: [alerts.yml]
scrape_configs:
  - job_name: orders
    metrics_path: /health/metrics
    static_configs:
      - targets: ['127.0.0.1:${target}']
`;

/**
 * A Prometheus that scrapes the application on a port of the loopback address, with the delivered alerts, which do not
 * wait.
 */
export const prometheusScraping = (target: number): ServerKind => ({
  name: 'Prometheus',
  programs: [binary, promtool],
  user: '',
  scheme: 'http:',
  prepare({ folder }) {
    const alerts = readFileSync(join(OPERATIONS, 'prometheus/alerts.yml'), 'utf8');
    writeFileSync(join(folder, 'alerts.yml'), alerts.replaceAll(/for: \d+m/g, 'for: 0s'));
    writeFileSync(join(folder, 'prometheus.yml'), configuration(target));
  },
  command: ({ folder, port }) => ({
    file: binary,
    args: [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
  }),
  ready: /Server is ready to receive web requests/,
});
