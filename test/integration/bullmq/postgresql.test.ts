import { Queue, createPostgresBackend } from 'bullmq';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { BullMqIndicator } from 'nest-vitals/bullmq';
import { expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { postgresql } from '../../support/servers/postgresql.js';
import { startApplication } from '../../support/start-application.js';

const PATIENCE = 120_000;
const MINUTE = 60_000;
const SOON = { timeout: 30_000, interval: 50 };

describeWith(postgresql, 'a BullMqIndicator of a queue that is kept in PostgreSQL', (server) => {
  it(
    'reports its jobs, is DOWN without its server, and UP after the restart',
    async () => {
      const connection = { connectionString: `${server().address().url}/postgres`, migrate: true };
      const queue = new Queue('mails', { connection }, createPostgresBackend);
      onTestFinished(() => queue.close());
      queue.on('error', () => undefined);
      await queue.add('job', {}, { timestamp: Date.now() - 10 * MINUTE });
      await queue.add('job', {}, { delay: MINUTE });
      const application = await startApplication('express', {
        imports: [HealthModule.forRoot({ defaults: { ttl: 0 } })],
        providers: [BullMqIndicator('mails', { queue, maxWaitingAge: MINUTE, minWorkers: 1 })],
      });
      const detail = async (): Promise<HealthCheckDetail | undefined> =>
        reportIn(await application.get('/health/deep')).details['mails'];
      await vi.waitFor(
        async () =>
          expect(await detail()).toMatchObject({
            status: 'DEGRADED',
            message: expect.stringMatching(/^the next job has waited for .*; 0 workers are connected, fewer than 1$/),
            data: { waiting: 1, active: 0, delayed: 1, failed: 0, paused: false, workers: 0 },
          }),
        SOON,
      );
      await server().kill();
      await vi.waitFor(
        async () => expect(await detail()).toMatchObject({ status: 'DOWN', error: 'connection refused' }),
        SOON,
      );
      await server().restart();
      await vi.waitFor(async () => expect(await detail()).toMatchObject({ status: 'DEGRADED' }), SOON);
    },
    PATIENCE,
  );
});
