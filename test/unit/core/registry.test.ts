import { describe, expect, it } from 'vitest';
import { CheckRegistry, type GroupDefinition } from '../../../src/core/registry.js';
import type { CheckSettings } from '../../../src/core/check.js';
import { CheckRunner } from '../../../src/core/check-runner.js';
import { Limiter } from '../../../src/core/limiter.js';
import { checkDefinition } from '../../support/check-definition.js';

function registryOf(
  groups: Record<string, GroupDefinition>,
  indicators: Record<string, Partial<CheckSettings>>,
): CheckRegistry {
  const registry = new CheckRegistry(new Map(Object.entries(groups)));
  for (const [name, settings] of Object.entries(indicators)) add(registry, name, settings);
  return registry;
}

function add(registry: CheckRegistry, name: string, settings: Partial<CheckSettings> = {}): void {
  const events = { settled: () => undefined, invalidated: () => undefined };
  registry.add(
    new CheckRunner(
      checkDefinition(name, () => undefined, settings),
      new Limiter(),
      events,
    ),
  );
}

const namesOf = (registry: CheckRegistry, probe: string): string[] =>
  registry.membersOf(probe).map((runner) => runner.name);

describe('CheckRegistry', () => {
  it('evaluates an indicator in the probes that it names, and in deep', () => {
    const registry = registryOf({}, { database: {}, loop: { probes: ['live', 'startup'] }, none: { probes: [] } });
    expect(namesOf(registry, 'ready')).toStrictEqual(['database']);
    expect(namesOf(registry, 'live')).toStrictEqual(['loop']);
    expect(namesOf(registry, 'startup')).toStrictEqual(['loop']);
    expect(namesOf(registry, 'deep')).toStrictEqual(['database', 'loop', 'none']);
  });

  it('collects the members of a group by names, by tags, and by the probes of indicators', () => {
    const registry = registryOf(
      { billing: { indicators: ['payments'], tags: ['money', 'tax'] } },
      { database: {}, payments: {}, ledger: { tags: ['slow', 'tax'] }, invoices: { probes: ['billing'] } },
    );
    expect(namesOf(registry, 'billing')).toStrictEqual(['payments', 'ledger', 'invoices']);
  });

  it('has no members in an empty group, nor in an unknown one', () => {
    const registry = registryOf({ empty: { indicators: [], tags: [] } }, { database: { tags: ['x'] } });
    expect(namesOf(registry, 'empty')).toStrictEqual([]);
    expect(namesOf(registry, 'nowhere')).toStrictEqual([]);
  });

  it('includes indicators that are registered later', () => {
    const registry = registryOf({}, { database: {} });
    expect(namesOf(registry, 'ready')).toStrictEqual(['database']);
    add(registry, 'cache');
    expect(namesOf(registry, 'ready')).toStrictEqual(['database', 'cache']);
  });

  it('responds from memory while no connection arrives', () => {
    const registry = registryOf({}, { database: {} });
    expect(registry.membersOf('ready')).toBe(registry.membersOf('ready'));
  });

  it('finds probes, groups and indicators by their names', () => {
    const registry = registryOf({ billing: { indicators: [], tags: [] } }, { database: {} });
    expect(registry.names).toStrictEqual(['live', 'ready', 'startup', 'deep', 'billing', 'database']);
    expect(['live', 'ready', 'startup', 'deep', 'billing'].every((name) => registry.hasProbe(name))).toBe(true);
    expect(registry.hasProbe('database')).toBe(false);
    expect(registry.get('database')?.name).toBe('database');
    expect(registry.get('billing')).toBeUndefined();
    expect([...registry.runners].map((runner) => runner.name)).toStrictEqual(['database']);
  });
});
