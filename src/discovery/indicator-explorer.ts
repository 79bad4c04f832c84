import type { ModulesContainer } from '@nestjs/core';
import type { CheckDefinition } from '../core/check.js';
import type { ConfigurationFault } from '../errors/fault.js';
import {
  compositeMisspelt,
  endpointPathShared,
  groupMemberUnknown,
  indicatorNotSingleton,
  indicatorWithoutCheck,
  instanceNameMalformed,
  instanceNameUnreadable,
  nameMinified,
  nameMissing,
  nameTaken,
  nameTakenByInstances,
} from '../errors/messages.js';
import { partName } from '../core/composite.js';
import { nearest } from '../errors/nearest.js';
import { Faults, type FaultsAt } from '../options/faults.js';
import type { HealthSettings } from '../options/health-settings.js';
import type { IndicatorConfiguration } from '../options/indicator-configuration.js';
import type { HealthIndicatorOptions } from '../options/indicator-options.js';
import { pathsOf } from '../options/module-options/shared-paths.js';
import { checkIndicatorName } from '../options/names.js';
import { show } from '../options/rules.js';
import { RegisteredNames } from './registered-names.js';
import type { HealthIndicator } from './health-indicator.decorator.js';
import { isMinified, nameFromClass } from './indicator-name.js';
import { preparationOf } from './preparation.js';
import { type ProvidedIndicator, indicatorsOf, isLoaded } from './provided-indicators.js';
import { type IndicatorReplacements, NO_REPLACEMENTS } from './indicator-replacements.js';
import { undecoratedIndicators } from './undecorated.js';

/** The result of one exploration of the container. */
export interface Exploration {
  readonly definitions: readonly CheckDefinition[];
  readonly faults: readonly ConfigurationFault[];
  /** The preparations of the indicators. Replaced and disabled indicators need none. */
  readonly preparations: readonly (() => Promise<void>)[];
}

interface Registered {
  readonly place: string;
  readonly token: unknown;
}

/** Finds the indicators among the providers of all modules, including modules that are loaded later. */
export class IndicatorExplorer {
  readonly #modules: ModulesContainer;
  readonly #settings: HealthSettings;
  readonly #configuration: IndicatorConfiguration;
  readonly #replacements: IndicatorReplacements;
  readonly #explored = new Set<object>();
  readonly #instances = new Set<unknown>();
  readonly #registered = new RegisteredNames<Registered>();
  #modulesSeen = 0;

  constructor(
    modules: ModulesContainer,
    settings: HealthSettings,
    configuration: IndicatorConfiguration,
    replacements: IndicatorReplacements = NO_REPLACEMENTS,
  ) {
    this.#modules = modules;
    this.#settings = settings;
    this.#configuration = configuration;
    this.#replacements = replacements;
  }

  /** Whether modules were added since the last exploration. Fast enough for every probe. */
  get hasNewModules(): boolean {
    return this.#modules.size !== this.#modulesSeen;
  }

  /** Explores every module that is not explored yet. An indicator with a fault is not among the definitions. */
  explore(): Exploration {
    const definitions: CheckDefinition[] = [];
    const faults = new Faults();
    const preparations: (() => Promise<void>)[] = [];
    let isComplete = true;
    for (const module of this.#modules.values()) {
      if (this.#explored.has(module)) continue;
      // At the start every provider exists. A module that is loaded later is explored when its providers exist.
      if (this.#modulesSeen !== 0 && !isLoaded(module)) {
        isComplete = false;
        continue;
      }
      this.#explored.add(module);
      for (const provided of indicatorsOf(module)) {
        const definition = this.#define(provided, faults);
        if (!definition) continue;
        const replacement = this.#replacements.replacementOf(definition);
        definitions.push(replacement ?? definition);
        const isRun = definition.settings.enabled && !replacement;
        const prepare = isRun ? preparationOf(provided.instance as object) : undefined;
        if (prepare) preparations.push(prepare);
      }
    }
    this.#modulesSeen = isComplete ? this.#modules.size : -1;
    return { definitions, faults: faults.list, preparations };
  }

  /** The names of providers that look like indicators without the decorator, for messages. */
  undecorated(): string[] {
    return undecoratedIndicators(this.#modules, this.#registered.size === 0);
  }

  /** Checks the names of indicators in the options. Call it after all modules of the start are explored. */
  checkReferences(): ConfigurationFault[] {
    const faults = new Faults();
    const known = [...this.#registered.keys()];
    const { composites } = this.#registered;
    for (const [group, { indicators }] of this.#settings.groups) {
      const holder = this.#registered.get(group)?.place ?? composites.get(group);
      if (holder !== undefined) faults.add(nameTaken(group, [holder, `the group "${group}"`]));
      for (const member of indicators) {
        if (this.#registered.has(member) || composites.has(member)) continue;
        faults.add(groupMemberUnknown(`the group "${group}"`, member, [...known, ...composites.keys()]));
      }
    }
    const withoutOptions = [...composites.keys()].filter((name) => !this.#settings.composites.has(name));
    for (const name of this.#settings.composites.keys()) {
      const isGroup = this.#settings.groups.has(name);
      const holder = isGroup ? `the group "${name}"` : this.#registered.get(name)?.place;
      if (holder !== undefined) faults.add(nameTaken(name, [holder, `HealthModule options, composites.${name}`]));
      // Its parts may be registered later, so only a similar name shows that this one is misspelt.
      const similar = holder === undefined && !composites.has(name) ? nearest(name, withoutOptions) : undefined;
      if (similar !== undefined) faults.add(compositeMisspelt(name, similar));
    }
    for (const name of Object.keys(this.#settings.indicators)) {
      if (!this.#registered.has(name)) {
        faults.add(groupMemberUnknown('HealthModule options, indicators', name, known));
      }
    }
    return [...faults.list, ...this.#replacements.check(known), ...this.#sharedPaths()];
  }

  /** Defines an indicator that the application registers while it runs. Undefined: it has a fault. */
  define(
    name: string,
    check: CheckDefinition['check'],
    options: HealthIndicatorOptions | undefined,
    at: FaultsAt,
  ): CheckDefinition | undefined {
    if (!checkIndicatorName(name, at)) return undefined;
    const earlier = this.#registered.get(name);
    const conflict = earlier ? nameTaken(name, [earlier.place, at.place]) : this.#conflictOf(name, at.place);
    if (conflict) {
      at.add(conflict);
      return undefined;
    }
    const settings = this.#configuration.add(name, options, at);
    if (!at.faults.isEmpty) {
      this.#configuration.remove(name);
      return undefined;
    }
    this.#registered.set(name, { place: at.place, token: undefined });
    const definition = { name, settings, check };
    return this.#replacements.replacementOf(definition) ?? definition;
  }

  /** Frees the name of an indicator that is removed. */
  forget(name: string): void {
    this.#registered.delete(name);
    this.#configuration.remove(name);
  }

  /** The fault of an indicator of the running application whose name or path is already in use. */
  #conflictOf(indicator: string, place: string): ConfigurationFault | undefined {
    const conflict = this.#registered.compositeConflict(indicator, place);
    if (conflict) return conflict;
    const { path, endpoints, groups, composites } = this.#settings;
    if (composites.has(indicator)) {
      return nameTaken(indicator, [`HealthModule options, composites.${indicator}`, place]);
    }
    const name = partName(indicator)?.composite ?? indicator;
    if (groups.has(name)) return nameTaken(name, [`the group "${name}"`, place]);
    if (!endpoints.checks.enabled) return undefined;
    const { places } = pathsOf(this.#settings);
    const shared = [`/${path}/${name}`, `/${path}/${indicator}`].find((own) => places.has(own));
    return shared === undefined ? undefined : endpointPathShared(shared, [places.get(shared) ?? '', place]);
  }

  #define(provided: ProvidedIndicator, faults: Faults): CheckDefinition | undefined {
    const place = `${provided.className || 'a class without a name'} in ${provided.moduleName}`;
    if (provided.scope !== undefined) {
      faults.add(indicatorNotSingleton(place, provided.scope));
      return undefined;
    }
    if (this.#instances.has(provided.instance)) return undefined;
    this.#instances.add(provided.instance);

    const at = faults.at(place);
    const name = this.#nameOf(provided, at);
    if (name === undefined || !checkIndicatorName(name, at)) return undefined;
    const earlier = this.#registered.get(name);
    if (earlier) {
      const isOtherInstance = earlier.token === provided.token;
      faults.add((isOtherInstance ? nameTakenByInstances : nameTaken)(name, [earlier.place, place]));
      return undefined;
    }
    const isLate = this.#modulesSeen !== 0;
    // At the start, `checkReferences()` compares with the options, once all indicators are known.
    const conflict = isLate ? this.#conflictOf(name, place) : this.#registered.compositeConflict(name, place);
    if (conflict) {
      faults.add(conflict);
      return undefined;
    }
    this.#registered.set(name, { place, token: provided.token });
    return this.#complete(name, provided, at);
  }

  /** The name from the instance, else from the decorator, else derived from the class. */
  #nameOf({ instance, metadata, className }: ProvidedIndicator, { place, faults }: FaultsAt): string | undefined {
    let own: unknown;
    try {
      own = isObject(instance) && 'indicatorName' in instance ? instance.indicatorName : undefined;
    } catch {
      faults.add(instanceNameUnreadable(place));
      return undefined;
    }
    if (typeof own === 'string') return own;
    if (own !== undefined) faults.add(instanceNameMalformed(place, show(own)));
    else if (metadata.name !== undefined) return metadata.name;
    else if (className !== '' && isMinified(className)) faults.add(nameMinified(place));
    else if (nameFromClass(className) === '') faults.add(nameMissing(place));
    else return nameFromClass(className);
    return undefined;
  }

  #complete(
    name: string,
    { instance, metadata }: ProvidedIndicator,
    { place, faults }: FaultsAt,
  ): CheckDefinition | undefined {
    const found = new Faults();
    found.add(...(metadata.faults ?? []));
    const at = found.at(place);
    const settings = this.#configuration.add(name, metadata.options, at);
    if (!isIndicator(instance)) found.add(indicatorWithoutCheck(place));
    faults.add(...found.list);
    if (!found.isEmpty || !isIndicator(instance)) return undefined;
    return { name, settings, check: (context) => instance.check(context) };
  }

  /** Endpoints and groups with a configured path that equals the name of an indicator. */
  #sharedPaths(): ConfigurationFault[] {
    const { path: base, endpoints, groups } = this.#settings;
    if (!endpoints.checks.enabled) return [];
    const { places } = pathsOf(this.#settings);
    const named = [...this.#registered].map(([name, { place }]) => [name, place] as const);
    return [...named, ...this.#registered.composites].flatMap(([name, place]) => {
      const path = `/${base}/${name}`;
      const other = groups.has(name) ? undefined : places.get(path);
      return other === undefined ? [] : [endpointPathShared(path, [other, place])];
    });
  }
}

function isIndicator(instance: unknown): instance is HealthIndicator {
  return isObject(instance) && 'check' in instance && typeof instance.check === 'function';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
