import { type Admin, Kafka, logLevel } from 'kafkajs';
import { KafkaJsIndicator } from 'nest-vitals/kafkajs';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { kafka, toPort } from '../../support/servers/kafka.js';

const ADMIN = Symbol('admin');

/** The application works with an admin client of its own, which has other connections than that of the checks. */
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
  // kafkajs connects again and again for longer than the timeout of a check.
  refused: /^timed out after|^connection (?:refused|reset)$/,
  work: ({ app }) => app.get<Admin>(ADMIN).listTopics(),
  // For each admin client, one to the configured address and one to the address that the mock broker advertises.
  sockets: 4,
});
