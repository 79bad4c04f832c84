import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { mysqlPoolCounts } from '../../clients/mysql-pool.js';
import { checkPool } from '../../clients/pool-data.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { wholeFrom } from '../../options/rules.js';
import { type Mysql2Client, coreOf, isMysql2Client } from './mysql2-client.js';
import { ping } from './ping.js';

/** Options of {@link Mysql2Indicator}. */
export interface Mysql2IndicatorOptions extends HealthIndicatorOptions {
  /** The application's pool or connection: its injection token, or the client itself. Required. */
  readonly client: ClientSource<Mysql2Client>;
  /** DEGRADED when more callers than this wait for a connection of the pool. Default: unset, no limit. */
  readonly maxWaiting?: number;
}

/** Pings MySQL or MariaDB through the application's own pool or connection of the package `mysql2`. */
export function Mysql2Indicator(name: string, options: Mysql2IndicatorOptions): Type<HealthIndicator> {
  const rules = { client: clientSource, maxWaiting: wholeFrom(0) };
  const { own, place, annotate } = configureIndicator('Mysql2Indicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<Mysql2Client> {
      protected request(): ClientRequest<Mysql2Client> {
        return {
          place,
          sources: [own.client],
          accepts: isMysql2Client,
          expected: 'a pool or a connection of mysql2',
          remedy: passToken(place, 'pool', '{ client: MYSQL_POOL }'),
        };
      }

      async check(context: HealthCheckContext): Promise<HealthResult> {
        const core = coreOf(await this.client());
        return checkPool(context, {
          ping: (signal) => ping(core, signal),
          counts: () => mysqlPoolCounts(core),
          maxWaiting: own.maxWaiting,
        });
      }
    },
  );
}
