import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { HealthService } from 'nest-vitals';
import { HealthManagement } from 'nest-vitals/management';
import { AppModule } from './app.module.js';
import schema from './schema.js';

/** Starts the application, uses each part that a bundler could break, prints what it observed as JSON, and ends. */
async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'fatal'], abortOnError: false });
  try {
    await app.listen(0, '127.0.0.1');
    process.stdout.write(`${JSON.stringify(await observed(app))}\n`);
  } finally {
    await app.close();
  }
}

async function observed(app: INestApplication): Promise<object> {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const management = app.get(HealthManagement).address?.port;
  const codes: Record<string, number> = {};
  const ask = async (name: string, url: string, accept = 'application/json'): Promise<string> => {
    const response = await fetch(url, { headers: { accept } });
    codes[name] = response.status;
    return response.text();
  };
  for (const probe of ['live', 'ready', 'startup', 'deep', 'metrics']) {
    await ask(probe, `http://127.0.0.1:${port}/health/${probe}`);
  }
  for (const probe of ['ready', 'metrics']) {
    await ask(`management ${probe}`, `http://127.0.0.1:${management}/health/${probe}`);
  }
  const page = await ask('page', `http://127.0.0.1:${port}/health/dashboard`, 'text/html');
  const { details } = await app.get(HealthService).report('deep');
  const document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
  return {
    codes,
    statuses: Object.entries(details).map(([name, { status }]) => `${name} ${status}`),
    page: { hasStyle: /<style[^>]*>.{1000}/s.test(page), hasScript: /<script[^>]*>.{1000}/s.test(page) },
    paths: Object.keys(document.paths),
    schemas: Object.keys(document.components?.schemas ?? {}),
    schema: schema.$id,
  };
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
