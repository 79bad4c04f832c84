import { type Admin, Kafka, logLevel } from 'kafkajs';
import { KafkaJsIndicator } from 'nest-vitals/kafkajs';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { kafka, toPort } from '../../support/servers/kafka.js';

const ADMIN = Symbol('admin');

/** The application uses its own admin client, whose connections differ from those of the checks. */
describeFaults('KafkaJsIndicator', {
  server: kafka,
  indicator: 'kafka',
  application: ({ host, port }) => {
    const client = new Kafka({
      brokers: [`${host}:${port}`],
      socketFactory: toPort(port),
      logLevel: logLevel.NOTHING,
    });
    const admin = client.admin();
    const events = moduleNamed('EventsModule', {
      providers: [
        { provide: Kafka, useValue: client },
        { provide: ADMIN, useValue: admin },
        { provide: 'LIFECYCLE', useValue: { onApplicationShutdown: () => void admin.disconnect() } },
      ],
    });
    return { imports: [events], providers: [KafkaJsIndicator('kafka', { client: Kafka })] };
  },
  data: { brokers: 1, controller: 0 },
  // kafkajs keeps reconnecting for longer than the timeout of a check.
  refused: /^timed out after|^connection (?:refused|reset)$/,
  work: ({ app }) => app.get<Admin>(ADMIN).listTopics(),
  // Each admin client has one connection to the configured address and one to the address that the mock broker
  // advertises.
  sockets: 4,
});
