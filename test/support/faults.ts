import type { ModuleMetadata } from '@nestjs/common';
import { type ConfigurationFault, isHealthConfigurationError } from 'nest-vitals';
import { type AdapterName, type StartOptions, refusalOf } from './start-application.js';

/** Starts an application whose configuration must be refused, and returns every configuration fault. */
export async function faultsOf(
  adapter: AdapterName,
  root: ModuleMetadata,
  options?: StartOptions,
): Promise<readonly ConfigurationFault[]> {
  const { error } = await refusalOf(adapter, root, options);
  if (isHealthConfigurationError(error)) return error.faults;
  throw error;
}
