import { Logger, type Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { ChangeMethods } from './changes/change-methods.js';
import { ChangeSubscriptions } from './changes/change-subscriptions.js';
import type { IndicatorResults } from './clients/breaker/indicator-results.js';
import { HealthEngine } from './core/health-engine.js';
import { formatRaw } from './core/raw-error.js';
import { declaresParts } from './discovery/declared-parts.js';
import { IndicatorExplorer } from './discovery/indicator-explorer.js';
import type { IndicatorReplacements } from './discovery/indicator-replacements.js';
import { Access } from './endpoints/access.js';
import { AdditionalEndpoints } from './endpoints/additional-endpoints.js';
import { ApiDescription } from './endpoints/description/api-description.js';
import { type EndpointHandlers, mapRoutes } from './endpoints/health.controller.js';
import type { EndpointParts } from './endpoints/endpoint-parts.js';
import type { HealthResponse } from './endpoints/health-response.js';
import { RateLimiter } from './endpoints/rate-limit/rate-limiter.js';
import { type OnResponse, Responder } from './endpoints/responder.js';
import { EngineMonitor } from './engine-monitor.js';
import { Evaluator } from './evaluator.js';
import type { HealthEndpoints } from './extension/health-endpoints.js';
import type { HealthMonitor } from './extension/health-monitor.js';
import type { RequestsInFlight } from './extension/requests-in-flight.js';
import type { OptionParts } from './extension/source-options.js';
import { HealthLifecycle } from './health.lifecycle.js';
import { HealthService } from './health.service.js';
import { AnnouncedWork } from './lifecycle/announced-work.js';
import { ApplicationState } from './lifecycle/application-state.js';
import { Connections } from './lifecycle/servers/connections.js';
import { Drain } from './lifecycle/drain.js';
import { drainHooks } from './lifecycle/drain-hooks.js';
import { probeRequestReader } from './lifecycle/probers/probe-request.js';
import { ProberWatch } from './lifecycle/probers/prober-watch.js';
import { ServerWatch } from './lifecycle/servers/server-watch.js';
import { ShutdownSignals } from './lifecycle/shutdown-signals.js';
import { logChange } from './logging/change-logger.js';
import { logFault } from './logging/log-fault.js';
import { omittedFaults, rateLimited } from './logging/rate-limited.js';
import type { HealthModuleOptions } from './options/health-module-options.js';
import type { HealthSettings } from './options/health-settings.js';
import { IndicatorConfiguration } from './options/indicator-configuration.js';
import { resolveModuleOptions } from './options/resolve-module.js';
import { Overrides } from './overrides/overrides.js';
import { TimedRefusals } from './overrides/timed-refusals.js';
import { Registration } from './registration.js';

/** The parts that one application passes to its `HealthModule`. */
export interface ApplicationParts {
  readonly modules: ModulesContainer;
  /**
   * The controller class of this application. Undefined when `HealthModule` is imported wrongly: its routes would clash
   * before the configuration error can be thrown.
   */
  readonly controller: Type<EndpointHandlers> | undefined;
  /** Whether the endpoints are served on the adapter's port. */
  readonly servesMainPort: boolean;
  readonly replacements: IndicatorReplacements;
}

/** The parts that `HealthModule` provides. */
export interface HealthParts {
  readonly lifecycle: HealthLifecycle;
  readonly service: HealthService;
  readonly responder: Responder;
  readonly endpointParts: EndpointParts;
  readonly endpoints: HealthEndpoints;
  readonly monitor: HealthMonitor;
  readonly results: IndicatorResults;
  readonly requestsInFlight: RequestsInFlight;
  readonly optionParts: OptionParts;
}

/** Creates the parts of one configured module. Each receives only parts that exist before it; events lead the other way. */
export function assemble(
  options: HealthModuleOptions,
  { modules, controller, servesMainPort, replacements }: ApplicationParts,
): HealthParts {
  const logger = new Logger('Health');
  const resolved = resolveModuleOptions(options);
  const { settings, environment } = resolved;
  const isConfigured = resolved.faults.length === 0 && controller !== undefined;
  const routed = isConfigured && servesMainPort ? controller : undefined;
  const hasPartRoute = settings.composites.size > 0 || declaresParts(modules);
  const faults = routed ? mapRoutes(routed, settings, hasPartRoute) : resolved.faults;

  const state = new ApplicationState();
  const engine = new HealthEngine({
    ...settings,
    gate: state,
    onListenerFault: (fault, place = 'A listener') => logFault(logger, place, fault),
  });
  state.onChange(() => engine.invalidate());
  const configuration = new IndicatorConfiguration(settings, environment);
  const onListenerFault = (fault: unknown): void => logFault(logger, 'A listener', fault);
  const overrides = new Overrides({ engine, configuration, logger, onListenerFault });
  const monitor = new EngineMonitor(engine, state, overrides, onListenerFault);
  if (settings.logging) engine.onChange((change) => logChange(logger, change, settings.logLevels));

  const explorer = new IndicatorExplorer(modules, settings, configuration, replacements);
  const subscriptions = new ChangeSubscriptions(new ChangeMethods(modules, engine.probes), monitor, logger);
  const registration = new Registration({
    explorer,
    engine,
    overrides,
    subscriptions,
    logger,
    logging: settings.logging,
  });
  const work = new AnnouncedWork();
  const timedRefusals = new TimedRefusals((reason, terms) => state.refuseTraffic(reason, terms), logger);
  const service = new HealthService({ engine, state, registration, overrides, timedRefusals, work, logger });

  const watch = new ProberWatch(settings.shutdown.maxDelay);
  const evaluator = new Evaluator(engine, registration);
  const failedKeys = limitOfFailedKeys(settings, logger);
  const access = createAccess(settings, logger, failedKeys);
  const record = recorderOf(settings, watch, monitor);
  const responder = new Responder(settings, evaluator, access, record);
  const { revision } = engine;
  const endpointParts = { settings, responder, source: evaluator, revision, record, failedKeys };
  const description = routed && new ApiDescription(routed, settings);
  const endpoints = new AdditionalEndpoints(
    responder,
    evaluator,
    routed,
    description,
    recorderOfProbers(settings, watch),
  );

  const connections = new Connections();
  const servers = new ServerWatch(connections, settings.path, logger);
  const signals = new ShutdownSignals();
  const hooks = (): ReturnType<typeof drainHooks> => drainHooks(modules);
  const drain = new Drain({ settings: settings.shutdown, state, watch, connections, work, signals, logger, hooks });
  const lifecycle = new HealthLifecycle({
    settings,
    environment,
    faults,
    hasRoutes: routed !== undefined,
    isConfigured,
    hasPartRoute,
    explorer,
    registration,
    engine,
    overrides,
    timedRefusals,
    state,
    responder,
    servers,
    signals,
    drain,
    logger,
  });
  return {
    lifecycle,
    service,
    responder,
    endpointParts,
    endpoints,
    monitor,
    results: resultsOf(engine),
    requestsInFlight: connections.inFlight,
    optionParts: { engine, configuration, overrides },
  };
}

function limitOfFailedKeys({ rateLimit: { failedKeys } }: HealthSettings, logger: Logger): RateLimiter | undefined {
  const onFlood = rateLimited((address, omitted) => {
    logger.warn(
      `Too many wrong API keys from ${String(address) || 'a caller without an address'}${omittedFaults(omitted)}`,
    );
  });
  return failedKeys ? new RateLimiter('failed-keys', failedKeys, onFlood) : undefined;
}

function createAccess(
  { access }: HealthSettings,
  logger: Logger,
  failedKeys: RateLimiter | undefined,
): Access | undefined {
  const onFault = rateLimited((fault, omitted) => {
    logger.error(`authorize failed, access denied${omittedFaults(omitted)}:\n${formatRaw(fault)}`);
  });
  return access && new Access(access, onFault, failedKeys);
}

function recorderOf({ shutdown }: HealthSettings, watch: ProberWatch, monitor: EngineMonitor): OnResponse {
  const read = probeRequestReader(shutdown.probers);
  return (probe, request, response, at) => {
    // Only this probe fails during the drain, so balancers must use it.
    const from = probe === 'ready' ? read(request) : undefined;
    if (from) watch.recordProbe(from, refusesTraffic(response), at);
    monitor.recordResponse(probe, request, response);
  };
}

/** For probers that use no HTTP. They have no headers but the name of their client. */
function recorderOfProbers({ shutdown }: HealthSettings, watch: ProberWatch): HealthEndpoints['recordProbe'] {
  const read = probeRequestReader(shutdown.probers);
  return ({ address, agent }, wasRefused) => {
    const socket = { remoteAddress: address };
    const from = read({ method: '', url: '', headers: { 'user-agent': agent }, socket });
    if (from) watch.recordProbe(from, wasRefused);
  };
}

/** Also reads the status of the report, because every status code can be configured. */
function refusesTraffic({ statusCode, headers }: HealthResponse): boolean {
  return statusCode >= 400 || headers['x-health-status'] === 'OUT_OF_SERVICE';
}

function resultsOf(engine: HealthEngine): IndicatorResults {
  return {
    names: () => engine.indicators,
    onResult: (name, listener) =>
      engine.onRun(({ indicator, run, status }) => {
        if (indicator === name) listener({ status, began: run.finished.elapsed - run.took });
      }),
  };
}
