import type { SourceScope } from './configuration-source.js';

/** Options by name. */
export type Options = Readonly<Record<string, unknown>>;

/** The scopes of one source, the one with precedence last. */
export const SCOPES: readonly SourceScope[] = ['service', 'instance'];

/** The entries of one source: the options in use, and why entries are refused. */
export class Entries {
  readonly #accepted: Readonly<Record<SourceScope, Map<string, Options>>> = { service: new Map(), instance: new Map() };
  readonly #refused: Readonly<Record<SourceScope, Map<string, readonly string[]>>> = {
    service: new Map(),
    instance: new Map(),
  };

  /** The options of an indicator that are in use, in the order of their precedence. `replaced` replaces those of its scope. */
  layers(
    indicator: string,
    replaced?: { readonly scope: SourceScope; readonly options: Options | undefined },
  ): Options[] {
    return SCOPES.flatMap((scope) => {
      const options = scope === replaced?.scope ? replaced.options : this.#accepted[scope].get(indicator);
      return options ? [options] : [];
    });
  }

  accept(indicator: string, scope: SourceScope, options: Options | undefined): void {
    this.#refused[scope].delete(indicator);
    if (options) this.#accepted[scope].set(indicator, options);
    else this.#accepted[scope].delete(indicator);
  }

  refuse(indicator: string, scope: SourceScope, reasons: readonly string[]): void {
    this.#refused[scope].set(indicator, reasons);
  }

  forget(indicator: string): void {
    for (const scope of SCOPES) this.accept(indicator, scope, undefined);
  }

  /** Whether an indicator has options in use or a refused entry. */
  has(indicator: string): boolean {
    return SCOPES.some((scope) => this.#accepted[scope].has(indicator) || this.#refused[scope].has(indicator));
  }

  /** Why entries of an indicator are refused. */
  reasons(indicator: string): readonly string[] {
    return SCOPES.flatMap((scope) => this.#refused[scope].get(indicator) ?? []);
  }

  /** The indicators that have options in use or a refused entry. */
  get indicators(): ReadonlySet<string> {
    return new Set(SCOPES.flatMap((scope) => [...this.#accepted[scope].keys(), ...this.#refused[scope].keys()]));
  }

  /** The number of refused entries. */
  get refusedCount(): number {
    return this.#refused.service.size + this.#refused.instance.size;
  }
}

/** One object with the options of all layers. The last one has precedence. Undefined: there are no layers. */
export function mergeLayers(layers: readonly Options[]): Options | undefined {
  // An assignment to a key "__proto__" would change the prototype.
  return layers.length === 0 ? undefined : Object.fromEntries(layers.flatMap(Object.entries));
}
