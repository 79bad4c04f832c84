import type { Server } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { MicroserviceServerIndicator, type MicroserviceServerIndicatorOptions } from 'nest-vitals/microservices';
import { Observable, of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { freePort } from '../../support/servers/free-port.js';
import { nats } from '../../support/servers/nats.js';
import {
  type TestApplication,
  createApplication,
  refusalOf,
  startApplication,
} from '../../support/start-application.js';

const SOON = { timeout: 40_000, interval: 20 };

/** The object that the application provides. It gets the server after the application was created. */
class OrdersServer {
  server: INestMicroservice | undefined = undefined;
}

/** A hybrid application, which receives requests and messages. */
async function hybrid(options: MicroserviceOptions, timeout: number): Promise<TestApplication> {
  const application = await createApplication('express', {
    imports: [HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout } })],
    providers: [OrdersServer, MicroserviceServerIndicator('orders', { holder: OrdersServer })],
  });
  application.app.get(OrdersServer).server = application.app.connectMicroservice<MicroserviceOptions>(options);
  return application.listen();
}

const ordersIn = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['orders'];

describeWith(nats, 'a MicroserviceServerIndicator', (server) => {
  it('follows the state of the broker of the server', async () => {
    const { host, port, user, password } = server().address();
    const application = await hybrid(
      {
        transport: Transport.NATS,
        options: { servers: `${host}:${port}`, user, pass: password, maxReconnectAttempts: -1, reconnectTimeWait: 100 },
      },
      500,
    );
    expect(await ordersIn(application)).toMatchObject({ status: 'DOWN', error: 'the server has not started' });
    await application.app.startAllMicroservices();
    const becomes = (expected: object): Promise<void> =>
      vi.waitFor(async () => expect(await ordersIn(application)).toMatchObject(expected), SOON);
    const isUp = { status: 'UP', data: { server_status: 'connected' } };
    await becomes(isUp);

    server().freeze();
    await becomes({ status: 'DOWN', code: 'ETIMEDOUT' });
    server().thaw();
    await becomes(isUp);

    await server().kill();
    await becomes({ status: 'DOWN', error: 'the server is reconnecting', data: { server_status: 'reconnecting' } });
    await server().restart();
    await becomes(isUp);
  }, 120_000);
});

describe('a MicroserviceServerIndicator', () => {
  it('reports whether a TCP server listens', async () => {
    const application = await hybrid(
      { transport: Transport.TCP, options: { host: '127.0.0.1', port: await freePort() } },
      20_000,
    );
    await application.app.startAllMicroservices();
    expect(await ordersIn(application)).toMatchObject({ status: 'UP', data: { server_status: 'connected' } });
    application.app.get(OrdersServer).server?.unwrap<Server>().close();
    await vi.waitFor(
      async () =>
        expect(await ordersIn(application)).toMatchObject({ status: 'DOWN', error: 'the server is disconnected' }),
      SOON,
    );
  });

  const start = (options: MicroserviceServerIndicatorOptions): Promise<TestApplication> =>
    startApplication('express', {
      imports: [HealthModule.forRoot()],
      providers: [MicroserviceServerIndicator('orders', options)],
    });

  it('is DOWN until the server was created', async () => {
    expect(await ordersIn(await start({ holder: new OrdersServer() }))).toMatchObject({
      status: 'DOWN',
      error: 'the server was not created yet',
    });
  });

  it('is DEGRADED while the broker blocks it', async () => {
    const unwrap = vi.fn<() => void>();
    expect(await ordersIn(await start({ holder: { server: { status: of('blocked'), unwrap } } }))).toMatchObject({
      status: 'DEGRADED',
      message: 'the broker blocks the connection',
      data: { server_status: 'blocked' },
    });
    expect(unwrap).not.toHaveBeenCalled();
  });

  it('is UP for a custom transport that exposes no client', async () => {
    const unwrap = (): never => {
      throw new Error('not supported');
    };
    const status = new Observable<string>((observer) => observer.next('connected'));
    expect(await ordersIn(await start({ holder: { server: { status, unwrap } } }))).toMatchObject({ status: 'UP' });
  });

  it.each([
    ['without a holder', {} as MicroserviceServerIndicatorOptions, 'it is missing'],
    [
      'with a holder of something else',
      { holder: { server: 'tcp' } } as unknown as MicroserviceServerIndicatorOptions,
      'instead of an object with a property "server"',
    ],
  ])('stops the boot %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', {
      imports: [HealthModule.forRoot()],
      providers: [MicroserviceServerIndicator('orders', options)],
    });
    expect(String(error)).toContain('MicroserviceServerIndicator("orders")');
    expect(String(error)).toContain(problem);
  });
});
