import { OrdersController } from './orders.mjs';

/** The tests set NEST_VITALS to their own build. */
const { HealthModule, HealthService } = await import(process.env.NEST_VITALS ?? 'nest-vitals');

/** This library with all defaults, and the port for the agent checks of HAProxy if it is given. */
export const metadata = { imports: [HealthModule.forRoot(), ...(await agent())], controllers: [OrdersController] };

/** Commands for a running instance. */
export const commands = {
  refuse: (application) => application.get(HealthService).refuseTraffic('standby'),
  accept: (application) => application.get(HealthService).acceptTraffic('standby'),
};

async function agent() {
  const { AGENT_PORT: port, NEST_VITALS_HAPROXY: path, WARM_UP: warmUp } = process.env;
  if (port === undefined) return [];
  const { HealthAgentModule } = await import(path ?? 'nest-vitals/haproxy');
  return [HealthAgentModule.forRoot({ port: Number(port), ...(warmUp && { warmUp }) })];
}
