import type { ChannelCredentials, ChannelOptions } from '@grpc/grpc-js';
import type { OnModuleDestroy, Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { loadPeer } from '../../clients/load-peer.js';
import { degradedIfNotPermitted } from '../../clients/not-permitted.js';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, down, up } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { type Rule, nonBlank } from '../../options/rules.js';
import { unknownService } from './failure.js';
import { type GrpcClient, callerOf, isGrpcClient } from './grpc-client.js';
import type { ServingStatus } from './health-messages.js';
import { ping } from './ping.js';

/** Options of {@link GrpcIndicator}. */
export interface GrpcIndicatorOptions extends HealthIndicatorOptions {
  /**
   * The application's client of the server: a client of `@grpc/grpc-js` for any service, or a client of Nest's
   * `ClientsModule`. Its injection token, or the client itself. Either this or `url` is required.
   */
  readonly client?: ClientSource<GrpcClient>;
  /**
   * The address of the server, for example `payments:50051`, if the application has no client for it. The indicator keeps
   * one connection, and closes it when the application stops. Default: none, the connection of `client` is used.
   */
  readonly url?: string;
  /** For `url`: the credentials of the channel. Default: none, the connection is not encrypted. */
  readonly credentials?: ChannelCredentials;
  /** For `url`: the options of the channel. Default: it reconnects at least every five seconds. */
  readonly channelOptions?: ChannelOptions;
  /** The name of the service to check, as the server registers it. Default: the empty name, for the whole server. */
  readonly service?: string;
}

const text: Rule = { expected: 'a string', accepts: (value) => typeof value === 'string' };
const object: Rule = { expected: 'an object', accepts: (value) => typeof value === 'object' && value !== null };
const unusedWithClient: Rule = { expected: 'nothing, because "client" is given', accepts: () => false };

/** By default, a channel waits for up to two minutes before it reconnects to a server that was down for long. */
const CHANNEL_OPTIONS: ChannelOptions = { 'grpc.max_reconnect_backoff_ms': 5000 };

/** Requests the health of a gRPC server with the health checking protocol of gRPC, `grpc.health.v1`. */
export function GrpcIndicator(name: string, options: GrpcIndicatorOptions): Type<HealthIndicator> {
  const given: Partial<GrpcIndicatorOptions> = options ?? {};
  const withUrl = (rule: Rule): Rule => (given.client === undefined ? rule : unusedWithClient);
  const rules = {
    client: clientSource,
    url: withUrl(nonBlank),
    credentials: withUrl(object),
    channelOptions: withUrl(object),
    service: text,
  };
  const required = given.client === undefined && given.url === undefined ? (['client'] as const) : [];
  const { own, place, annotate } = configureIndicator('GrpcIndicator', name, options, rules, required);
  const service = own.service ?? '';

  return annotate(
    class extends ClientIndicator<GrpcClient> implements OnModuleDestroy {
      #kept: { close(): void } | undefined;

      protected async request(): Promise<ClientRequest<GrpcClient>> {
        return {
          place,
          sources: [own.url === undefined ? own.client : await this.#connect(own.url)],
          accepts: isGrpcClient,
          expected: 'a client of @grpc/grpc-js, or a client of Nest that has a service',
          remedy: `pass the token that the application provides the client under, or the address of the server: ${place.slice(0, -1)}, { url: 'payments:50051' })`,
        };
      }

      async check({ signal }: HealthCheckContext): Promise<HealthResult> {
        const caller = callerOf(await this.client());
        return degradedIfNotPermitted(async () => resultOf(await ping(caller, service, signal), service));
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
    },
  );
}

function resultOf(status: ServingStatus, service: string): HealthResult {
  const data = { ...(service !== '' && { service }), serving_status: status ?? 'UNRECOGNIZED' };
  if (status === 'SERVING') return up(data);
  if (status === 'NOT_SERVING') return down('the server reports that it is not serving', data);
  if (status === 'SERVICE_UNKNOWN') return down(unknownService(service), data);
  return down('the server does not report whether it is serving', data);
}
