import 'reflect-metadata';
import dns from 'node:dns';
import { type INestApplicationContext, Module, type NestApplicationOptions } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { HealthModule, HealthService, type WorkHandle } from 'nest-vitals';
import { HttpIndicator } from 'nest-vitals/indicators';
import { BlockingController } from './blocking.js';
import { type Configuration, readConfiguration } from './configuration.js';
import { TellingLogger } from './logger.js';
import { OrdersController } from './orders.controller.js';
import { gate, listenToTest, tell } from './outside.js';
import { PARTS } from './parts.js';
import { PoolModule } from './pool.js';
import { Upgrades } from './upgrades.js';

const configuration = readConfiguration();
const { health = true, shutdown = {}, path = 'health', statusCodes = {}, parts = [], dependency } = configuration;
/** Loaded on demand, so that other applications do not pay its loading time. */
const fleet = configuration.fleet && (await import('./fleet.js')).fleetParts(configuration.fleet);

@Module({
  imports: [
    PoolModule,
    ...(health
      ? [HealthModule.forRoot({ shutdown, path, statusCodes, ...(fleet && { service: fleet.service }) })]
      : []),
    ...(fleet?.modules ?? []),
  ],
  controllers: configuration.adapter === 'none' ? [] : [OrdersController, BlockingController],
  providers: [
    Upgrades,
    ...parts.map((part) => PARTS[part]),
    ...(fleet?.indicators ?? []),
    ...(dependency === undefined ? [] : [HttpIndicator('dependency', { url: dependency, ttl: 0 })]),
  ],
})
class ApplicationModule {}

async function createAdapter({ adapter, options }: Configuration): Promise<AbstractHttpAdapter> {
  if (adapter === 'express') return new (await import('@nestjs/platform-express')).ExpressAdapter();
  const { FastifyAdapter } = await import('@nestjs/platform-fastify');
  const fastify = new FastifyAdapter(options?.httpsOptions ? { https: options.httpsOptions } : {});
  fastify.getInstance().addContentTypeParser('application/octet-stream', (_request, payload, done) => {
    done(null, payload);
  });
  return fastify as AbstractHttpAdapter;
}

function enableShutdownHooks(app: INestApplicationContext): void {
  const { useProcessExit = false } = configuration;
  app.enableShutdownHooks([], { useProcessExit });
}

/** The commands that the test may send. */
function obey(app: INestApplicationContext): void {
  const handles: WorkHandle[] = [];
  const close = async (): Promise<void> => {
    await app.close();
    tell('closed');
  };
  listenToTest(({ command, name = 'the test' }) => {
    if (command === 'close') void close();
    else if (command === 'hold') handles.push(app.get(HealthService).delayShutdown(name));
    else if (command === 'release') handles.pop()?.done();
    else if (command === 'promise') void app.get(HealthService).delayShutdown(name, gate(name));
    else throw new Error(`No such command: ${command}`);
    tell('obeyed', { command });
  });
}

/** Most machines resolve `localhost` to two addresses, for which Fastify opens two servers. */
function knowLocalhostByBothAddresses(): void {
  const addresses = [
    { address: '127.0.0.1', family: 4 },
    { address: '::1', family: 6 },
  ];
  type Callback = (error: Error | null, ...found: unknown[]) => void;
  const { lookup } = dns;
  const replacement = (name: string, ...rest: readonly unknown[]): void => {
    const [callback, options] = rest.toReversed() as [Callback, dns.LookupOptions | undefined];
    if (name !== 'localhost') lookup(name, options ?? {}, callback);
    else if (options?.all === true) callback(null, addresses);
    else callback(null, '127.0.0.1', 4);
  };
  dns.lookup = replacement as typeof dns.lookup;
}

async function main(): Promise<void> {
  const { adapter, shutdownHooks = 'before init', host = '127.0.0.1', options = {} } = configuration;
  const logger = new TellingLogger();
  if (adapter === 'none') {
    const context = await NestFactory.createApplicationContext(ApplicationModule, { logger });
    if (shutdownHooks !== 'never') enableShutdownHooks(context);
    obey(context);
    // A timer keeps an application without a server alive. It is cleared when the process ends.
    const alive = setInterval(() => undefined, 1000);
    process.once('beforeExit', () => clearInterval(alive));
    tell('listening', { port: 0 });
    return;
  }
  const app = await NestFactory.create(ApplicationModule, await createAdapter(configuration), {
    ...(options as NestApplicationOptions),
    logger,
  });
  obey(app);
  if (shutdownHooks === 'before init') enableShutdownHooks(app);
  await app.init();
  if (shutdownHooks === 'after init') enableShutdownHooks(app);
  if (host === 'localhost') knowLocalhostByBothAddresses();
  const { keepAliveTimeout } = configuration;
  if (keepAliveTimeout !== undefined) Object.assign(app.getHttpServer(), { keepAliveTimeout });
  await app.listen(0, host);
  const { port } = (app.getHttpServer() as { address(): { port: number } }).address();
  tell('listening', { port });
}

await main();
