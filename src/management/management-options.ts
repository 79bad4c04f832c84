import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { ConfigurationFault } from '../errors/fault.js';
import { clusterWorker } from '../options/cluster-worker.js';
import { Faults, type FaultsAt } from '../options/faults.js';
import { CHECKED_ELSEWHERE, type RuleTable, readerOf } from '../options/option-reader.js';
import { type Rule, flag, nonBlank, show, whole } from '../options/rules.js';
import type { WatchdogSettings } from './watchdog/stall.js';
import { type HealthWatchdogOptions, resolveWatchdog } from './watchdog/watchdog-options.js';

/** Options of `HealthManagementModule.forRoot()`. */
export interface HealthManagementOptions {
  /**
   * The TCP port. 0: any free port, see `portFile`. A function receives the number of the worker of `node:cluster` (0 in a
   * process outside a cluster) and returns the port, because each worker needs its own: `(worker) => 9090 + worker`. Default: 9090.
   */
  readonly port?: number | ((worker: number) => number);
  /**
   * The address to listen on. Default: every address of the machine, as with `app.listen(port)`, because a kubelet uses the
   * address of the pod. `127.0.0.1`: this machine only.
   */
  readonly host?: string;
  /**
   * A file that receives the port as text when the server listens, for `port: 0`. It is removed at the end. Default: none.
   */
  readonly portFile?: string;
  /**
   * Whether the server runs in a thread of its own. Then a blocked event loop cannot delay its responses, and probes do not use
   * the event loop while results are fresh. The thread takes about 10 MB. Default: true.
   */
  readonly thread?: boolean;
  /**
   * Reports a blocked event loop from the thread, with the function that blocks it. True: on, with the defaults of its
   * options. False: off. It requires `thread`. Default: the value of `thread`.
   */
  readonly watchdog?: HealthWatchdogOptions | boolean;
  /** Whether the endpoints are available on the application's own port too. Default: true. */
  readonly mainPort?: boolean;
  /** False: no port is opened, for tests of the application. The endpoints stay on the application's own port. Default: true. */
  readonly enabled?: boolean;
}

/** Options of `HealthManagementModule.forRootAsync()`. */
export interface HealthManagementAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** The providers that are passed to `useFactory`, in this order. Default: none. */
  readonly inject?: FactoryProvider['inject'];
  /** Returns the options, or a promise of them. The port opens when they are known. */
  readonly useFactory: FactoryProvider<HealthManagementOptions>['useFactory'];
}

export interface ManagementSettings {
  readonly port: number;
  readonly host: string | undefined;
  readonly portFile: string | undefined;
  readonly thread: boolean;
  /** Undefined: off. */
  readonly watchdog: WatchdogSettings | undefined;
  readonly mainPort: boolean;
  readonly enabled: boolean;
}

export const PLACE = 'HealthManagementModule.forRoot()';
const DEFAULT_PORT = 9090;
const port = whole(0, 65_535);
const portOrFunction: Rule<ManagementSettings['port'] | ((worker: number) => number)> = {
  expected: `${port.expected}, or a function that returns one`,
  accepts: (value) => typeof value === 'function' || port.accepts(value),
};

const RULES = {
  port: portOrFunction,
  host: nonBlank,
  portFile: nonBlank,
  thread: flag,
  watchdog: CHECKED_ELSEWHERE,
  mainPort: flag,
  enabled: flag,
} satisfies RuleTable<HealthManagementOptions>;

/** Validates the options. Throws one error with every configuration fault. */
export function resolveManagementOptions(
  given: HealthManagementOptions,
  worker: number = clusterWorker(),
): ManagementSettings {
  const faults = new Faults();
  const at = faults.at(PLACE);
  const reader = readerOf(given, at);
  reader.refuseUnknown(RULES);
  const chosen = reader.read('port', RULES.port, DEFAULT_PORT);
  const thread = reader.read('thread', RULES.thread, true);
  const watchdog = resolveWatchdog(given?.watchdog ?? thread, at.option('watchdog'));
  if (watchdog && !thread) faults.add(WATCHDOG_WITHOUT_THREAD);
  const settings = {
    port: typeof chosen === 'function' ? portFor(chosen, worker, at.option('port')) : chosen,
    host: reader.read<string | undefined>('host', RULES.host, undefined),
    portFile: reader.read<string | undefined>('portFile', RULES.portFile, undefined),
    thread,
    watchdog,
    mainPort: reader.read('mainPort', RULES.mainPort, true),
    enabled: reader.read('enabled', RULES.enabled, true),
  };
  faults.throwIfAny();
  return settings;
}

const WATCHDOG_WITHOUT_THREAD: ConfigurationFault = {
  place: `${PLACE}, watchdog`,
  problem: 'the watchdog runs in the thread of the port, and thread is false',
  remedy: 'remove thread: false, or set watchdog to false',
};

function portFor(choose: (worker: number) => number, worker: number, at: FaultsAt): number {
  const chosen = choose(worker);
  if (port.accepts(chosen)) return chosen;
  at.add({
    place: at.place,
    problem: `the function returned ${show(chosen)} for worker ${worker}`,
    remedy: `return ${port.expected}`,
  });
  return DEFAULT_PORT;
}
