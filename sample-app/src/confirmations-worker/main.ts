import { NestFactory } from '@nestjs/core';
import { HealthManagement } from 'nest-vitals/management';
import { SampleLogger } from '../sample-logger.js';
import { run } from '../start-up.js';
import { ConfirmationsWorkerModule } from './confirmations-worker.module.js';

await run(async () => {
  const worker = await NestFactory.createApplicationContext(ConfirmationsWorkerModule, {
    logger: new SampleLogger({ prefix: 'confirmations' }),
    abortOnError: false,
  });
  worker.enableShutdownHooks();
  // The parent process has ended, so stop as well.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.send?.({ url: `http://127.0.0.1:${worker.get(HealthManagement).address?.port}` });
});
