import { type ChannelModel, connect } from 'amqplib';
import { AmqplibIndicator } from 'nest-vitals/amqplib';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { rabbitmq } from '../../support/servers/rabbitmq.js';

const AMQP = Symbol('amqp');

describeFaults('AmqplibIndicator', {
  server: rabbitmq,
  indicator: 'broker',
  application: ({ url }) => {
    const broker = moduleNamed('BrokerModule', {
      providers: [
        {
          provide: AMQP,
          useFactory: async () => {
            const connection = await connect(url, { recovery: { initialDelay: 50, factor: 1 } });
            return connection.on('error', () => undefined);
          },
        },
        {
          provide: 'LIFECYCLE',
          useFactory: (connection: ChannelModel) => ({ onApplicationShutdown: () => connection.close() }),
          inject: [AMQP],
        },
      ],
    });
    return { imports: [broker], providers: [AmqplibIndicator('broker', { client: AMQP })] };
  },
  refused: /^connection reset$|^not connected: the client is reconnecting$/,
  waitsForSilence: true,
  work: async ({ app }) => {
    const channel = await app.get<ChannelModel>(AMQP).createChannel();
    await channel.checkExchange('amq.fanout');
    await channel.close();
  },
  emitters: ({ app }) => [app.get<ChannelModel>(AMQP)],
});
