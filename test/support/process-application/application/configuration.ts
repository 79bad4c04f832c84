import type { HealthModuleOptions, ShutdownOptions } from 'nest-vitals';

/** A part of a test application, in addition to the parts that every test application has. */
export type Part =
  /** Receives the event that the drain begins. */
  | 'consumer'
  | 'throwing consumer'
  /** Starts work when the drain begins, and never finishes it. */
  | 'hanging consumer'
  /** The same, with its own time limit. */
  | 'limited hanging consumer'
  | 'throwing onModuleDestroy'
  | 'throwing beforeApplicationShutdown'
  /** Its `onModuleInit` lasts until the gate `init` is opened. */
  | 'slow start'
  /** Readiness waits for the gate `warm-up`. */
  | 'warm-up'
  /** The first attempts fail, the third waits for the gate `warm-up`. */
  | 'warm-up with retries'
  /** Logs periodically whether the pool is alive. */
  | 'poller'
  /** A non-critical check that reads a file and then computes for 600 ms. */
  | 'computing check'
  /** The same, before it returns its promise. */
  | 'computing check that is certain';

export interface FleetConfiguration {
  /** The URL of the Redis that stores the state of the fleet. */
  readonly url: string;
  /** Instances of different environments do not see each other. */
  readonly environment: string;
  readonly instance: string;
  /** Milliseconds. */
  readonly heartbeat: number;
}

export interface Configuration {
  readonly adapter: 'express' | 'fastify' | 'none';
  /** False: plain Nest, for comparison. Default: true. */
  readonly health?: boolean;
  readonly shutdown?: ShutdownOptions;
  readonly path?: HealthModuleOptions['path'];
  readonly statusCodes?: NonNullable<HealthModuleOptions['statusCodes']>;
  /** When `enableShutdownHooks()` is called. Default: before `init`. */
  readonly shutdownHooks?: 'before init' | 'after init' | 'never';
  readonly useProcessExit?: boolean;
  readonly parts?: readonly Part[];
  /** Whether the application runs in two workers of `node:cluster`. Default: false. */
  readonly cluster?: boolean;
  /** Options of `NestFactory.create()`. */
  readonly options?: {
    readonly return503OnClosing?: boolean;
    readonly forceCloseConnections?: boolean;
    readonly httpsOptions?: { readonly key: string; readonly cert: string };
  };
  /** The URL that the indicator `dependency` requests in every report. Default: there is no such indicator. */
  readonly dependency?: string;
  /** Makes the application an instance of the service `orders`. Default: it does not belong to a fleet. */
  readonly fleet?: FleetConfiguration;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Milliseconds until the server closes an idle connection. Default: that of Node.js. */
  readonly keepAliveTimeout?: number;
}

export function readConfiguration(): Configuration {
  return JSON.parse(process.env['APPLICATION'] ?? '') as Configuration;
}
