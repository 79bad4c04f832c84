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
import { ping } from './ping.js';
import { type SequelizeClient, countsOf, isSequelize } from './sequelize-client.js';

interface OwnOptions {
  /** The application's `Sequelize`: the injection token that it is provided under, or itself. Required. */
  readonly client: ClientSource<SequelizeClient>;
  /** More callers than this that wait for a connection of the pool are DEGRADED. Default: unset, any number may wait. */
  readonly maxWaiting?: number;
}

/** Options of {@link SequelizeIndicator}. */
export interface SequelizeIndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks the database of a `Sequelize` for an answer, through the pool that the application uses. */
export function SequelizeIndicator(name: string, options: SequelizeIndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'SequelizeIndicator',
    name,
    options,
    { client: clientSource, maxWaiting: whole(0, Number.MAX_SAFE_INTEGER) },
    ['client'],
  );
  const { own, place } = configured;

  class ConfiguredSequelizeIndicator extends ClientIndicator<SequelizeClient> {
    protected request(): ClientRequest<SequelizeClient> {
      return {
        place,
        sources: [own.client],
        accepts: isSequelize,
        expected: 'a Sequelize',
        remedy: `name the token of the Sequelize that the application provides: SequelizeIndicator(${JSON.stringify(name)}, { client: Sequelize })`,
      };
    }

    async check({ signal, attach }: HealthCheckContext): Promise<HealthResult> {
      const client = await this.client();
      attach(() => {
        const counts = countsOf(client);
        return counts && poolData(counts);
      });
      const before = countsOf(client);
      await ping(client, signal);
      const after = countsOf(client);
      return before && after ? poolResult(before, after, own.maxWaiting) : up();
    }
  }
  configured.annotate(ConfiguredSequelizeIndicator);
  return ConfiguredSequelizeIndicator;
}
