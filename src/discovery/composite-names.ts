import { partName } from '../core/composite.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { nameOfComposite } from '../errors/messages.js';

/** The place of each registered indicator, by name. */
type Places = ReadonlyMap<string, { readonly place: string }>;

/** The composites of the registered parts, by name, with the place of their first part. */
export function compositesOf(registered: Places): Map<string, string> {
  const composites = new Map<string, string>();
  for (const [name, { place }] of registered) {
    const composite = partName(name)?.composite;
    if (composite !== undefined && !composites.has(composite)) composites.set(composite, place);
  }
  return composites;
}

/** The fault of an indicator with the name of a composite, or of a part whose composite has the name of an indicator. */
export function compositeConflict(name: string, place: string, registered: Places): ConfigurationFault | undefined {
  const composite = partName(name)?.composite;
  if (composite !== undefined) {
    const namesake = registered.get(composite);
    return namesake && nameOfComposite(composite, namesake.place, name, place);
  }
  for (const [part, { place: partPlace }] of registered) {
    if (part.startsWith(`${name}/`)) return nameOfComposite(name, place, part, partPlace);
  }
  return undefined;
}
