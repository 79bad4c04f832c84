import { type HttpServer, Logger, type Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { bootNotices, indicatorList } from './boot-notices.js';
import { ChangeSubscriptions } from './changes/change-subscriptions.js';
import { HealthEngine } from './core/health-engine.js';
import { ChangeMethods } from './changes/change-methods.js';
import { drainHooks } from './lifecycle/drain-hooks.js';
import type { IndicatorResults } from './clients/breaker/indicator-results.js';
import { IndicatorExplorer } from './discovery/indicator-explorer.js';
import type { IndicatorStandIns } from './discovery/stand-ins.js';
import { ApiDescription } from './endpoints/description/api-description.js';
import { registerAliases } from './endpoints/aliases.js';
import { routeConflicts } from './endpoints/route-order.js';
import { Access } from './endpoints/access.js';
import { type EndpointHandlers, mapRoutes } from './endpoints/health.controller.js';
import { AdditionalEndpoints } from './endpoints/additional-endpoints.js';
import type { HealthResponse } from './endpoints/health-response.js';
import { Responder } from './endpoints/responder.js';
import { HealthConfigurationError, isHealthConfigurationError } from './errors/configuration.error.js';
import type { ConfigurationFault } from './errors/fault.js';
import { EngineMonitor } from './engine-monitor.js';
import { HealthService } from './health.service.js';
import { AnnouncedWork } from './lifecycle/announced-work.js';
import { ApplicationState } from './lifecycle/application-state.js';
import { Connections, isWatchable } from './lifecycle/connections.js';
import { Drain } from './lifecycle/drain.js';
import { OwnServers } from './lifecycle/own-servers.js';
import { questionReader } from './lifecycle/probe-request.js';
import { ProberWatch } from './lifecycle/prober-watch.js';
import { ShutdownSignals } from './lifecycle/shutdown-signals.js';
import { logChange } from './logging/change-logger.js';
import { formatRaw } from './core/raw-error.js';
import { rateLimited } from './logging/rate-limited.js';
import type { HealthModuleOptions } from './options/health-module-options.js';
import type { HealthSettings } from './options/health-settings.js';
import { type ResolvedOptions, resolveModuleOptions } from './options/resolve-module.js';

const FOREIGN_REFUSALS =
  'return503OnClosing turns every route to 503 as soon as a shutdown begins, live included, and before balancers have ' +
  'noticed, so requests are lost. Remove it: ready says 503 by itself.';

const FOREIGN_SERVER =
  'The server is none of node:http, node:https and node:http2, so a shutdown waits for balancers, but not for its ' +
  'requests in flight. Announce them with delayShutdown.';

const UNHEARD_SIGNALS =
  'Nothing listens to SIGTERM, so the signal ends the process at once and requests in flight are lost. ' +
  'Call app.enableShutdownHooks() in main.ts.';

/** The parts of one configured module, put together. */
export class HealthRuntime {
  readonly settings: HealthSettings;
  readonly service: HealthService;
  readonly responder: Responder;
  /** For modules that add endpoints and formats. */
  readonly endpoints: AdditionalEndpoints;
  /** For whoever shows the state of health. */
  readonly monitor: EngineMonitor;
  /** For indicators that look at each other. */
  readonly results: IndicatorResults;
  readonly #options: ResolvedOptions;
  readonly #engine: HealthEngine;
  readonly #state: ApplicationState;
  readonly #explorer: IndicatorExplorer;
  readonly #connections: Connections;
  readonly #drain: Drain;
  /** Undefined without an HTTP adapter. */
  #ownServers: OwnServers | undefined;
  readonly #signals = new ShutdownSignals();
  readonly #subscriptions: ChangeSubscriptions;
  readonly #logger = new Logger('Health');
  readonly #isSound: boolean;
  #adapter: HttpServer | undefined;
  #hasWarned = false;

  /** `isOnly`: the module is configured once, as it should be. Else it has no routes, which would clash before anybody could say why. */
  constructor(
    options: HealthModuleOptions,
    controller: Type<EndpointHandlers>,
    modules: ModulesContainer,
    isOnly: boolean,
    standIns: IndicatorStandIns,
  ) {
    this.#options = resolveModuleOptions(options);
    const { settings } = this.#options;
    this.settings = settings;
    const isSound = isOnly && this.#options.faults.length === 0;
    this.#isSound = isSound;
    if (isSound) this.#options.faults.push(...mapRoutes(controller, settings));

    const logger = this.#logger;
    this.#state = new ApplicationState(() => {
      this.#engine.invalidate();
      this.monitor.compareState();
    });
    this.#engine = new HealthEngine({
      ...settings,
      gate: this.#state,
      onListenerFault: (fault, place = 'A listener') => logger.error(`${place} failed:\n${formatRaw(fault)}`),
    });
    this.monitor = new EngineMonitor(this.#engine, this.#state, (fault) =>
      logger.error(`A listener failed:\n${formatRaw(fault)}`),
    );
    this.#engine.onRun((run) => this.monitor.recordRun(run));
    if (settings.logging) this.#engine.onChange((change) => logChange(logger, change, settings.logLevels));
    this.#subscriptions = new ChangeSubscriptions(
      new ChangeMethods(modules, this.#engine.probes),
      this.monitor,
      logger,
    );
    this.#engine.onChange((change) => {
      this.service.addNewModules();
      this.#subscriptions.indicatorChanged(change);
    });
    this.results = {
      names: () => this.#engine.indicators,
      onResult: (name, listener) =>
        this.#engine.onRun(({ indicator, run, status }) => {
          if (indicator === name) listener({ status, began: run.finished.elapsed - run.took });
        }),
    };
    this.#explorer = new IndicatorExplorer(modules, settings, this.#options.environment, standIns);

    const work = new AnnouncedWork();
    const watch = new ProberWatch(settings.shutdown.maxDelay);
    const questionOf = questionReader(settings.shutdown.probers);
    this.#connections = new Connections((path, response) => {
      const isProbe = path.includes(`/${settings.path}`);
      if (isProbe && !response.hasHeader('x-health-status')) this.#warnOfForeignRefusals();
    });
    this.#drain = new Drain({
      settings: settings.shutdown,
      state: this.#state,
      watch,
      connections: this.#connections,
      work,
      signals: this.#signals,
      logger,
      hooks: () => drainHooks(modules),
      formatError: formatRaw,
    });
    this.service = new HealthService({
      engine: this.#engine,
      state: this.#state,
      explorer: this.#explorer,
      work,
      logger,
      onNewModules: () => this.#subscriptions.addModules(),
    });

    const onFault = rateLimited((fault, leftOut) => {
      const others = leftOut === 0 ? '' : ` (and ${leftOut} times since it was last told)`;
      logger.error(`authorize failed, access denied${others}:\n${formatRaw(fault)}`);
    });
    const access = settings.access && new Access(settings.access, onFault);
    this.responder = new Responder(settings, this.service, access, (probe, request, response) => {
      // The only probe that the drain closes.
      if (probe === 'ready') {
        const question = questionOf(request);
        if (question) watch.recordProbe(question, refusesTraffic(response));
      }
      this.monitor.recordResponse(probe, request, response);
    });
    const description = isSound ? new ApiDescription(controller, settings) : undefined;
    this.endpoints = new AdditionalEndpoints(controller, this.responder, description);
  }

  /** Finds the indicators and checks the whole configuration. Throws one error with everything that is wrong. */
  async discover(): Promise<void> {
    const { faults, environment } = this.#options;
    const found = this.#explorer.explore();
    // Nothing runs before the start; and whoever is prepared may want to know who else is there.
    for (const definition of found.definitions) this.#engine.add(definition);
    faults.push(...found.faults, ...this.#explorer.checkReferences(), ...(await faultsOf(found.preparations)));
    faults.push(...this.#subscriptions.addModules());
    if (faults.length > 0) throw new HealthConfigurationError(faults);

    const names = found.definitions.map(({ name }) => name);
    if (this.settings.logging && names.length > 0) this.#logger.log(indicatorList(names));
    const undecorated = this.#explorer.undecorated();
    for (const notice of bootNotices(this.settings, environment, found.definitions, undecorated)) {
      this.#logger.warn(notice);
    }
  }

  /** Puts the routes beside the controller's on the server, and keeps an eye on its connections. */
  attach(adapter: HttpServer): void {
    this.#adapter = adapter;
    this.#watch(adapter.getHttpServer());
    const instance: unknown = adapter.getInstance();
    this.#ownServers = new OwnServers(instance, (server, socket) => this.#connections.adopt(server, socket));
    if (isFastify(instance)) {
      instance.addHook('onListen', (done) => {
        for (const server of furtherServers(instance)) this.#watch(server);
        done();
      });
    }
    if ('return503OnClosing' in adapter && adapter.return503OnClosing === true) this.#warnOfForeignRefusals();
  }

  /** Puts the aliases before every route of the application. */
  registerAliases(adapter: HttpServer): void {
    if (this.#isSound) registerAliases(adapter, this.settings, this.responder);
  }

  /** Everything else has started. */
  start(): void {
    for (const conflict of routeConflicts(this.#adapter?.getInstance())) this.#logger.warn(conflict);
    this.#engine.start();
    this.#state.bootstrapped();
    this.#ownServers?.start();
    this.#signals.start();
    if (!this.settings.shutdown.isDevelopment) this.#signals.warnIfUnheard(() => this.#logger.warn(UNHEARD_SIGNALS));
  }

  /** Takes the application out of service, then ends all checks: what they ask is about to be destroyed. */
  async stop(): Promise<void> {
    await this.#drain.run();
    this.#ownServers?.stop();
    this.#engine.stop();
  }

  #watch(server: unknown): void {
    if (isWatchable(server)) this.#connections.watch(server);
    else this.#logger.warn(FOREIGN_SERVER);
  }

  #warnOfForeignRefusals(): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#logger.warn(FOREIGN_REFUSALS);
  }
}

/** All that is missing is told at once. */
async function faultsOf(preparations: readonly (() => Promise<void>)[]): Promise<ConfigurationFault[]> {
  const faults: ConfigurationFault[] = [];
  const outcomes = await Promise.allSettled(preparations.map(async (prepare) => prepare()));
  for (const outcome of outcomes) {
    if (outcome.status === 'fulfilled') continue;
    if (!isHealthConfigurationError(outcome.reason)) throw outcome.reason;
    faults.push(...outcome.reason.faults);
  }
  return faults;
}

/** By what the report says: every status code can be configured. */
function refusesTraffic({ statusCode, headers }: HealthResponse): boolean {
  return statusCode >= 400 || headers['x-health-status'] === 'OUT_OF_SERVICE';
}

interface Fastify {
  addHook(name: 'onListen', hook: (done: () => void) => void): unknown;
}

function isFastify(instance: unknown): instance is Fastify {
  return typeof instance === 'object' && instance !== null && 'addHook' in instance;
}

/** Fastify opens one more server for each further address of `localhost`, and hands out the first only. */
function furtherServers(instance: object): readonly unknown[] {
  const key = Object.getOwnPropertySymbols(instance).find(
    ({ description }) => description === 'fastify.serverBindings',
  );
  const servers: unknown = key && Reflect.get(instance, key);
  return Array.isArray(servers) ? servers : [];
}
