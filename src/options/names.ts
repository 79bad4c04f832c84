import { PROBES } from '../core/registry.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { nameNotUrlSafe, nameReserved } from '../errors/messages.js';
import { matching, show } from './rules.js';

/** Words that endpoints and environment variables have, or will have, a meaning for. */
const RESERVED: ReadonlySet<string> = new Set([
  ...PROBES,
  'overview',
  'checks',
  'health',
  'default',
  'dashboard',
  'events',
  'metrics',
  'schema',
  'shutdown',
  'status_code',
]);

const urlSafeName = matching(
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/,
  'up to 64 letters, digits, "-", "_" and "."',
);

/** What is wrong with the name of an indicator or a group. */
export function checkName(place: string, name: string, faults: ConfigurationFault[]): boolean {
  if (RESERVED.has(name.toLowerCase()) || name in Object.prototype) faults.push(nameReserved(place, name));
  else if (!urlSafeName.accepts(name)) faults.push(nameNotUrlSafe(place, show(name)));
  else return true;
  return false;
}
