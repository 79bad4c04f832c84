/** One real instance that serves the fleet, and measures itself. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthModule } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { openStore } from './open-store.mjs';

process.once('message', (question) => void observe(question));
process.on('disconnect', () => process.exit());

async function observe({ server }) {
  const store = await openStore(server);
  class Observer {}
  Module({
    imports: [
      HealthModule.forRoot({ service: { name: 'observer', environment: 'bench' }, environmentPrefix: false }),
      HealthFleetModule.forRoot({ store }),
    ],
  })(Observer);
  const app = await NestFactory.create(Observer, { logger: false });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address();
  let delays = [];
  let heard = 0;
  store.watch('fleet.bench/', {
    snapshot: () => undefined,
    put: (_, value) => {
      heard += 1;
      const made = /"commit":"at (\d+)"/.exec(value)?.[1];
      if (made !== undefined) delays.push(Date.now() - Number(made));
    },
    removed: () => undefined,
  });
  const draw = async () => {
    const began = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/health/fleet`);
    const { length } = await response.text();
    process.send({ took: performance.now() - began, length });
  };
  process.on('message', ({ ask }) => {
    if (ask === 'draw') {
      void draw();
      return;
    }
    globalThis.gc?.();
    process.send({
      cpu: process.cpuUsage(),
      rss: process.memoryUsage().rss,
      heap: process.memoryUsage().heapUsed,
      delays,
      heard,
    });
    delays = [];
  });
  process.send('ready');
}
