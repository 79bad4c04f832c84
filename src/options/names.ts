import { partName } from '../core/composite.js';
import { PROBES } from '../core/registry.js';
import { nameNotUrlSafe, nameReserved, partNameMalformed } from '../errors/messages.js';
import type { FaultsAt } from './faults.js';
import { matching, show } from './rules.js';

/** Words with a meaning in paths or in environment variables, now or in a later version. */
const RESERVED: ReadonlySet<string> = new Set([
  ...PROBES,
  'overview',
  'checks',
  'health',
  'default',
  'dashboard',
  'control',
  'events',
  'fleet',
  'metrics',
  'schema',
  'shutdown',
  'status_code',
]);

const urlSafeName = matching(
  /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/,
  'up to 64 letters, digits, "-", "_" and "."',
);

/** Whether the name of an indicator or a part (`database/primary`) is allowed. If not, a fault is added. */
export function checkIndicatorName(name: string, at: FaultsAt): boolean {
  // Plain JavaScript can pass anything.
  const { composite, part } = (typeof name === 'string' ? partName(name) : undefined) ?? {};
  if (composite === undefined || part === undefined) return checkName(name, at);
  const isPart = urlSafeName.accepts(part) && urlSafeName.accepts(composite);
  if (!isPart) at.add(partNameMalformed(at.place, show(name)));
  else if (part in Object.prototype) at.add(nameReserved(at.place, name));
  else return checkName(composite, at);
  return false;
}

/** Whether the name of a group, of a composite, or of an indicator that is not a part is allowed. If not, a fault is added. */
export function checkName(name: string, at: FaultsAt): boolean {
  // The callers of `register()` may have no types.
  const isText = typeof name === 'string';
  if (isText && (RESERVED.has(name.toLowerCase()) || name in Object.prototype)) at.add(nameReserved(at.place, name));
  else if (!urlSafeName.accepts(name)) at.add(nameNotUrlSafe(at.place, show(name)));
  else return true;
  return false;
}
