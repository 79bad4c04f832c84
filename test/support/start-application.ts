import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { HealthService } from 'nest-vitals';
import request, { type Response } from 'supertest';
import { onTestFinished, vi } from 'vitest';
import { CapturedLog } from './captured-log.js';
import { moduleNamed } from './module-named.js';

export const ADAPTERS = ['express', 'fastify'] as const;
export type AdapterName = (typeof ADAPTERS)[number];

export interface StartOptions {
  /** The configuration in `main.ts` before it listens: a global prefix, versioning, middleware. */
  readonly prepare?: (app: INestApplication) => void;
  /** Whether Nest leaves out its body parsers. Default: false. */
  readonly withoutBodyParser?: boolean;
  /** The number of proxies whose `X-Forwarded-For` the adapter trusts. Default: none. */
  readonly trustedProxies?: number;
  /** Replaces providers, as the tests of an application do. */
  readonly override?: (builder: TestingModuleBuilder) => TestingModuleBuilder;
}

export type Method = 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete';
export type Headers = Readonly<Record<string, string>>;

/** The kubelet. A shutdown does not wait for this prober, so the applications of these tests close at once. */
const USER_AGENT = 'kube-probe/1.31';

/** An application on a real adapter, and its log. */
export class TestApplication {
  constructor(
    readonly app: INestApplication,
    readonly log: CapturedLog,
    readonly adapter: AdapterName,
  ) {}

  get health(): HealthService {
    return this.app.get(HealthService);
  }

  get server(): Server {
    return this.app.getHttpServer() as Server;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async listen(): Promise<this> {
    await this.app.listen(0, '127.0.0.1');
    return this;
  }

  async send(method: Method, path: string, headers: Headers = {}): Promise<Response> {
    const caller = request(this.server);
    return caller[method](path).set({ 'User-Agent': USER_AGENT, ...headers });
  }

  get(path: string, headers?: Headers): Promise<Response> {
    return this.send('get', path, headers);
  }

  head(path: string, headers?: Headers): Promise<Response> {
    return this.send('head', path, headers);
  }
}

/** Creates an application with this root module without initialising it. It is closed at the end of the test. */
export async function createApplication(
  adapter: AdapterName,
  root: ModuleMetadata,
  { prepare, override = (builder) => builder, trustedProxies = 0, withoutBodyParser = false }: StartOptions = {},
): Promise<TestApplication> {
  // With this variable, a shutdown takes at least five seconds.
  vi.stubEnv('KUBERNETES_SERVICE_HOST', undefined);
  const trustProxy = (_address: string, hop: number): boolean => hop < trustedProxies;
  const log = new CapturedLog();
  const module = await override(
    Test.createTestingModule({ imports: [moduleNamed('RootModule', root)] }).setLogger(log),
  ).compile();
  const app =
    adapter === 'fastify'
      ? module.createNestApplication<NestFastifyApplication>(
          new FastifyAdapter(trustedProxies > 0 ? { trustProxy } : {}),
          { bodyParser: !withoutBodyParser },
        )
      : module.createNestApplication({ bodyParser: !withoutBodyParser });
  onTestFinished(async () => {
    await app.close();
    vi.unstubAllEnvs();
  });
  if (adapter === 'express' && trustedProxies > 0) {
    (app as NestExpressApplication).set('trust proxy', trustProxy);
  }
  prepare?.(app);
  return new TestApplication(app, log, adapter);
}

/** The same, listening on a free port of the loopback address. */
export async function startApplication(
  adapter: AdapterName,
  root: ModuleMetadata,
  options?: StartOptions,
): Promise<TestApplication> {
  return (await createApplication(adapter, root, options)).listen();
}

/** Starts an application whose start must fail, and returns the error. */
export async function refusalOf(
  adapter: AdapterName,
  root: ModuleMetadata,
  options?: StartOptions,
): Promise<{ readonly error: unknown; readonly log: CapturedLog }> {
  const created = await createApplication(adapter, root, options);
  try {
    await created.listen();
  } catch (error) {
    return { error, log: created.log };
  }
  throw new Error('the application has started');
}
