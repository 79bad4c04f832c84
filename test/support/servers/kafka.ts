import { connect } from 'node:net';
import { join } from 'node:path';
import type { ISocketFactory } from 'kafkajs';
import type { ServerKind } from './private-server.js';
import { findProgram } from './programs.js';

const kcat = findProgram('kcat');

/** The mock broker of librdkafka. It keeps its messages in memory, and needs no login. */
export const kafka: ServerKind = {
  name: 'Kafka broker (the mock of librdkafka)',
  programs: [kcat],
  user: 'nobody',
  scheme: 'kafka:',
  command: ({ port }) => ({ file: process.execPath, args: [join(import.meta.dirname, 'kafka.mjs'), kcat, `${port}`] }),
  ready: /the broker is ready/,
};

/** Connects to this port, and not to the port that the broker advertises. */
export const toPort =
  (port: number): ISocketFactory =>
  ({ onConnect }) =>
    connect({ host: '127.0.0.1', port }, onConnect);
