import type { Type } from '@nestjs/common';
import type { HealthCheckContext } from '../../core/check.js';
import { type HealthResult, up } from '../../core/result.js';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { poolData, poolResult } from '../../clients/pool-data.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { whole } from '../../options/rules.js';
import { type PgClient, type PgPool, countsOf, isPgClient, isPool } from './pg-client.js';
import { ping } from './ping.js';

interface OwnOptions {
  /** The application's `Pool`, or its `Client`: the injection token that it is provided under, or itself. Required. */
  readonly client: ClientSource<PgPool | PgClient>;
  /** More callers than this that wait for a connection of the pool are DEGRADED. Default: unset, any number may wait. */
  readonly maxWaiting?: number;
}

/** Options of {@link PgIndicator}. */
export interface PgIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks PostgreSQL for an answer, through the application's own pool or client of the package `pg`. */
export function PgIndicator(name: string, options: PgIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'PgIndicator',
    name,
    options,
    { client: clientSource, maxWaiting: whole(0, Number.MAX_SAFE_INTEGER) },
    ['client'],
  );
  const { own, place } = configured;

  class ConfiguredPgIndicator extends ClientIndicator<PgPool | PgClient> {
    protected request(): ClientRequest<PgPool | PgClient> {
      return {
        place,
        sources: [own.client],
        accepts: isPgClient,
        expected: 'a Pool or a Client of pg',
        remedy: `name the token of the pool that the application provides: PgIndicator(${JSON.stringify(name)}, { client: PG_POOL })`,
      };
    }

    async check({ signal, attach }: HealthCheckContext): Promise<HealthResult> {
      const client = await this.client();
      if (!isPool(client)) {
        await ping(client, signal);
        return up();
      }
      attach(() => poolData(countsOf(client)));
      const before = countsOf(client);
      await ping(client, signal);
      return poolResult(before, countsOf(client), own.maxWaiting);
    }
  }
  configured.annotate(ConfiguredPgIndicator);
  return ConfiguredPgIndicator;
}
