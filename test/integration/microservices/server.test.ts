import type { Server } from 'node:net';
import type { INestMicroservice } from '@nestjs/common';
import { type MicroserviceOptions, Transport } from '@nestjs/microservices';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import { MicroserviceServerIndicator, type MicroserviceServerIndicatorOptions } from 'nest-vitals/microservices';
import { Observable, of } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { reportIn } from '../../support/answers.js';
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

/** What the application provides, and sets when it has been made. */
class OrdersServer {
  server: INestMicroservice | undefined = undefined;
}

/** A hybrid application, which takes requests and messages. */
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
  it('follows the broker that the server takes its messages from', async () => {
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
  it('knows whether a server of TCP listens', async () => {
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

  it('is DOWN while there is no server', async () => {
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

  it('is UP if there is nothing inside that could be asked, as in a transport of the application’s own', async () => {
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
      'not an object with a property "server"',
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
