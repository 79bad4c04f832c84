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
import { type Mysql2Client, coreOf, countsOf, isMysql2Client } from './mysql2-client.js';
import { ping } from './ping.js';

interface OwnOptions {
  /** The application's pool or connection: the injection token that it is provided under, or itself. Required. */
  readonly client: ClientSource<Mysql2Client>;
  /** More callers than this that wait for a connection of the pool are DEGRADED. Default: unset, any number may wait. */
  readonly maxWaiting?: number;
}

/** Options of {@link Mysql2Indicator}. */
export interface Mysql2IndicatorOptions extends HealthIndicatorOptions, OwnOptions {}

/** Asks MySQL or MariaDB for an answer, through the application's own pool or connection of the package `mysql2`. */
export function Mysql2Indicator(name: string, options: Mysql2IndicatorOptions): Type<HealthIndicator> {
  const configured = configureIndicator<OwnOptions>(
    'Mysql2Indicator',
    name,
    options,
    { client: clientSource, maxWaiting: whole(0, Number.MAX_SAFE_INTEGER) },
    ['client'],
  );
  const { own, place } = configured;

  class ConfiguredMysql2Indicator extends ClientIndicator<Mysql2Client> {
    protected request(): ClientRequest<Mysql2Client> {
      return {
        place,
        sources: [own.client],
        accepts: isMysql2Client,
        expected: 'a pool or a connection of mysql2',
        remedy: `name the token of the pool that the application provides: Mysql2Indicator(${JSON.stringify(name)}, { client: MYSQL_POOL })`,
      };
    }

    async check({ signal, attach }: HealthCheckContext): Promise<HealthResult> {
      const core = coreOf(await this.client());
      attach(() => {
        const counts = countsOf(core);
        return counts && poolData(counts);
      });
      const before = countsOf(core);
      await ping(core, signal);
      const after = countsOf(core);
      return before && after ? poolResult(before, after, own.maxWaiting) : up();
    }
  }
  configured.annotate(ConfiguredMysql2Indicator);
  return ConfiguredMysql2Indicator;
}
