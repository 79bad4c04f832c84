import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { partName } from '../../core/composite.js';
import { isFailing } from '../../core/status.js';
import { HealthConfigurationError } from '../../errors/configuration.error.js';
import type { ConfigurationFault } from '../../errors/fault.js';
import { healthModuleMissing } from '../../errors/messages.js';
import { HEALTH_MONITOR, type HealthMonitor } from '../../extension/health-monitor.js';
import { HEALTH_ENDPOINTS, type HealthEndpoints } from '../../extension/health-endpoints.js';
import { Faults } from '../../options/faults.js';
import { type RuleTable, readerOf } from '../../options/option-reader.js';
import { milliseconds, show } from '../../options/rules.js';
import {
  CHECK_METHOD,
  type KnownServingStatus,
  LIST_METHOD,
  WATCH_METHOD,
  readRequest,
  writeListResponse,
  writeResponse,
} from './health-messages.js';
import { HealthWatches, type ServingStatuses, type WatchCall } from './health-watches.js';

/** The application whose health is served, or the `ModuleRef` of one of its modules. */
export type HealthApplication = Pick<INestApplicationContext, 'get'>;

/** Options of {@link grpcHealth}. */
export interface GrpcHealthOptions {
  /**
   * Milliseconds between two evaluations of the probes for which a client has an open `Watch` call. Without such a call
   * nothing is evaluated. Changes that are detected earlier are sent at once. Default: 5000.
   */
  readonly every?: number;
}

/** A value for `onLoadPackageDefinition` of Nest's gRPC server. */
export type GrpcHealthLoader = (packageDefinition: unknown, server: GrpcServer) => void;

/** The part of a server of `@grpc/grpc-js` that is used. */
interface GrpcServer {
  addService(service: object, implementation: object): void;
  tryShutdown(callback: (error?: Error) => void): void;
}

const PLACE = 'grpcHealth()';
const RULES = { every: milliseconds(100) } satisfies RuleTable<GrpcHealthOptions>;
const DEFAULTS = { every: 5000 };
const NOT_FOUND = 5;
const RESOURCE_EXHAUSTED = 8;
/** The comment of `List` in the protocol's definition sets this limit. */
const MAX_LISTED = 100;

type CheckCall = Pick<WatchCall, 'request'>;
type Reply<T> = (error: { readonly code: number; readonly details: string } | null, value?: T) => void;

const serializeStatus = (status: KnownServingStatus): Buffer => writeResponse(status);
/** Returns an object, because `@grpc/grpc-js` treats a falsy request, such as the empty name, as missing. */
const deserialize = (message: Buffer): { service: string } => ({ service: readRequest(message) });
const methods = {
  Check: method(CHECK_METHOD, false, deserialize, serializeStatus),
  Watch: method(WATCH_METHOD, true, deserialize, serializeStatus),
  List: method(LIST_METHOD, false, () => ({}), writeListResponse),
};

/**
 * Adds the service `grpc.health.v1.Health` to Nest's gRPC server: `Check`, `Watch` and `List`. The empty name is the
 * probe `ready`; `live`, `ready`, `startup`, the groups and the composites have their own names. `UP` and `DEGRADED` are `SERVING`, all
 * other statuses are `NOT_SERVING`. A name that does not exist is `NOT_FOUND` for `Check` and `SERVICE_UNKNOWN` for
 * `Watch`. Needs no protobuf file.
 *
 * `application` is the application, or a function that returns it, for `createMicroservice()`, whose options are
 * written before the application exists. Throws `HealthConfigurationError` if the application does not import
 * `HealthModule`.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 * @example
 * const app: INestMicroservice = await NestFactory.createMicroservice<MicroserviceOptions>(AppModule, {
 *   transport: Transport.GRPC,
 *   options: { package: 'orders', protoPath: 'orders.proto', onLoadPackageDefinition: grpcHealth(() => app) },
 * });
 */
export function grpcHealth(
  application: HealthApplication | (() => HealthApplication),
  options: GrpcHealthOptions = {},
): GrpcHealthLoader {
  const faults = new Faults();
  const { every } = readerOf(options, faults.at(PLACE)).readAll(RULES, DEFAULTS);
  if (typeof application !== 'function' && typeof application?.get !== 'function') {
    faults.add(applicationMissing(application));
  }
  faults.throwIfAny();
  // An application that exists already is checked now, so that the stack trace shows the faulty call.
  if (typeof application !== 'function') healthOf(application);

  return (_packageDefinition, server) => {
    const found = typeof application === 'function' ? application() : application;
    if (typeof found?.get !== 'function') throw new HealthConfigurationError([applicationMissing(found)]);
    const { monitor, endpoints } = healthOf(found);
    const statuses = new ProbeStatuses(monitor, endpoints);
    const watches = new HealthWatches(statuses, monitor, every);
    server.addService(methods, implementation(statuses, watches));
    // A graceful shutdown waits for open calls, and a Watch call does not end by itself.
    const tryShutdown = server.tryShutdown.bind(server);
    server.tryShutdown = (callback) => {
      watches.end();
      tryShutdown(callback);
    };
  };
}

/** The probes, the groups and the composites by the names that clients use. `deep` is left out, because its access is restricted. */
class ProbeStatuses implements ServingStatuses {
  constructor(
    private readonly monitor: HealthMonitor,
    private readonly endpoints: HealthEndpoints,
  ) {}

  get services(): string[] {
    const composites = this.monitor.indicators.flatMap(({ name }) => partName(name)?.composite ?? []);
    return ['', ...this.monitor.probes.filter((probe) => probe !== 'deep'), ...new Set(composites)];
  }

  async evaluate(service: string): Promise<KnownServingStatus> {
    if (!this.#isKnown(service)) return 'SERVICE_UNKNOWN';
    try {
      const { status } = await this.endpoints.report(probeOf(service));
      return isFailing(status) ? 'NOT_SERVING' : 'SERVING';
    } catch {
      return 'NOT_SERVING';
    }
  }

  peek(service: string): KnownServingStatus {
    if (!this.#isKnown(service)) return 'SERVICE_UNKNOWN';
    return isFailing(this.monitor.peek(probeOf(service)).status) ? 'NOT_SERVING' : 'SERVING';
  }

  #isKnown(service: string): boolean {
    if (service === 'deep') return false;
    if (service === '' || this.monitor.probes.includes(service)) return true;
    return this.monitor.indicators.some(({ name }) => partName(name)?.composite === service);
  }
}

const probeOf = (service: string): string => (service === '' ? 'ready' : service);

function implementation(statuses: ProbeStatuses, watches: HealthWatches): object {
  return {
    Check({ request: { service } }: CheckCall, reply: Reply<KnownServingStatus>): void {
      void statuses.evaluate(service).then((status) => {
        if (status !== 'SERVICE_UNKNOWN') reply(null, status);
        else reply({ code: NOT_FOUND, details: `there is no probe, group or composite ${show(service)}` });
      });
    },
    Watch: (call: WatchCall): void => watches.add(call),
    List(_call: unknown, reply: Reply<ReadonlyMap<string, KnownServingStatus>>): void {
      const { services } = statuses;
      if (services.length > MAX_LISTED) {
        reply({ code: RESOURCE_EXHAUSTED, details: `there are ${services.length} services, more than ${MAX_LISTED}` });
        return;
      }
      const evaluated = services.map(async (service) => [service, await statuses.evaluate(service)] as const);
      void Promise.all(evaluated).then((entries) => reply(null, new Map(entries)));
    },
  };
}

function method(
  path: string,
  responseStream: boolean,
  requestDeserialize: (message: Buffer) => unknown,
  responseSerialize: (value: never) => Buffer,
): object {
  return { path, requestStream: false, responseStream, requestDeserialize, responseSerialize };
}

function healthOf(application: HealthApplication): { monitor: HealthMonitor; endpoints: HealthEndpoints } {
  // `get()` of a token that does not exist ends the process, with a message that names neither module nor remedy.
  for (const { providers } of application.get(ModulesContainer, { strict: false }).values()) {
    const monitor = providers.get(HEALTH_MONITOR)?.instance as HealthMonitor | undefined;
    const endpoints = providers.get(HEALTH_ENDPOINTS)?.instance as HealthEndpoints | undefined;
    if (monitor && endpoints) return { monitor, endpoints };
  }
  throw new HealthConfigurationError([healthModuleMissing(PLACE, 'serve')]);
}

const applicationMissing = (given: unknown): ConfigurationFault => ({
  place: PLACE,
  problem: `the application is ${show(given)}`,
  remedy: 'use grpcHealth(app), or grpcHealth(() => app) if the application does not exist yet',
});
