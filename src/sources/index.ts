export { HealthSourcesModule } from './health-sources.module.js';
export type { HealthSourcesAsyncOptions } from './health-sources.module.js';
export { HealthSources } from './health-sources.js';
export type { SourceState } from './followed-source.js';
export type {
  ConfigurationObserver,
  ConfigurationSource,
  SourceApplication,
  SourceEntry,
  SourceEntryOptions,
  SourceScope,
} from './configuration-source.js';
export type { HealthSourcesOptions } from './sources-options.js';
export { storeSource } from './store-source.js';
export type { StoreSourceOptions } from './store-source.js';
export type { HealthStore } from '../stores/health-store.js';
