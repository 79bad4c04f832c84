import { Module } from '@nestjs/common';
import { Queue } from 'bullmq';
import { BullMqIndicator } from 'nest-vitals/bullmq';
import { createClient } from 'redis';
import { describeFaults } from '../../support/fault-table.js';
import { redis } from '../../support/servers/redis.js';

const QUEUE = 'BullQueue_mails';

describeFaults('BullMqIndicator over node-redis', {
  server: redis,
  indicator: 'mails',
  application: ({ url }) => {
    const connection = createClient({ url });
    connection.on('error', () => undefined);
    const queue = new Queue('mails', { connection });
    queue.on('error', () => undefined);

    @Module({ providers: [{ provide: QUEUE, useValue: queue }] })
    class MailModule {
      onApplicationShutdown = (): void => connection.destroy();
    }
    return { imports: [MailModule], providers: [BullMqIndicator('mails')] };
  },
  data: { waiting: 0, active: 0, delayed: 0, failed: 0, paused: false },
  refused: /^connection (?:refused|reset)$|^not connected: the client is (?:re)?connecting$/,
  work: ({ app }) => app.get<Queue>(QUEUE).getJobCounts(),
  waitsForSilence: true,
  emitters: ({ app }) => [app.get<Queue>(QUEUE)],
});
