import { NatsIndicator } from 'nest-vitals/nats';
import { expect } from 'vitest';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { nats } from '../../support/servers/nats.js';
import { GENERATIONS, type TestConnection } from './connections.js';

const NATS = Symbol('nats');

for (const [generation, connect] of GENERATIONS) {
  describeFaults(`NatsIndicator with ${generation}`, {
    server: nats,
    indicator: 'messages',
    application: (address) => {
      const messages = moduleNamed('MessagesModule', {
        providers: [
          { provide: NATS, useFactory: () => connect(address) },
          {
            provide: 'LIFECYCLE',
            useFactory: (connection: TestConnection) => ({ onApplicationShutdown: () => connection.close() }),
            inject: [NATS],
          },
        ],
      });
      return { imports: [messages], providers: [NatsIndicator('messages', { client: NATS })] };
    },
    data: { server: expect.any(String) },
    refused: /^not connected: the client is reconnecting$/,
    work: ({ app }) => app.get<TestConnection>(NATS).flush(),
  });
}
