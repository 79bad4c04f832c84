/** Two workers of node:cluster, with the built library. The argument is the port of the application. */
import 'reflect-metadata';
import cluster from 'node:cluster';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HealthModule } from 'nest-vitals';
import { HealthManagementModule } from 'nest-vitals/management';

const port = Number(process.argv[2]);
if (cluster.isPrimary) {
  cluster.fork();
  cluster.fork();
  process.on('SIGTERM', () => {
    for (const worker of Object.values(cluster.workers)) worker.kill('SIGTERM');
  });
} else {
  class AppModule {}
  Module({
    imports: [
      HealthModule.forRoot({ shutdown: { delay: 0 } }),
      HealthManagementModule.forRoot({ port: (worker) => port + worker, host: '127.0.0.1' }),
    ],
  })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  app.enableShutdownHooks();
  await app.listen(port, '127.0.0.1');
}
