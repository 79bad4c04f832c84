import { partName } from '../core/composite.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { nameOfComposite } from '../errors/messages.js';

/** The registered indicators by name, and the composites of their parts. */
export class RegisteredNames<Registered extends { readonly place: string }> extends Map<string, Registered> {
  /** The places of the parts of each composite, by name. */
  readonly #parts = new Map<string, Map<string, string>>();

  override set(name: string, registered: Registered): this {
    const composite = partName(name)?.composite;
    if (composite !== undefined) {
      const parts = this.#parts.get(composite) ?? new Map<string, string>();
      this.#parts.set(composite, parts);
      parts.set(name, registered.place);
    }
    return super.set(name, registered);
  }

  override delete(name: string): boolean {
    const composite = partName(name)?.composite ?? name;
    const parts = this.#parts.get(composite);
    parts?.delete(name);
    if (parts?.size === 0) this.#parts.delete(composite);
    return super.delete(name);
  }

  /** The composites by name, with the place of their first part. */
  get composites(): Map<string, string> {
    return new Map([...this.#parts].map(([composite, [part]]) => [composite, part?.[1] ?? '']));
  }

  /**
   * The fault of an indicator with the name of a composite, or of a part whose composite has the name of an
   * indicator. The name itself must be free.
   */
  compositeConflict(name: string, place: string): ConfigurationFault | undefined {
    const composite = partName(name)?.composite ?? name;
    const namesake = this.get(composite);
    if (namesake) return nameOfComposite(composite, namesake.place, name, place);
    const [first] = this.#parts.get(name) ?? [];
    return first && nameOfComposite(name, place, ...first);
  }
}
