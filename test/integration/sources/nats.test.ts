import { connect } from '@nats-io/transport-node';
import { natsStore } from 'nest-vitals/stores/nats';
import { onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { nats } from '../../support/servers/nats.js';
import type { ServerKind } from '../../support/servers/private-server.js';
import { testSource } from './behaviours.js';

const jetStream: ServerKind = {
  ...nats,
  command: (place) => ({ ...nats.command(place), args: [...nats.command(place).args, '--jetstream'] }),
};

describeWith(jetStream, 'a source in NATS', (server) => {
  testSource({
    name: 'NATS',
    server,
    keepsData: true,
    open: async (port) => {
      const { host, user, password } = server().address();
      const login = { user, pass: password };
      const servers = `${host}:${port}`;
      const client = await connect({ servers, ...login, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
      onTestFinished(() => client.close());
      return natsStore({ client });
    },
  });
});
