export { HealthControlModule } from './health-control.module.js';
export type { HealthControlAsyncOptions, HealthControlOptions } from './control-options.js';
