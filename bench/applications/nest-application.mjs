import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { createModule } from './by-hand.mjs';

const ADAPTERS = { fastify: () => new FastifyAdapter(), express: () => new ExpressAdapter() };

/** Starts an application of one module on a free port of the loopback interface. Returns its HTTP server. */
export async function listen(metadata, adapter) {
  const application = await NestFactory.create(createModule(metadata), ADAPTERS[adapter](), { logger: ['error'] });
  await application.listen(0, '127.0.0.1');
  return application.getHttpServer();
}
