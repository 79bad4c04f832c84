import { UnknownProbeError } from '../errors/unknown-probe.error.js';
import type { CheckRunner } from './check-runner.js';
import type { PartOf } from './composite.js';

/** A custom group: the listed indicators, and those with one of the tags. */
export interface GroupDefinition {
  readonly indicators: readonly string[];
  readonly tags: readonly string[];
}

type PartRunner = CheckRunner & { readonly partOf: PartOf };

export const PROBES = ['live', 'ready', 'startup', 'deep'] as const;
export type StandardProbe = (typeof PROBES)[number];

/** The indicators of each probe and group. Names and memberships are validated before. */
export class CheckRegistry {
  readonly #runners = new Map<string, CheckRunner>();
  readonly #groups: ReadonlyMap<string, GroupDefinition>;
  readonly #members = new Map<string, readonly CheckRunner[]>();
  readonly #parts = new Map<string, readonly PartRunner[]>();

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

  /** The names of the standard probes and the groups. */
  get probes(): readonly string[] {
    return [...PROBES, ...this.#groups.keys()];
  }

  /** The names of all probes, groups, composites and indicators. */
  get names(): readonly string[] {
    return [...this.probes, ...this.composites, ...this.#runners.keys()];
  }

  /** The names of the composites that have parts. */
  get composites(): readonly string[] {
    return [...new Set([...this.#runners.values()].flatMap(({ partOf }) => partOf?.composite ?? []))];
  }

  add(runner: CheckRunner): void {
    this.#runners.set(runner.name, runner);
    this.#forget();
  }

  remove(runner: CheckRunner): void {
    this.#runners.delete(runner.name);
    this.#forget();
  }

  /** The settings of an indicator have changed, and with them perhaps its probes. */
  refreshMembers(): void {
    this.#members.clear();
  }

  get(name: string): CheckRunner | undefined {
    return this.#runners.get(name);
  }

  /** An indicator. Throws `UnknownProbeError` for any other name. */
  requireIndicator(name: string): CheckRunner {
    const runner = this.#runners.get(name);
    if (runner) return runner;
    let kind = `There is no indicator named "${name}".`;
    if (this.hasProbe(name)) kind = `"${name}" is a probe or a group: use report("${name}").`;
    else if (this.partsOf(name)) kind = `"${name}" is a composite: use the name of one of its parts.`;
    throw new UnknownProbeError(name, [...this.#runners.keys()], kind);
  }

  /** Throws `UnknownProbeError` unless the name is that of a standard probe or a group. */
  requireProbe(name: string): void {
    if (this.hasProbe(name)) return;
    let kind = `There is no probe or group named "${name}".`;
    if (this.#runners.has(name)) kind = `"${name}" is an indicator: use check("${name}").`;
    else if (this.partsOf(name)) kind = `"${name}" is a composite: use check("${name}").`;
    throw new UnknownProbeError(name, this.probes, kind);
  }

  /** The parts of a composite. Undefined: there is no composite of this name. */
  partsOf(composite: string): readonly PartRunner[] | undefined {
    let parts = this.#parts.get(composite);
    if (!parts) {
      parts = [...this.#runners.values()].filter(
        (runner): runner is PartRunner => runner.partOf?.composite === composite,
      );
      if (parts.length === 0) return undefined;
      this.#parts.set(composite, parts);
    }
    return parts;
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

  #isMember({ name, partOf, definition }: CheckRunner, probe: string): boolean {
    const { probes, tags } = definition.settings;
    if (probe === 'deep' || probes.includes(probe)) return true;
    const group = this.#groups.get(probe);
    if (group === undefined) return false;
    const isListed = group.indicators.includes(name) || (partOf && group.indicators.includes(partOf.composite));
    return isListed === true || group.tags.some((tag) => tags.includes(tag));
  }

  #forget(): void {
    this.#members.clear();
    this.#parts.clear();
  }
}
