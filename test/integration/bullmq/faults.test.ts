import { Module } from '@nestjs/common';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { BullMqIndicator } from 'nest-vitals/bullmq';
import { describeFaults } from '../../support/fault-table.js';
import { redis } from '../../support/servers/redis.js';

const QUEUE = 'BullQueue_mails';

describeFaults('BullMqIndicator', {
  server: redis,
  indicator: 'mails',
  application: ({ url }) => {
    const connection = new Redis(url, { maxRetriesPerRequest: null });
    connection.on('error', () => undefined);
    const queue = new Queue('mails', { connection });
    queue.on('error', () => undefined);

    @Module({
      providers: [
        { provide: QUEUE, useValue: queue },
        { provide: Redis, useValue: connection },
      ],
    })
    class MailModule {
      // Closing a queue waits for the stopped server.
      onApplicationShutdown = (): void => connection.disconnect();
    }
    return { imports: [MailModule], providers: [BullMqIndicator('mails')] };
  },
  data: { waiting: 0, active: 0, delayed: 0, failed: 0, paused: false },
  refused: /^connection (?:refused|reset)$|^not connected: the client is (?:re)?connecting$/,
  work: ({ app }) => app.get<Queue>(QUEUE).getJobCounts(),
  waitsForSilence: true,
  emitters: ({ app }) => [app.get<Queue>(QUEUE), app.get(Redis)],
});
