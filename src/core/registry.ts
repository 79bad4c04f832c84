import type { CheckRunner } from './check-runner.js';

/** A custom group: the listed indicators, and those with one of the tags. */
export interface GroupDefinition {
  readonly indicators: readonly string[];
  readonly tags: readonly string[];
}

export const PROBES = ['live', 'ready', 'startup', 'deep'] as const;
export type StandardProbe = (typeof PROBES)[number];

/** The indicators of each probe and group. Names and memberships are validated before. */
export class CheckRegistry {
  readonly #runners = new Map<string, CheckRunner>();
  readonly #groups: ReadonlyMap<string, GroupDefinition>;
  readonly #members = new Map<string, readonly CheckRunner[]>();

  constructor(groups: ReadonlyMap<string, GroupDefinition>) {
    this.#groups = groups;
  }

  /** How many indicators there are. */
  get size(): number {
    return this.#runners.size;
  }

  get runners(): Iterable<CheckRunner> {
    return this.#runners.values();
  }

  /** The names of all probes, groups and indicators. */
  get names(): readonly string[] {
    return [...PROBES, ...this.#groups.keys(), ...this.#runners.keys()];
  }

  add(runner: CheckRunner): void {
    this.#runners.set(runner.name, runner);
    this.#members.clear();
  }

  remove(runner: CheckRunner): void {
    this.#runners.delete(runner.name);
    this.#members.clear();
  }

  /** The settings of an indicator have changed, and with them perhaps its probes. */
  refreshMembers(): void {
    this.#members.clear();
  }

  get(name: string): CheckRunner | undefined {
    return this.#runners.get(name);
  }

  hasProbe(name: string): boolean {
    return (PROBES as readonly string[]).includes(name) || this.#groups.has(name);
  }

  membersOf(probe: string): readonly CheckRunner[] {
    let members = this.#members.get(probe);
    if (!members) {
      members = [...this.#runners.values()].filter((runner) => this.#isMember(runner, probe));
      this.#members.set(probe, members);
    }
    return members;
  }

  #isMember({ name, definition }: CheckRunner, probe: string): boolean {
    const { probes, tags } = definition.settings;
    if (probe === 'deep' || probes.includes(probe)) return true;
    const group = this.#groups.get(probe);
    return group !== undefined && (group.indicators.includes(name) || group.tags.some((tag) => tags.includes(tag)));
  }
}
