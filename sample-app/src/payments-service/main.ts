import { NestFactory } from '@nestjs/core';
import { port } from '../environment.js';
import { SampleLogger } from '../sample-logger.js';
import { listen, run } from '../start-up.js';
import { PaymentsServiceModule } from './payments-service.module.js';

await run(async () => {
  const paymentsPort = port('PAYMENTS_PORT', 3001);
  const app = await NestFactory.create(PaymentsServiceModule, {
    logger: new SampleLogger({ prefix: 'payments' }),
    abortOnError: false,
  });
  app.enableShutdownHooks();
  // The parent process has ended, so stop as well.
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  const url = await listen(app, paymentsPort, 'PAYMENTS_PORT');
  process.send?.({ url });
});
