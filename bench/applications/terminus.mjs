import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { decorateMethod } from './by-hand.mjs';
import { indicatorNames } from './indicator-names.mjs';
import { listen } from './nest-application.mjs';

/** @nestjs/terminus with one controller and the cheapest indicators: functions that resolve at once. */
export function startTerminus({ adapter, indicators }) {
  const checks = indicatorNames(indicators).map((name) => async () => ({ [name]: { status: 'up' } }));
  class TerminusController {
    constructor(health) {
      this.health = health;
    }

    check() {
      return this.health.check(checks);
    }
  }
  Controller('health')(TerminusController);
  Inject(HealthCheckService)(TerminusController, undefined, 0);
  decorateMethod(TerminusController, 'check', HealthCheck(), Get());

  return listen({ imports: [TerminusModule], controllers: [TerminusController] }, adapter);
}
