import type { HttpServer, LoggerService } from '@nestjs/common';
import { bootNotices, compositesWithoutParts, partWithoutEndpoint } from './boot-notices.js';
import { partName } from './core/composite.js';
import type { HealthEngine } from './core/health-engine.js';
import type { IndicatorExplorer } from './discovery/indicator-explorer.js';
import { additionalPaths, aliasPaths, registerPaths } from './endpoints/aliases.js';
import type { Responder } from './endpoints/responder.js';
import { prioritizeEndpoints, routeConflicts } from './endpoints/route-order.js';
import { handleUnmatchedOnExpress, handleUnmatchedOnFastify } from './endpoints/unmatched-paths.js';
import type { ConfigurationFault } from './errors/fault.js';
import type { ApplicationState } from './lifecycle/application-state.js';
import type { Drain } from './lifecycle/drain.js';
import type { ServerWatch } from './lifecycle/servers/server-watch.js';
import type { ShutdownSignals } from './lifecycle/shutdown-signals.js';
import type { Environment } from './options/environment.js';
import type { HealthSettings } from './options/health-settings.js';
import type { Overrides } from './overrides/overrides.js';
import type { TimedRefusals } from './overrides/timed-refusals.js';
import type { Registration } from './registration.js';

const UNHANDLED_SIGNAL =
  'SIGTERM has no listener, so the signal ends the process at once and requests in flight are lost. ' +
  'Call app.enableShutdownHooks() in main.ts.';

export interface HealthLifecycleParts {
  readonly settings: HealthSettings;
  readonly environment: Environment;
  /** Faults of the options and the routes. */
  readonly faults: readonly ConfigurationFault[];
  /** False when the adapter's port has no endpoints: by option, or because the start will fail. */
  readonly hasRoutes: boolean;
  /** False when the start will fail. Otherwise the additional paths of groups are registered. */
  readonly isConfigured: boolean;
  /** Whether the parts of composites have endpoints. */
  readonly hasPartRoute: boolean;
  readonly explorer: IndicatorExplorer;
  readonly registration: Registration;
  readonly engine: HealthEngine;
  readonly overrides: Overrides;
  readonly timedRefusals: TimedRefusals;
  readonly state: ApplicationState;
  readonly responder: Responder;
  readonly servers: ServerWatch;
  readonly signals: ShutdownSignals;
  readonly drain: Drain;
  readonly logger: Pick<LoggerService, 'log' | 'warn'>;
}

/** The work of `HealthModule` at each stage of the application. The methods are called in their order here. */
export class HealthLifecycle {
  readonly #parts: HealthLifecycleParts;

  constructor(parts: HealthLifecycleParts) {
    this.#parts = parts;
  }

  /** Registers the indicators and checks the whole configuration. Throws one error with every configuration fault. */
  async discover(): Promise<void> {
    const { settings, environment, faults, hasRoutes, hasPartRoute, explorer, registration, engine, logger } =
      this.#parts;
    const definitions = await registration.registerAll(faults);
    const notices = bootNotices(settings, environment, definitions, explorer.undecorated(), engine.sharesRuns);
    for (const notice of notices) logger.warn(notice);
    const part = hasRoutes && !hasPartRoute ? definitions.find(({ name }) => partName(name)) : undefined;
    if (part) logger.warn(partWithoutEndpoint(part.name));
  }

  /** Nest has registered all routes. Watches the servers of the adapter, which do not listen yet. */
  attach(adapter: HttpServer): void {
    const { hasRoutes, responder, servers, logger } = this.#parts;
    const instance: unknown = adapter.getInstance();
    prioritizeEndpoints(instance);
    for (const conflict of routeConflicts(instance)) logger.warn(conflict);
    if (hasRoutes) handleUnmatchedOnExpress(adapter, responder);
    servers.attach(adapter);
  }

  /** Nest registers the routes next. Registers the aliases before every route of the application. */
  registerAliases(adapter: HttpServer): void {
    const { hasRoutes, isConfigured, settings, responder } = this.#parts;
    if (isConfigured) registerPaths(adapter, additionalPaths(settings, responder));
    if (!hasRoutes) return;
    registerPaths(adapter, aliasPaths(settings, responder));
    handleUnmatchedOnFastify(adapter, settings.path, responder);
  }

  /** All other modules have started. There is no adapter in an application without HTTP. */
  start(adapter: HttpServer | undefined): void {
    const { settings, engine, state, servers, signals, logger } = this.#parts;
    engine.start();
    state.bootstrapped();
    for (const notice of compositesWithoutParts(settings, engine.indicators)) logger.warn(notice);
    if (adapter) servers.start(adapter);
    signals.start();
    if (!settings.shutdown.isDevelopment) signals.warnIfUnhandled(() => logger.warn(UNHANDLED_SIGNAL));
  }

  /** Drains the application, then ends all checks: the clients that they use are destroyed next. */
  async stop(): Promise<void> {
    await this.#parts.drain.run();
    this.#parts.servers.stop();
    this.#parts.overrides.stop();
    this.#parts.timedRefusals.stop();
    this.#parts.engine.stop();
  }
}
