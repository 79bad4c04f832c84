/** One instance of an application as a process: `instance.mjs <application> <adapter> <port> <name>`. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

const ADAPTERS = { express: () => new ExpressAdapter(), fastify: () => new FastifyAdapter() };

const [application, adapter, port, name] = process.argv.slice(2);
const { metadata, commands = {} } = await import(`./applications/${application}.mjs`);

/** Reports the end of the drain: the modules of the application are destroyed after it. */
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
// The parent process has ended and could not stop this process later.
process.on('disconnect', () => process.exit());
// The channel to the parent must not delay the exit.
process.channel.unref();

await app.listen(Number(port), '127.0.0.1');
process.send({ event: 'listening' });
