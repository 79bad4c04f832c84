import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

/** Starts the application, requests each endpoint once, prints the responses as JSON, and ends. */
async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'fatal'] });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const answers: Record<string, { code: number; body: string }> = {};
  for (const probe of ['live', 'ready', 'startup', 'deep', 'metrics']) {
    const response = await fetch(`http://127.0.0.1:${port}/health/${probe}`);
    answers[probe] = { code: response.status, body: await response.text() };
  }
  await app.close();
  process.stdout.write(`${JSON.stringify(answers)}\n`);
}

void main();
