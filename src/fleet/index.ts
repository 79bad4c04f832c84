export { HealthFleetModule } from './health-fleet.module.js';
export { HealthFleet } from './health-fleet.js';
export type { HealthFleetAsyncOptions, HealthFleetOptions } from './fleet-options.js';
export type { FleetEvent, FleetEventKind } from './fleet-history.js';
export type { FleetMember, FleetReport, FleetService } from './fleet-report.js';
export type { FleetPhase } from './fleet-instance.js';
export type { RefusedEntry } from './roster.js';
export type { WrittenPhase } from './fleet-entry.js';
export type {
  HealthStore,
  StoreCall,
  StoreClaim,
  StoreLease,
  StoreObserver,
  StorePut,
} from '../stores/health-store.js';
