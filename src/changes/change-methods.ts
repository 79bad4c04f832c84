import type { ModulesContainer } from '@nestjs/core';
import { HealthStatus, isHealthStatus } from '../core/status.js';
import type { ConfigurationFault } from '../errors/fault.js';
import { probeUnknown } from '../errors/messages.js';
import { Faults } from '../options/faults.js';
import { OptionReader, type RuleTable } from '../options/option-reader.js';
import { type Rule, nonBlank, listOf, oneOf } from '../options/rules.js';
import { instancesIn } from '../discovery/instances.js';
import { type AnnotatedMethod, type OnHealthChangeOptions, annotatedMethods } from './on-health-change.decorator.js';

/** One annotated method of one instance, with the changes that it receives. */
export interface ChangeMethod {
  /** `Orders.pause`, for the log. */
  readonly name: string;
  /** Undefined: every indicator. */
  readonly indicators: readonly string[] | undefined;
  readonly probes: readonly string[];
  /** Undefined: every status. */
  readonly to: readonly string[] | undefined;
  readonly call: (change: object) => unknown;
}

export interface FoundMethods {
  readonly methods: readonly ChangeMethod[];
  readonly faults: readonly ConfigurationFault[];
}

const names = oneOrMore(nonBlank);
const RULES = {
  indicator: names,
  probe: names,
  to: oneOrMore<HealthStatus>({ ...oneOf(Object.values(HealthStatus)), accepts: isHealthStatus }),
} satisfies RuleTable<OnHealthChangeOptions>;

/** Finds the methods annotated with `@OnHealthChange()`, also in modules that are loaded after the start. */
export class ChangeMethods {
  readonly #modules: ModulesContainer;
  /** The names of all probes and groups. */
  readonly #probes: readonly string[];
  readonly #seen = new WeakSet<object>();

  constructor(modules: ModulesContainer, probes: readonly string[]) {
    this.#modules = modules;
    this.#probes = probes;
  }

  /** Returns the methods of instances that earlier calls have not returned. */
  find(): FoundMethods {
    const faults = new Faults();
    const methods: ChangeMethod[] = [];
    for (const instance of instancesIn(this.#modules, (candidate) => annotationsOf(candidate).length > 0)) {
      if (this.#seen.has(instance)) continue;
      this.#seen.add(instance);
      for (const annotated of annotationsOf(instance)) {
        const found = new Faults();
        methods.push(this.#define(instance, instance.constructor.name, annotated, found));
        if (!found.isEmpty) methods.pop();
        faults.add(...found.list);
      }
    }
    return { methods, faults: faults.list };
  }

  #define(instance: object, owner: string, { method, options }: AnnotatedMethod, faults: Faults): ChangeMethod {
    const reader = new OptionReader(faults.at(`@OnHealthChange() of ${owner}.${method}`), options);
    const { indicator, probe: given, to } = reader.readAll(RULES);
    const indicators = listed(indicator);
    const probes = listed(given) ?? [];
    for (const probe of probes) {
      if (!this.#probes.includes(probe)) faults.add(probeUnknown(reader.at.option('probe').place, probe, this.#probes));
    }
    return {
      name: `${owner}.${method}`,
      indicators: indicators ?? (probes.length > 0 ? [] : undefined),
      probes,
      to: listed(to),
      call: (change) => (Reflect.get(instance, method) as (change: object) => unknown).call(instance, change),
    };
  }
}

function annotationsOf(instance: object): readonly AnnotatedMethod[] {
  return annotatedMethods(instance.constructor);
}

function oneOrMore<T>(rule: Rule<T>): Rule<T | readonly T[]> {
  const list = listOf(rule);
  return {
    expected: `${rule.expected}, or a list of these`,
    accepts: (value) => rule.accepts(value) || list.accepts(value),
  };
}

function listed<T extends string>(value: T | readonly T[] | undefined): readonly T[] | undefined {
  return typeof value === 'string' ? [value] : value;
}
