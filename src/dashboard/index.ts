export { HealthDashboardModule } from './health-dashboard.module.js';
export type { HealthDashboardAsyncOptions, HealthDashboardOptions, HealthHistoryOptions } from './dashboard-options.js';
