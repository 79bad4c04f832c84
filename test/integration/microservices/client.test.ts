import { Controller, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  ClientGrpcProxy,
  ClientMqtt,
  ClientNats,
  ClientRedis,
  ClientTCP,
  MessagePattern,
  type MicroserviceOptions,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { type HealthCheckDetail, HealthModule } from 'nest-vitals';
import {
  type MicroserviceClient,
  MicroserviceIndicator,
  type MicroserviceIndicatorOptions,
} from 'nest-vitals/microservices';
import { EMPTY, NEVER, type Observable, Subject, of, throwError } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { reportIn } from '../../support/responses.js';
import { never } from '../../support/latch.js';
import { moduleNamed } from '../../support/module-named.js';
import { describeWith } from '../../support/servers/describe-with.js';
import { freePort } from '../../support/servers/free-port.js';
import { mosquitto } from '../../support/servers/mosquitto.js';
import { nats } from '../../support/servers/nats.js';
import type { ServerAddress, ServerKind } from '../../support/servers/private-server.js';
import { redis } from '../../support/servers/redis.js';
import { type TestApplication, refusalOf, startApplication } from '../../support/start-application.js';

const SOON = { timeout: 20_000, interval: 20 };

/** Enough time for a busy machine. */
const health = HealthModule.forRoot({ deadline: 20_000, defaults: { ttl: 0, timeout: 20_000 } });

const root = (options: MicroserviceIndicatorOptions): ModuleMetadata => ({
  imports: [health],
  providers: [MicroserviceIndicator('service', options)],
});

const start = (options: MicroserviceIndicatorOptions): Promise<TestApplication> =>
  startApplication('express', root(options));

const serviceIn = async (application: TestApplication): Promise<HealthCheckDetail | undefined> =>
  reportIn(await application.get('/health/deep')).details['service'];

/** The service that receives the messages. */
@Controller()
class ServiceController {
  static requests = 0;

  @MessagePattern('health')
  health(): string {
    ServiceController.requests += 1;
    return 'well';
  }

  @MessagePattern('empty')
  empty(): Observable<never> {
    return EMPTY;
  }

  @MessagePattern('many')
  many(): Observable<number> {
    return of(1, 2, 3);
  }

  @MessagePattern('failing')
  failing(): never {
    throw new RpcException('postgres://user:password@host is gone');
  }

  @MessagePattern('silent')
  silent(): Promise<never> {
    return never();
  }
}

async function startService(options: MicroserviceOptions): Promise<void> {
  const service = await NestFactory.createMicroservice<MicroserviceOptions>(
    moduleNamed('ServiceModule', { controllers: [ServiceController] }),
    { ...options, logger: false },
  );
  await service.listen();
  onTestFinished(() => service.close());
}

/** The used part of a client. */
interface TestClient extends MicroserviceClient {
  close(): unknown;
}

function closing<Client extends TestClient>(client: Client): Client {
  onTestFinished(async () => {
    await client.close();
  });
  return client;
}

/** Whether the state of a client has listeners, and the number of its pending requests. */
const heldBy = (client: TestClient): unknown => ({
  listeners: (Reflect.get(client, '_status$') as Subject<string>).observed,
  requests: (Reflect.get(client, 'routingMap') as Map<string, unknown>).size,
});

const NOTHING = { listeners: false, requests: 0 };

/** Each transport, with its broker if it needs one. */
const TRANSPORTS: readonly (readonly [
  name: string,
  broker: ServerKind,
  options: (address: ServerAddress) => MicroserviceOptions,
  client: (address: ServerAddress) => TestClient,
])[] = [
  [
    'Redis',
    redis,
    ({ host, port, password }) => ({ transport: Transport.REDIS, options: { host, port, password } }),
    ({ host, port, password }) => new ClientRedis({ host, port, password }),
  ],
  [
    'NATS',
    nats,
    ({ host, port, user, password }) => ({
      transport: Transport.NATS,
      options: { servers: `${host}:${port}`, user, pass: password },
    }),
    ({ host, port, user, password }) => new ClientNats({ servers: `${host}:${port}`, user, pass: password }),
  ],
  [
    'MQTT',
    mosquitto,
    ({ url }) => ({ transport: Transport.MQTT, options: { url } }),
    ({ url }) => new ClientMqtt({ url }),
  ],
];

for (const [name, broker, options, clientOf] of TRANSPORTS) {
  describeWith(broker, `a MicroserviceIndicator over ${name}`, (server) => {
    it('pings the broker without a pattern, with and without a service', async () => {
      const client = closing(clientOf(server().address()));
      const application = await start({ client });
      const connect = vi.spyOn(client, 'connect');
      const send = vi.spyOn(client, 'send');
      const detail = await serviceIn(application);
      expect(detail).toMatchObject({ status: 'UP' });
      expect(detail).not.toHaveProperty('data');
      const inside = client.unwrap();
      for (let probes = 0; probes < 5; probes += 1)
        expect(await serviceIn(application)).toMatchObject({ status: 'UP' });
      expect(connect).toHaveBeenCalledTimes(6);
      expect(client.unwrap()).toEqual(inside);
      expect(send).not.toHaveBeenCalled();
      expect(heldBy(client)).toEqual(NOTHING);
    });

    it('sends the request to the service with a pattern', async () => {
      await startService(options(server().address()));
      const client = closing(clientOf(server().address()));
      expect(await serviceIn(await start({ client, pattern: 'health' }))).toMatchObject({ status: 'UP' });
      expect(await serviceIn(await start({ client, pattern: 'many' }))).toMatchObject({ status: 'UP' });
      expect(await serviceIn(await start({ client, pattern: 'empty' }))).toMatchObject({ status: 'UP' });
      const failing = await serviceIn(await start({ client, pattern: 'failing' }));
      expect(failing).toMatchObject({
        status: 'DOWN',
        error: 'the service responded with an error',
        code: 'SERVICE_ERROR',
        data: { client_status: 'connected' },
      });
      expect(JSON.stringify(failing)).not.toContain('password');
      const silent = await start({ client, pattern: 'silent', timeout: 100 });
      expect(await serviceIn(silent)).toMatchObject({ status: 'DOWN', code: 'ETIMEDOUT' });
      await vi.waitFor(() => expect(heldBy(client)).toEqual(NOTHING), SOON);
    });

    it('is DOWN at once when the connection is lost during a request', async () => {
      await startService(options(server().address()));
      const client = closing(clientOf(server().address()));
      const application = await start({ client, pattern: 'silent' });
      const probe = serviceIn(application);
      await vi.waitFor(() => expect(heldBy(client)).toEqual({ listeners: true, requests: 1 }), SOON);
      (Reflect.get(client, '_status$') as Subject<string>).next('reconnecting');
      expect(await probe).toMatchObject({ status: 'DOWN', error: 'connection reset', code: 'ECONNRESET' });
      expect(heldBy(client)).toEqual(NOTHING);
    });
  });
}

describeWith(nats, 'a MicroserviceIndicator over NATS without a service', (server) => {
  it('is DOWN when no service subscribes to the pattern', async () => {
    const { host, port, user, password } = server().address();
    const client = closing(new ClientNats({ servers: `${host}:${port}`, user, pass: password }));
    const application = await start({ client, pattern: 'nothing' });
    expect(await serviceIn(application)).toMatchObject({
      status: 'DOWN',
      error: 'no service subscribes to the pattern',
      code: 'NO_LISTENER',
    });
  });

  it('is DOWN if its client may not connect', async () => {
    const { host, port } = server().address();
    const client = closing(new ClientNats({ servers: `${host}:${port}`, user: 'nobody', pass: 'secret' }));
    expect(await serviceIn(await start({ client }))).toMatchObject({ status: 'DOWN' });
  });
});

describe('a MicroserviceIndicator over TCP', () => {
  const tcp = async (): Promise<{ host: string; port: number }> => ({ host: '127.0.0.1', port: await freePort() });

  it('is DOWN until its service runs, and uses one connection', async () => {
    const options = await tcp();
    const client = closing(new ClientTCP(options));
    const application = await start({ client, pattern: 'health' });
    expect(await serviceIn(application)).toMatchObject({
      status: 'DOWN',
      error: 'connection refused',
      code: 'ECONNREFUSED',
      data: { client_status: 'disconnected' },
    });
    await startService({ transport: Transport.TCP, options });
    expect(await serviceIn(application)).toMatchObject({ status: 'UP' });
    const socket = client.unwrap();
    for (let probes = 0; probes < 5; probes += 1) expect(await serviceIn(application)).toMatchObject({ status: 'UP' });
    expect(client.unwrap()).toBe(socket);
    expect(heldBy(client)).toEqual(NOTHING);
  });

  it('only reports the connection without a pattern', async () => {
    const options = await tcp();
    const client = closing(new ClientTCP(options));
    const application = await start({ client });
    expect(await serviceIn(application)).toMatchObject({ status: 'DOWN', code: 'ECONNREFUSED' });
    await startService({ transport: Transport.TCP, options });
    const { requests } = ServiceController;
    expect(await serviceIn(application)).toMatchObject({ status: 'UP' });
    expect(ServiceController.requests).toBe(requests);
  });

  it('is DOWN if the service has no handler, does not respond, or fails', async () => {
    const options = await tcp();
    await startService({ transport: Transport.TCP, options });
    const client = closing(new ClientTCP(options));
    expect(await serviceIn(await start({ client, pattern: { cmd: 'other' } }))).toMatchObject({
      status: 'DOWN',
      error: 'the service has no handler for the pattern',
      code: 'NO_HANDLER',
    });
    expect(await serviceIn(await start({ client, pattern: 'failing', data: { why: 'not' } }))).toMatchObject({
      status: 'DOWN',
      error: 'the service responded with an error',
    });
    expect(await serviceIn(await start({ client, pattern: 'silent', timeout: 100 }))).toMatchObject({
      status: 'DOWN',
      code: 'ETIMEDOUT',
    });
    expect(heldBy(client)).toEqual(NOTHING);
  });

  it('sends one request for all callers, and sends two patterns one after the other', async () => {
    const client = closing(new ClientTCP(await tcp()));
    const responses: Pick<Subject<unknown>, 'complete' | 'observed'>[] = [];
    client.connect = () => Promise.resolve();
    client.send = <T>() => {
      const response = new Subject<T>();
      responses.push(response);
      return response;
    };
    const application = await startApplication('express', {
      imports: [health],
      providers: [
        MicroserviceIndicator('one', { client, pattern: 'one' }),
        MicroserviceIndicator('other', { client, pattern: 'other' }),
      ],
    });
    const probes = Promise.all([application.get('/health/ready'), application.get('/health/ready')]);
    await vi.waitFor(() => expect(responses).toHaveLength(1), SOON);
    responses[0]?.complete();
    await vi.waitFor(() => expect(responses).toHaveLength(2), SOON);
    responses[1]?.complete();
    for (const { status } of await probes) expect(status).toBe(200);
    expect(responses.map(({ observed }) => observed)).toEqual([false, false]);
  });
});

describe('a MicroserviceIndicator', () => {
  const testDouble = (inside?: object) => {
    const status = new Subject<string>();
    const client = {
      status: status as Observable<string>,
      connect: () => Promise.resolve<unknown>(undefined),
      close: () => undefined,
      emit: () => EMPTY,
      send: (): Observable<unknown> => NEVER,
      unwrap: () => inside,
    };
    return { client, status };
  };

  it('uses the connection state of a connection manager', async () => {
    const manager = { isConnected: () => true };
    const { client } = testDouble(manager);
    const application = await start({ client });
    expect(await serviceIn(application)).toMatchObject({ status: 'UP' });
    manager.isConnected = () => false;
    expect(await serviceIn(application)).toMatchObject({ status: 'DOWN', code: 'ENOTCONN' });
  });

  it('sends nothing to a broker that blocks the connection', async () => {
    const { client } = testDouble();
    client.status = of('blocked');
    const connect = vi.spyOn(client, 'connect');
    expect(await serviceIn(await start({ client }))).toMatchObject({
      status: 'DEGRADED',
      message: 'the broker blocks the connection',
    });
    expect(connect).not.toHaveBeenCalled();
  });

  it('queues nothing in a Redis client that is not ready', async () => {
    const redisDouble = (status: string) => ({
      status,
      ping: () => expect.unreachable('the check sends its commands by call()'),
      call: vi.fn<(command: string) => Promise<string>>(() => Promise.resolve('PONG')),
    });
    const pub = redisDouble('ready');
    const sub = redisDouble('reconnecting');
    const { client } = testDouble([pub, sub]);
    const application = await start({ client });
    expect(await serviceIn(application)).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is reconnecting',
    });
    expect(sub.call).not.toHaveBeenCalled();
    sub.status = 'ready';
    expect(await serviceIn(application)).toMatchObject({ status: 'UP' });
    expect(sub.call.mock.calls).toEqual([['ping']]);
  });

  it('queues nothing in an MQTT client that is not connected', async () => {
    const mqtt = { connected: false, sendPing: vi.fn<() => void>(), on: () => mqtt, off: () => mqtt };
    expect(await serviceIn(await start({ client: testDouble(mqtt).client }))).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is reconnecting',
    });
    expect(mqtt.sendPing).not.toHaveBeenCalled();
  });

  it('is DOWN, not connected, when the connection was lost before the request', async () => {
    const { client } = testDouble();
    client.send = () => throwError(() => 'Error: Connection lost. Trying to reconnect...');
    expect(await serviceIn(await start({ client, pattern: 'health' }))).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is reconnecting',
    });
  });

  it.each([
    ['nothing', undefined],
    ['a text', 'Error: Connection lost. Trying to reconnect...'],
  ])('is DOWN, not connected, when connect() rejects with %s', async (_what, reason) => {
    const { client } = testDouble();
    // The transports behave like this.
    // eslint-disable-next-line prefer-promise-reject-errors
    client.connect = () => Promise.reject(reason);
    expect(await serviceIn(await start({ client }))).toMatchObject({
      status: 'DOWN',
      error: 'not connected: the client is reconnecting',
      code: 'ENOTCONN',
    });
  });

  it.each([
    ['without a client', {} as MicroserviceIndicatorOptions, 'it is missing'],
    [
      'with a client of gRPC',
      { client: Object.create(ClientGrpcProxy.prototype) as ClientGrpcProxy },
      'for gRPC, use nest-vitals/grpc',
    ],
    ['with data, and no pattern', { client: testDouble().client, data: 1 }, 'data needs a pattern'],
    ['with null for data', { client: testDouble().client, pattern: 'health', data: null }, 'use any value except null'],
    ['with an empty pattern', { client: testDouble().client, pattern: '' }, 'use a string that is not empty'],
  ])('stops the boot %s', async (_how, options, problem) => {
    const { error } = await refusalOf('express', root(options));
    expect(String(error)).toContain('MicroserviceIndicator("service")');
    expect(String(error)).toContain(problem);
  });
});
