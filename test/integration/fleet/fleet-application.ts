import { HealthModule, up } from 'nest-vitals';
import { type FleetReport, HealthFleet, HealthFleetModule, type HealthFleetOptions } from 'nest-vitals/fleet';
import type { HealthStore } from 'nest-vitals/stores/memory';
import { type FakeIndicatorClass, FakeIndicator } from '../../support/fake-indicator.js';
import { type TestApplication, startApplication } from '../../support/start-application.js';

/** Milliseconds. */
export const HEARTBEAT = 1000;

/** Starts an instance of `orders` with the indicator `stock`. */
export const startInstance = (
  store: HealthStore,
  instance: string,
  indicator: FakeIndicatorClass = FakeIndicator('stock', () => up(), { ttl: 0 }),
  options: Partial<HealthFleetOptions> = {},
): Promise<TestApplication> =>
  startApplication('express', {
    imports: [
      HealthModule.forRoot({ service: { name: 'orders', version: '1.4.2', environment: 'test' } }),
      HealthFleetModule.forRoot({ store, instance, heartbeat: HEARTBEAT, ...options }),
    ],
    providers: [indicator],
  });

/** The phases of all instances, as this instance sees them. */
export const phasesOn = ({ app }: TestApplication): Record<string, string> =>
  Object.fromEntries(
    app
      .get(HealthFleet)
      .report()
      .services.flatMap(({ instances }) => instances.map(({ instance, phase }) => [instance, phase])),
  );

/** The connection of this instance to the store. */
export const connectionOf = ({ app }: TestApplication): FleetReport['store'] => app.get(HealthFleet).report().store;

export const isConnected = (application: TestApplication): boolean => connectionOf(application).connected;
