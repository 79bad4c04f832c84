export { HealthManagement } from './health-management.js';
export { HealthManagementModule } from './health-management.module.js';
export type { HealthManagementAsyncOptions, HealthManagementOptions } from './management-options.js';
