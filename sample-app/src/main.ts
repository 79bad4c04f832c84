import { randomBytes } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { HealthManagement } from 'nest-vitals/management';
import { DemoModule } from './demo/demo.module.js';
import { ConfirmationsProcess } from './demo/confirmations-process.js';
import { PaymentsProcess } from './demo/payments-process.js';
import { port } from './environment.js';
import { SampleLogger } from './sample-logger.js';
import { listen, run } from './start-up.js';
import { welcome } from './welcome.js';

await run(async () => {
  const ordersPort = port('PORT', 3000);
  const payments = new PaymentsProcess(port('PAYMENTS_PORT', 3001));
  const paymentsUrl = await payments.start();
  const confirmations = new ConfirmationsProcess(port('WORKER_PORT', 9091));
  const workerUrl = await confirmations.start();
  // The orders service reads the address of payments from its environment, as in a deployment.
  process.env['PAYMENTS_URL'] = paymentsUrl;

  const givenKey = process.env['CONTROL_KEY'];
  const controlKey = givenKey || randomBytes(12).toString('base64url');
  const app = await NestFactory.create(DemoModule.with(payments, confirmations, controlKey), {
    logger: new SampleLogger({ prefix: 'orders' }),
    abortOnError: false,
  });
  app.enableShutdownHooks();
  // In a container, callers connect from outside.
  const host = process.env['LISTEN_HOST'] || undefined;
  const orders = await listen(app, ordersPort, 'PORT', host);
  const management = `http://127.0.0.1:${app.get(HealthManagement).address?.port}`;
  process.stdout.write(
    welcome({
      orders,
      management,
      payments: paymentsUrl,
      worker: workerUrl,
      key: givenKey ? 'that of CONTROL_KEY' : controlKey,
    }),
  );
});
