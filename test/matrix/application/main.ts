import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { HealthManagement } from 'nest-vitals/management';
import { AppModule } from './app.module.js';

/** Starts the application, requests each endpoint once, prints the responses as JSON, and ends. */
async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'fatal'] });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  const responses: Record<string, { code: number; body: string }> = {};
  const ask = async (name: string, url: string): Promise<void> => {
    const response = await fetch(url);
    responses[name] = { code: response.status, body: await response.text() };
  };
  for (const probe of ['live', 'ready', 'startup', 'deep', 'metrics']) {
    await ask(probe, `http://127.0.0.1:${port}/health/${probe}`);
  }
  const management = app.get(HealthManagement).address?.port;
  for (const probe of ['ready', 'metrics']) {
    await ask(`management ${probe}`, `http://127.0.0.1:${management}/health/${probe}`);
  }
  await app.close();
  process.stdout.write(`${JSON.stringify(responses)}\n`);
}

void main();
