import type { HealthModuleOptions, ShutdownOptions } from 'nest-vitals';

/** What an application of the tests is made of beside the parts that all have. */
export type Part =
  /** Is told that the drain begins. */
  | 'consumer'
  | 'throwing consumer'
  /** Never finishes what it does when the drain begins. */
  | 'hanging consumer'
  /** The same, with a limit of its own. */
  | 'limited hanging consumer'
  | 'throwing onModuleDestroy'
  | 'throwing beforeApplicationShutdown'
  /** Its `onModuleInit` lasts until the gate `init` is opened. */
  | 'slow start'
  /** Readiness waits for the gate `warm-up`. */
  | 'warm-up'
  /** The first attempts fail, the third waits for the gate `warm-up`. */
  | 'warm-up with retries'
  /** Says on a regular basis whether the pool is alive. */
  | 'poller'
  /** A check that is not critical, and that computes for 600 ms after it has read a file. */
  | 'computing check'
  /** The same, before it returns its promise. */
  | 'computing check that is certain';

export interface FleetConfiguration {
  /** Of the Redis that holds the fleet. */
  readonly url: string;
  /** Instances of different environments do not see each other. */
  readonly environment: string;
  readonly instance: string;
  /** Milliseconds. */
  readonly heartbeat: number;
}

export interface Configuration {
  readonly adapter: 'express' | 'fastify' | 'none';
  /** False: plain Nest, to compare with. Default: true. */
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
  /** The URL that the indicator `dependency` asks in every report. Default: there is no such indicator. */
  readonly dependency?: string;
  /** Makes the application an instance of the service `orders`. Default: it is in no fleet. */
  readonly fleet?: FleetConfiguration;
  /** Default: 127.0.0.1. */
  readonly host?: string;
}

export function readConfiguration(): Configuration {
  return JSON.parse(process.env['APPLICATION'] ?? '') as Configuration;
}
