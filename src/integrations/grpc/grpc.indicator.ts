import type { ChannelCredentials, ChannelOptions } from '@grpc/grpc-js';
import type { OnModuleDestroy, Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, down, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { loadPeer } from '../../clients/load-peer.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type Rule, nonBlank } from '../../options/rules.js';
import { ask } from './ping.js';
import { unknownService } from './failure.js';
import { type GrpcClient, callerOf, isGrpcClient } from './grpc-client.js';
import type { ServingStatus } from './health-messages.js';

interface OwnOptions {
  /**
   * The application's client of the server: a client of `@grpc/grpc-js`, whatever service it was generated for, or that
   * of Nest's `ClientsModule`; its injection token, or itself. This or `url` is required.
   */
  readonly client?: ClientSource<GrpcClient>;
  /**
   * Where the server is, as in `payments:50051`, if the application has no client of it. The indicator keeps one
   * connection, which is closed with the application.
   */
  readonly url?: string;
  /** For `url`: how the server is trusted. Default: none, the connection is not encrypted. */
  readonly credentials?: ChannelCredentials;
  /** For `url`: options of the channel. Default: it tries to connect again every five seconds at most. */
  readonly channelOptions?: ChannelOptions;
  /** The service that is asked for, as the server calls it. Default: the empty name, the server as a whole. */
  readonly service?: string;
}

/** Options of {@link GrpcIndicator}. */
export interface GrpcIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

const text: Rule = { expected: 'a text', accepts: (value) => typeof value === 'string' };
const object: Rule = { expected: 'an object', accepts: (value) => typeof value === 'object' && value !== null };
const unusedWithClient: Rule = { expected: 'nothing, because "client" is given', accepts: () => false };

/** Left to itself, a channel waits for up to two minutes before it tries again to reach a server that was long gone. */
const CHANNEL_OPTIONS: ChannelOptions = { 'grpc.max_reconnect_backoff_ms': 5000 };

/** Asks a gRPC server how it is, by the protocol that servers have for that: `grpc.health.v1`. */
export function GrpcIndicator(name: string, options: GrpcIndicatorOptions): Type<HealthIndicator> {
  const given: Partial<OwnOptions> = options ?? {};
  const withUrl = (rule: Rule): Rule => (given.client === undefined ? rule : unusedWithClient);
  const configured = configureIndicator<OwnOptions>(
    'GrpcIndicator',
    name,
    options,
    {
      client: clientSource,
      url: withUrl(nonBlank),
      credentials: withUrl(object),
      channelOptions: withUrl(object),
      service: text,
    },
    given.client === undefined && given.url === undefined ? ['client'] : [],
  );
  const { own, place } = configured;
  const service = own.service ?? '';

  class ConfiguredGrpcIndicator extends ClientIndicator<GrpcClient> implements OnModuleDestroy {
    #kept: { close(): void } | undefined;

    protected async request(): Promise<ClientRequest<GrpcClient>> {
      return {
        place,
        sources: [own.url === undefined ? own.client : await this.#connect(own.url)],
        accepts: isGrpcClient,
        expected: 'a client of @grpc/grpc-js, nor one of Nest that has a service',
        remedy: `name the token of the client that the application provides, or the address of the server: GrpcIndicator(${JSON.stringify(name)}, { url: 'payments:50051' })`,
      };
    }

    async check({ signal }: HealthCheckContext): Promise<HealthResult> {
      return resultOf(await ask(callerOf(await this.client()), service, signal), service);
    }

    onModuleDestroy(): void {
      this.#kept?.close();
    }

    async #connect(url: string): Promise<GrpcClient> {
      const grpc = await loadPeer(place, '@grpc/grpc-js', () => import('@grpc/grpc-js'));
      const credentials = own.credentials ?? grpc.credentials.createInsecure();
      const client = new grpc.Client(url, credentials, { ...CHANNEL_OPTIONS, ...own.channelOptions });
      this.#kept = client;
      return client;
    }
  }
  configured.annotate(ConfiguredGrpcIndicator);
  return ConfiguredGrpcIndicator;
}

function resultOf(status: ServingStatus, service: string): HealthResult {
  const data = { ...(service !== '' && { service }), serving_status: status ?? 'UNRECOGNIZED' };
  if (status === 'SERVING') return up(data);
  if (status === 'NOT_SERVING') return down('the server says that it is not serving', data);
  if (status === 'SERVICE_UNKNOWN') return down(unknownService(service), data);
  return down('the server does not say whether it is serving', data);
}
