import { connect as connectTransport } from '@nats-io/transport-node';
import { type ConnectionOptions, connect as connectNats } from 'nats';
import type { NatsConnection } from 'nest-vitals/nats';
import type { NatsPublishingClient } from 'nest-vitals/publish';
import type { ServerAddress } from '../../support/servers/private-server.js';

/** The used part of both generations of the client. */
export interface TestConnection extends NatsConnection, NatsPublishingClient {
  close(): Promise<void>;
  drain(): Promise<void>;
}

type Connect = (address: ServerAddress, options?: ConnectionOptions) => Promise<TestConnection>;

const optionsOf = ({ host, port, user, password }: ServerAddress): ConnectionOptions => ({
  servers: `${host}:${port}`,
  user,
  pass: password,
  maxReconnectAttempts: -1,
  reconnectTimeWait: 100,
});

/** Connects with each generation of the client. */
export const GENERATIONS: readonly (readonly [string, Connect])[] = [
  ['@nats-io/transport-node', (address, options) => connectTransport({ ...optionsOf(address), ...options })],
  ['nats', (address, options) => connectNats({ ...optionsOf(address), ...options })],
];
