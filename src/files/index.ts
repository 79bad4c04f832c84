export { HealthFilesModule } from './health-files.module.js';
export type { HealthFilesAsyncOptions, HealthFilesOptions } from './files-options.js';
