import { OrdersController } from './orders.mjs';

/** The tests name another build than the one in `dist`. */
const { HealthModule, HealthService } = await import(process.env.NEST_VITALS ?? 'nest-vitals');

/** This library with every option at its default. */
export const metadata = { imports: [HealthModule.forRoot()], controllers: [OrdersController] };

/** What an instance can be asked to do while it runs. */
export const commands = {
  refuse: (application) => application.get(HealthService).refuseTraffic('standby'),
  accept: (application) => application.get(HealthService).acceptTraffic('standby'),
};
