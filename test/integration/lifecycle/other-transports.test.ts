import { once } from 'node:events';
import { get } from 'node:http';
import { Controller, type MessageEvent, Sse } from '@nestjs/common';
import { ClientProxyFactory, MessagePattern, type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { HealthModule, OnDrain } from 'nest-vitals';
import { Observable, type Subscriber, firstValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ADAPTERS, startApplication } from '../../support/start-application.js';
import { freePort } from '../../support/servers/free-port.js';
import { connectWebSocket } from '../../support/web-socket.js';

describe.each(ADAPTERS)('on %s', (adapter) => {
  it('a hybrid application handles messages during the drain, and then closes its microservice', async () => {
    const events: string[] = [];
    @Controller()
    class StockController {
      @MessagePattern('stock')
      stock(): number {
        return 42;
      }

      onModuleDestroy(): void {
        events.push('destroyed');
      }
    }
    const port = await freePort();
    const options: MicroserviceOptions = { transport: Transport.TCP, options: { host: '127.0.0.1', port } };
    const { app, health } = await startApplication(
      adapter,
      { imports: [HealthModule.forRoot()], controllers: [StockController] },
      { prepare: (created) => void created.connectMicroservice(options) },
    );
    await app.startAllMicroservices();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host: '127.0.0.1', port } });
    onTestFinished(() => client.close());
    const ask = async (): Promise<unknown> => firstValueFrom(client.send('stock', {}));
    expect(await ask()).toBe(42);

    const work = health.delayShutdown('report');
    const closed = app.close();
    await vi.waitFor(() => expect(health.state).toBe('draining'));
    expect(await ask()).toBe(42);
    expect(events).toEqual([]);

    work.done();
    await closed;
    expect(events).toEqual(['destroyed']);
    client.close();
    await expect(ask()).rejects.toThrow('ECONNREFUSED');
  });

  it('websockets are served during the drain, and do not delay the exit', async () => {
    @WebSocketGateway()
    class ChatGateway {
      @SubscribeMessage('echo')
      echo(_client: unknown, text: string): object {
        return { event: 'echo', data: text };
      }
    }
    const { app, health, port } = await startApplication(
      adapter,
      { imports: [HealthModule.forRoot()], providers: [ChatGateway] },
      { prepare: (created) => created.useWebSocketAdapter(new WsAdapter(created)) },
    );
    const socket = await connectWebSocket(port);
    expect(await socket.ask({ event: 'echo', data: 'one' })).toEqual({ event: 'echo', data: 'one' });

    const work = health.delayShutdown('report');
    const closed = app.close();
    await vi.waitFor(() => expect(health.state).toBe('draining'));
    expect(await socket.ask({ event: 'echo', data: 'two' })).toEqual({ event: 'echo', data: 'two' });

    work.done();
    await Promise.all([closed, socket.closed]);
  });

  it('a stream of server-sent events delays the exit until an @OnDrain() method ends it', async () => {
    @Controller()
    class PricesController {
      readonly #subscribers = new Set<Subscriber<MessageEvent>>();

      @Sse('prices')
      prices(): Observable<MessageEvent> {
        return new Observable((subscriber) => {
          this.#subscribers.add(subscriber);
          subscriber.next({ data: 'first' });
        });
      }

      @OnDrain()
      endStreams(): void {
        for (const subscriber of this.#subscribers) subscriber.complete();
      }
    }
    const { app, port, log } = await startApplication(adapter, {
      imports: [HealthModule.forRoot()],
      controllers: [PricesController],
    });
    const [response] = await once(get({ port, host: '127.0.0.1', path: '/prices' }), 'response');
    let received = '';
    response.on('data', (part: Buffer) => (received += part.toString()));
    await vi.waitFor(() => expect(received).toContain('data: first'));

    const ended = once(response, 'end');
    await Promise.all([app.close(), ended]);
    expect(log.health('warn')).toEqual([]);
  });
});
