import { connect } from '@nats-io/transport-node';
import { natsStore } from 'nest-vitals/stores/nats';
import { onTestFinished } from 'vitest';
import { describeWith } from '../../support/servers/describe-with.js';
import { nats } from '../../support/servers/nats.js';
import type { ServerKind } from '../../support/servers/private-server.js';
import { testFleet } from './behaviours.js';

const jetStream: ServerKind = {
  ...nats,
  command: (place) => ({ ...nats.command(place), args: [...nats.command(place).args, '--jetstream'] }),
};

describeWith(jetStream, 'a fleet on NATS', (server) => {
  testFleet({
    server,
    open: async () => {
      const { host, port, user, password } = server().address();
      const client = await connect({
        servers: `${host}:${port}`,
        user,
        pass: password,
        maxReconnectAttempts: -1,
        reconnectTimeWait: 100,
      });
      onTestFinished(() => client.close());
      return natsStore({ client });
    },
  });
});
