import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const program = findProgram('etcd');

/** A cluster of one member. It accepts all requests, because it has no users. */
export const etcd: ServerKind = {
  name: 'etcd',
  programs: [program],
  user: 'application',
  scheme: 'http:',
  command: ({ port }) => {
    const client = `http://127.0.0.1:${port}`;
    const peer = `http://127.0.0.1:${port + 1}`;
    const clientUrls = ['--listen-client-urls', client, '--advertise-client-urls', client];
    const peerUrls = ['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer];
    // The gateway would itself connect to the server, which would look like a connection of the test.
    const gateway = '--enable-grpc-gateway=false';
    return {
      file: program,
      args: [
        gateway,
        '--name',
        'one',
        '--data-dir',
        'data',
        '--initial-cluster',
        `one=${peer}`,
        ...clientUrls,
        ...peerUrls,
      ],
    };
  },
  ready: /serving (?:insecure )?client (?:requests|traffic)/,
};
