import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { OrdersController } from './orders.mjs';

class ReadinessController {
  constructor(health) {
    this.health = health;
  }

  check() {
    return this.health.check([]);
  }
}
Controller('health')(ReadinessController);
Inject(HealthCheckService)(ReadinessController, undefined, 0);
const descriptor = Object.getOwnPropertyDescriptor(ReadinessController.prototype, 'check');
Get('ready')(ReadinessController.prototype, 'check', descriptor);
HealthCheck()(ReadinessController.prototype, 'check', descriptor);

/** @nestjs/terminus as its documentation shows it, with a grace period for the shutdown. */
export const metadata = {
  imports: [TerminusModule.forRoot({ gracefulShutdownTimeoutMs: Number(process.env.GRACE), logger: false })],
  controllers: [OrdersController, ReadinessController],
};
