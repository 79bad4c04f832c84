import { join } from 'node:path';
import type { ServerKind } from './private-server.js';

/** A process that speaks the wire protocol of MongoDB, because the system has no package of MongoDB. */
const server = (name: string, ...set: string[]): ServerKind => ({
  name,
  programs: [process.execPath],
  user: 'nobody',
  scheme: 'mongodb:',
  command: ({ port }) => ({
    file: process.execPath,
    args: [join(import.meta.dirname, 'mongodb.mjs'), `${port}`, ...set],
  }),
  ready: /the server is ready/,
});

export const mongodb = server('server with the protocol of MongoDB');

/** The only member of the replica set `rs0`. The command `become` sets its state. */
export const mongodbMember = server('replica set with the protocol of MongoDB', 'rs0');
