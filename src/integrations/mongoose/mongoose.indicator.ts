import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource } from '../../clients/injected-client.js';
import { checkMongo } from '../../clients/mongo/check-mongo.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { oneOf, wholeFrom } from '../../options/rules.js';
import { type MongooseConnection, clientOf, isMongooseConnection } from './mongoose-connection.js';

/** Options of {@link MongooseIndicator}. */
export interface MongooseIndicatorOptions extends HealthIndicatorOptions {
  /**
   * The `Connection`: its `connectionName` in `MongooseModule`, an injection token, or the `Connection` itself. Default:
   * the default connection of `MongooseModule`.
   */
  readonly connection?: ClientSource<MongooseConnection>;
  /** The status while a replica set has no primary, and a secondary responds. Default: `'down'`. */
  readonly noPrimary?: 'degraded' | 'down';
  /** DEGRADED when more callers than this wait for a connection of the pool. Default: unset, no limit. */
  readonly maxWaiting?: number;
}

/** The token of the default connection of `@nestjs/mongoose`. The token of a named one is made from the name. */
const DEFAULT_CONNECTION = 'DatabaseConnection';

/** Requests the state of a MongoDB server through the application's own connection of `mongoose`. */
export function MongooseIndicator(name: string, options: MongooseIndicatorOptions = {}): Type<HealthIndicator> {
  const { own, place, annotate } = configureIndicator('MongooseIndicator', name, options, {
    connection: clientSource,
    noPrimary: oneOf(['degraded', 'down']),
    maxWaiting: wholeFrom(0),
  });

  return annotate(
    class extends ClientIndicator<MongooseConnection> {
      protected request(): ClientRequest<MongooseConnection> {
        const given = own.connection ?? DEFAULT_CONNECTION;
        return {
          place,
          sources: typeof given === 'string' && given !== DEFAULT_CONNECTION ? [`${given}Connection`, given] : [given],
          accepts: isMongooseConnection,
          expected: 'a Connection of mongoose',
          remedy:
            "import MongooseModule.forRoot(), or pass the name of the connection: { connection: 'reports' }, a token, or the Connection itself",
        };
      }

      async check(context: HealthCheckContext): Promise<HealthResult> {
        return checkMongo(context, clientOf(await this.client()), own);
      }
    },
  );
}
