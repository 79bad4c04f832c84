import { HealthConfigurationError } from '../errors/configuration.error.js';
import { packageMissing } from '../errors/messages.js';

/** Loads an optional package when it is needed. One that is not installed stops the boot with the command that installs it. */
export async function loadPeer<Module>(place: string, name: string, load: () => Promise<Module>): Promise<Module> {
  try {
    return await load();
  } catch (error) {
    if (isNotFound(error, name)) throw new HealthConfigurationError([packageMissing(place, name)]);
    throw error;
  }
}

/** Also a package that is there can fail to load, because one that it needs in turn is not. */
function isNotFound(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND') &&
    error.message.includes(`'${name}'`)
  );
}
