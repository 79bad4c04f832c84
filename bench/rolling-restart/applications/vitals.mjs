import { OrdersController } from './orders.mjs';

/** The tests set NEST_VITALS to their own build. */
const { HealthModule, HealthService } = await import(process.env.NEST_VITALS ?? 'nest-vitals');

/** This library with all defaults. */
export const metadata = { imports: [HealthModule.forRoot()], controllers: [OrdersController] };

/** Commands for a running instance. */
export const commands = {
  refuse: (application) => application.get(HealthService).refuseTraffic('standby'),
  accept: (application) => application.get(HealthService).acceptTraffic('standby'),
};
