/** One instance of an application, in a process of its own: `instance.mjs <application> <adapter> <port> <name>`. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const ADAPTERS = { express: () => new ExpressAdapter(), fastify: () => new FastifyAdapter() };

const [application, adapter, port, name] = process.argv.slice(2);
const { metadata, commands = {} } = await import(`./applications/${application}.mjs`);

/** The application, which says when the drain has ended: its own modules are destroyed after it. */
class ApplicationModule {
  onModuleDestroy() {
    process.send({ event: 'drained' });
  }
}
Module(metadata)(ApplicationModule);

const app = await NestFactory.create(ApplicationModule, ADAPTERS[adapter](), { logger: ['log', 'warn', 'error'] });
app.enableShutdownHooks();
app.getHttpServer().prependListener('request', (_request, response) => response.setHeader('x-instance', name));

process.on('message', ({ command }) => {
  commands[command](app);
  process.send({ event: command });
});
// Whoever started this process has gone: nobody is left to stop it later.
process.on('disconnect', () => process.exit());
// The channel to the parent is not what keeps a process alive, so it must not hold the exit either.
process.channel.unref();

await app.listen(Number(port), '127.0.0.1');
process.send({ event: 'listening' });
