import type { ModuleMetadata } from '@nestjs/common';
import { type ConfigurationFault, isHealthConfigurationError } from 'nest-vitals';
import { type AdapterName, type StartOptions, refusalOf } from './start-application.js';

/** Starts an application that has to refuse because of its configuration, and returns everything that is wrong with it. */
export async function faultsOf(
  adapter: AdapterName,
  root: ModuleMetadata,
  options?: StartOptions,
): Promise<readonly ConfigurationFault[]> {
  const { error } = await refusalOf(adapter, root, options);
  if (isHealthConfigurationError(error)) return error.faults;
  throw error;
}
