import type { ServerKind } from './private-server.js';

const READY = 'cluster is ready';

/** Written as text, because another process runs it. */
const SERVER = `
  const { createServer } = require('node:http');
  const { PORT, LOGIN, SECRET } = process.env;
  const expected = 'Basic ' + Buffer.from(LOGIN + ':' + SECRET).toString('base64');
  const health = {
    cluster_name: 'orders', status: 'green', timed_out: false, number_of_nodes: 3, number_of_data_nodes: 2,
    active_primary_shards: 4, active_shards: 8, relocating_shards: 0, initializing_shards: 0, unassigned_shards: 0,
    number_of_pending_tasks: 0,
  };
  createServer((request, response) => {
    const isKnown = request.headers.authorization === expected;
    const isHealth = request.url.startsWith('/_cluster/health');
    response.writeHead(!isKnown ? 401 : isHealth ? 200 : 404, {
      // The client of Elasticsearch requires the first one.
      'x-elastic-product': 'Elasticsearch',
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(isKnown && isHealth ? health : { error: 'refused' }));
  }).listen(Number(PORT), '127.0.0.1', () => console.log('${READY}'));
`;

/**
 * A fake cluster of Elasticsearch or OpenSearch in a separate process. It checks the login, and responds to requests
 * for the health of the cluster only.
 */
export const searchCluster: ServerKind = {
  name: 'fake search cluster',
  programs: [process.execPath],
  user: 'application',
  scheme: 'http:',
  command: ({ port, user, password }) => ({
    file: process.execPath,
    args: ['--eval', SERVER],
    environment: { PORT: `${port}`, LOGIN: user, SECRET: password },
  }),
  ready: new RegExp(READY),
};

/** The data of the report about this cluster. */
export const CLUSTER_DATA = {
  cluster: 'orders',
  cluster_status: 'green',
  nodes: 3,
  data_nodes: 2,
  active_shards: 8,
  unassigned_shards: 0,
  pending_tasks: 0,
};
