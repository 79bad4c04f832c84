import { UnknownProbeError } from '../errors/unknown-probe.error.js';
import type { CheckRunner } from './check-runner.js';
import type { EngineSettings } from './engine-settings.js';
import { Probe, type ProbeRules, type ReportFrame } from './probe.js';
import type { CheckRegistry } from './registry.js';
import type { Revision } from './revision.js';
import { type SharedOutages, toleratedBecause } from './shared-outages.js';
import type { StartupProgress } from './startup-progress.js';

/** The probes by name: the standard probes with their rules, the groups, and each composite or indicator that was requested. */
export class Probes {
  readonly #settings: EngineSettings;
  readonly #registry: CheckRegistry;
  readonly #startup: StartupProgress;
  readonly #revision: Revision;
  readonly #probes = new Map<string, Probe>();
  /** The part that is the same in the reports of all probes. */
  readonly frame: ReportFrame;
  /** Decides about shared indicators with a quorum. */
  sharedOutages: SharedOutages | undefined;

  constructor(settings: EngineSettings, registry: CheckRegistry, startup: StartupProgress, revision: Revision) {
    this.#settings = settings;
    this.frame = { identity: settings.identity };
    this.#registry = registry;
    this.#startup = startup;
    this.#revision = revision;
    this.#add('live', {});
    this.#add('deep', {});
    this.#add('ready', {
      alsoRuns: () => startup.awaited(),
      tolerates: (runner) => toleratedBecause(runner, this.sharedOutages),
      closedBecause: () => this.#notReadyBecause(),
    });
    this.#add('startup', {
      describe: (runner) => startup.firstPassOf(runner),
      isCritical: (critical) => critical && !startup.isComplete,
      closedBecause: () => this.#notBootstrappedBecause(),
    });
    for (const group of settings.groups.keys()) this.#add(group, {});
  }

  /** A probe, a group, a composite with all its parts, or one indicator. Throws `UnknownProbeError` for any other name. */
  get(name: string): Probe {
    return this.#probes.get(name) ?? this.#addOne(name);
  }

  /** The indicator or the composite of this name was removed. */
  delete(name: string): void {
    this.#probes.delete(name);
  }

  #add(name: string, rules: Omit<ProbeRules, 'members' | 'deadline'>): Probe {
    const deadline = this.#settings.deadlines[name] ?? this.#settings.deadline;
    return this.#set(name, { deadline, members: () => this.#registry.membersOf(name), ...rules });
  }

  #addOne(name: string): Probe {
    const runner = this.#registry.get(name);
    const only = runner && [runner];
    const members = (): readonly CheckRunner[] => {
      // It may have been removed during an evaluation.
      const present = only ? this.#registry.get(name) === runner && only : this.#registry.partsOf(name);
      if (!present) throw new UnknownProbeError(name, this.#registry.names);
      return present;
    };
    members();
    const { deadline } = this.#settings;
    return this.#set(name, { deadline, members, isCritical: () => true, isFlat: only !== undefined });
  }

  #set(name: string, rules: ProbeRules): Probe {
    const probe = new Probe(rules, this.frame, this.#revision);
    this.#probes.set(name, probe);
    return probe;
  }

  #notBootstrappedBecause(): string | undefined {
    if (!this.#settings.gate.isBootstrapped) return 'starting';
    this.#startup.awaited();
    return undefined;
  }

  #notReadyBecause(): string | undefined {
    const { closedBecause } = this.#settings.gate;
    if (closedBecause !== undefined) return closedBecause;
    const awaited = this.#startup.awaited();
    return awaited.length > 0 ? `starting: ${awaited.map(({ name }) => name).join(', ')}` : undefined;
  }
}
