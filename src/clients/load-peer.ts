import { HealthConfigurationError } from '../errors/configuration.error.js';
import { packageMissing } from './client-messages.js';

/** Loads an optional package when it is needed. If it is not installed, the boot stops with the install command. */
export async function loadPeer<Module>(place: string, name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (isNotFound(error, name)) throw new HealthConfigurationError([packageMissing(place, name)]);
    throw error;
  }
}

/** The name is tested, because an installed package can fail to load when one of its own dependencies is missing. */
function isNotFound(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
    error.message.includes(`'${name}'`)
  );
}
