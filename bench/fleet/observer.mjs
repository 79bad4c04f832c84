/** One real instance that measures itself. It serves the fleet, or only announces itself. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthModule } from 'nest-vitals';
import { HealthFleetModule } from 'nest-vitals/fleet';
import { openStore } from './open-store.mjs';

process.once('message', (message) => void observe(message));
process.on('disconnect', () => process.exit());

async function observe({ server, serve }) {
  const store = await openStore(server);
  class Observer {}
  Module({
    imports: [
      HealthModule.forRoot({
        service: { name: serve ? 'observer' : 'announcer', environment: 'bench' },
        environmentPrefix: false,
      }),
      HealthFleetModule.forRoot({ store, serve }),
    ],
  })(Observer);
  const app = await NestFactory.create(Observer, { logger: false });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address();
  let delays = [];
  const observer = {
    snapshot: () => undefined,
    put: (_, value) => {
      const made = /"commit":"at (\d+)"/.exec(value)?.[1];
      if (made !== undefined) delays.push(Date.now() - Number(made));
    },
    removed: () => undefined,
  };
  if (serve) store.watch('fleet.bench/', observer);
  const draw = async () => {
    const began = performance.now();
    const response = await fetch(`http://127.0.0.1:${port}/health/fleet`);
    const { length } = await response.text();
    process.send({ took: performance.now() - began, length });
  };
  const responses = {
    draw,
    usage: () => {
      process.send({ cpu: process.cpuUsage(), delays });
      delays = [];
    },
    // Apart from the CPU time, because the collection needs as much of it as ten seconds of a small fleet.
    heap: () => {
      globalThis.gc?.();
      process.send({ heap: process.memoryUsage().heapUsed });
    },
  };
  process.on('message', ({ type }) => void responses[type]());
  process.send({ port });
}
