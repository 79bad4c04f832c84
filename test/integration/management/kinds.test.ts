import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, Transport } from '@nestjs/microservices';
import { HealthModule, HealthService } from 'nest-vitals';
import { HealthDashboardModule } from 'nest-vitals/dashboard';
import { HealthManagement, HealthManagementModule } from 'nest-vitals/management';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../support/servers/free-port.js';

@Controller()
class Orders {
  @MessagePattern('order')
  order() {
    return 'order';
  }

  @Get('order')
  get() {
    return 'order';
  }
}

@Module({
  imports: [
    HealthModule.forRoot(),
    HealthDashboardModule.forRoot({ refresh: false }),
    HealthManagementModule.forRoot({ port: 0, host: '127.0.0.1' }),
  ],
  controllers: [Orders],
})
class OrdersModule {}

const statusOf = async (port: number, path: string): Promise<number> =>
  (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'user-agent': 'kube-probe/1.31' } })).status;

describe('the management port', () => {
  it('serves a microservice', async () => {
    const service = await NestFactory.createMicroservice(OrdersModule, {
      transport: Transport.TCP,
      options: { host: '127.0.0.1', port: await freePort() },
      logger: false,
    });
    onTestFinished(() => service.close());
    const { port = 0 } = service.get(HealthManagement).address ?? {};
    expect(await statusOf(port, '/health/ready')).toBe(503);
    await service.listen();
    expect(await statusOf(port, '/health/ready')).toBe(200);
    await service.close();
    await expect(statusOf(port, '/health/ready')).rejects.toThrow('fetch failed');
  });

  it('serves a hybrid application', async () => {
    const app = await NestFactory.create(OrdersModule, { logger: false });
    onTestFinished(() => app.close());
    app.connectMicroservice({ transport: Transport.TCP, options: { host: '127.0.0.1', port: await freePort() } });
    await app.startAllMicroservices();
    await app.listen(0, '127.0.0.1');
    const { port = 0 } = app.get(HealthManagement).address ?? {};
    expect(await statusOf(port, '/health/ready')).toBe(200);
  });

  it('serves the stream of the page, and ends it with the application', async () => {
    const app = await NestFactory.create(OrdersModule, { logger: false });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const { port = 0 } = app.get(HealthManagement).address ?? {};
    const response = await fetch(`http://127.0.0.1:${port}/health/events`, {
      headers: { 'user-agent': 'kube-probe/1.31' },
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    let received = '';
    const until = async (text: string): Promise<void> => {
      while (!received.includes(text)) {
        const part = await reader?.read();
        if (!part || part.done) throw new Error(`the stream has ended without ${text}: ${received.slice(0, 200)}`);
        received += part.value;
      }
    };
    await until('event: update');
    received = '';
    app.get(HealthService).refuseTraffic('maintenance');
    await until('maintenance');
    await app.close();
    await expect(until('never sent')).rejects.toThrow('the stream has ended');
  });

  it('ends the stream of a client that disconnects', async () => {
    const app = await NestFactory.create(OrdersModule, { logger: false });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const { port = 0 } = app.get(HealthManagement).address ?? {};
    for (let opened = 0; opened < 20; opened += 1) {
      const stop = new AbortController();
      const response = await fetch(`http://127.0.0.1:${port}/health/events`, { signal: stop.signal });
      expect(response.status).toBe(200);
      stop.abort();
    }
    expect(await statusOf(port, '/health/ready')).toBe(200);
  });
});
