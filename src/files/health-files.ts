import { join } from 'node:path';
import { isFailing } from '../core/status.js';
import { HealthConfigurationError } from '../errors/configuration.error.js';
import type { HealthEndpoints } from '../extension/health-endpoints.js';
import type { HealthMonitor } from '../extension/health-monitor.js';
import { type FilesSettings } from './files-options.js';
import { prepareFolder } from './prepare-folder.js';
import { StatusFile } from './status-file.js';

const PROBES = ['live', 'ready'] as const;
type FileProbe = (typeof PROBES)[number];

/** Keeps one file for each of the probes `live` and `ready`, while the probe passes. */
export class HealthFiles {
  readonly #settings: FilesSettings;
  readonly #monitor: HealthMonitor;
  readonly #endpoints: HealthEndpoints;
  readonly #files: Readonly<Record<FileProbe, StatusFile>>;
  readonly #unsubscribe: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  /** `onFault` receives the errors of the file system while the application runs. */
  constructor(
    settings: FilesSettings,
    monitor: HealthMonitor,
    endpoints: HealthEndpoints,
    onFault: (fault: unknown) => void,
  ) {
    this.#settings = settings;
    this.#monitor = monitor;
    this.#endpoints = endpoints;
    const fileOf = (probe: FileProbe): StatusFile => new StatusFile(join(settings.directory, settings[probe]), onFault);
    this.#files = { live: fileOf('live'), ready: fileOf('ready') };
  }

  /** Removes the files of an earlier process. Throws a `HealthConfigurationError` for a folder that cannot be used. */
  async prepare(): Promise<void> {
    const { enabled, directory, live, ready } = this.#settings;
    if (!enabled) return;
    const fault = await prepareFolder(directory, [live, ready]);
    if (fault) throw new HealthConfigurationError([fault]);
  }

  /** Writes the files from now on. */
  start(): void {
    if (!this.#settings.enabled) return;
    for (const probe of PROBES) {
      this.#unsubscribe.push(this.#monitor.onProbeChange(probe, () => void this.#show(probe)));
    }
    this.#unsubscribe.push(
      // The drain begins with this event, so `ready` is removed before the application begins to wait.
      this.#monitor.onState(() => void this.#show('ready')),
    );
    // An interval of the event loop itself: while the loop is blocked, the files become old, as intended.
    this.#timer = setInterval(() => void this.#renew(), this.#settings.every);
    this.#timer.unref();
    void this.#renew();
  }

  /** Removes the files. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    for (const unsubscribe of this.#unsubscribe.splice(0)) unsubscribe();
    this.#isStopped = true;
    if (this.#settings.enabled) await Promise.all(PROBES.map((probe) => this.#files[probe].remove()));
  }

  /** Evaluates the probes as a request does, then shows them. */
  async #renew(): Promise<void> {
    await Promise.all(
      PROBES.map(async (probe) => {
        await this.#endpoints.report(probe).catch(() => undefined);
        await this.#show(probe);
      }),
    );
  }

  /** Shows the existing results, because an evaluation may end after the drain has begun. */
  #show(probe: FileProbe): Promise<void> {
    if (this.#isStopped) return Promise.resolve();
    const { status, timestamp } = this.#monitor.peek(probe);
    const file = this.#files[probe];
    return isFailing(status) ? file.remove() : file.touch(`${status} ${timestamp}\n`);
  }
}
