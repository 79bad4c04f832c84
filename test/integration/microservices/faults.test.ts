import type { EventEmitter } from 'node:events';
import type { ModuleMetadata } from '@nestjs/common';
import { type ClientProviderOptions, type ClientProxy, ClientsModule, Transport } from '@nestjs/microservices';
import { MicroserviceIndicator, type MicroserviceIndicatorOptions } from 'nest-vitals/microservices';
import { lastValueFrom } from 'rxjs';
import { describeFaults } from '../../support/fault-table.js';
import { moduleNamed } from '../../support/module-named.js';
import { mosquitto } from '../../support/servers/mosquitto.js';
import { nats } from '../../support/servers/nats.js';
import { redis } from '../../support/servers/redis.js';
import type { TestApplication } from '../../support/start-application.js';
import { responder } from './responder.js';

const SERVICE = 'SERVICE';
const RECONNECTING = /^connection (?:refused|reset)$|^not connected: the client is reconnecting$/;

/** An application that connects its client at the start, as Nest's documentation recommends. */
function application(
  client: ClientProviderOptions,
  options: Omit<MicroserviceIndicatorOptions, 'client'> = {},
): ModuleMetadata {
  const clients = ClientsModule.register([client]);
  const connects = moduleNamed('ServiceModule', {
    imports: [clients],
    exports: [clients],
    providers: [
      {
        provide: 'CONNECTS',
        useFactory: (proxy: ClientProxy) => ({ onApplicationBootstrap: () => proxy.connect() }),
        inject: [SERVICE],
      },
    ],
  });
  return { imports: [connects], providers: [MicroserviceIndicator('service', { client: SERVICE, ...options })] };
}

const insides = ({ app }: TestApplication): readonly EventEmitter[] =>
  [app.get<ClientProxy>(SERVICE).unwrap<EventEmitter | EventEmitter[]>()].flat();

describeFaults('MicroserviceIndicator with TCP', {
  server: responder,
  indicator: 'service',
  application: ({ host, port }) =>
    application({ name: SERVICE, transport: Transport.TCP, options: { host, port } }, { pattern: 'health' }),
  waitsForSilence: true,
  work: ({ app }) => lastValueFrom(app.get<ClientProxy>(SERVICE).send('health', {})),
});

describeFaults('MicroserviceIndicator with Redis', {
  server: redis,
  indicator: 'service',
  application: ({ host, port, password }) =>
    application({
      name: SERVICE,
      transport: Transport.REDIS,
      options: { host, port, password, retryAttempts: 100_000, retryDelay: 100 },
    }),
  refused: RECONNECTING,
  sockets: 2,
  emitters: insides,
});

describeFaults('MicroserviceIndicator with NATS', {
  server: nats,
  indicator: 'service',
  application: ({ host, port, user, password }) =>
    application({
      name: SERVICE,
      transport: Transport.NATS,
      options: { servers: `${host}:${port}`, user, pass: password, maxReconnectAttempts: -1, reconnectTimeWait: 100 },
    }),
  refused: RECONNECTING,
});

describeFaults('MicroserviceIndicator with MQTT', {
  server: mosquitto,
  indicator: 'service',
  application: ({ host, port, user, password }) =>
    application({
      name: SERVICE,
      transport: Transport.MQTT,
      options: { url: `mqtt://${host}:${port}`, username: user, password, reconnectPeriod: 100 },
    }),
  refused: RECONNECTING,
  emitters: insides,
});
