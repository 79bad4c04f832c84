import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { checkMongo } from '../../clients/mongo/check-mongo.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { oneOf, wholeFrom } from '../../options/rules.js';
import { type MongoDbClient, clientOf, isMongoDbClient } from './mongodb-client.js';

/** Options of {@link MongoDbIndicator}. */
export interface MongoDbIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `MongoClient`, or a `Db` of it: its injection token, or the object itself. Required. */
  readonly client: ClientSource<MongoDbClient>;
  /** The status while a replica set has no primary, and a secondary responds. Default: `'down'`. */
  readonly noPrimary?: 'degraded' | 'down';
  /** DEGRADED when more callers than this wait for a connection of the pool. Default: unset, no limit. */
  readonly maxWaiting?: number;
}

/** Requests the state of a MongoDB server through the application's own client of the package `mongodb`. */
export function MongoDbIndicator(name: string, options: MongoDbIndicatorOptions): Type<HealthIndicator> {
  const rules = {
    client: clientSource,
    noPrimary: oneOf(['degraded', 'down']),
    maxWaiting: wholeFrom(0),
  };
  const { own, place, annotate } = configureIndicator('MongoDbIndicator', name, options, rules, ['client']);

  return annotate(
    class extends ClientIndicator<MongoDbClient> {
      protected request(): ClientRequest<MongoDbClient> {
        return {
          place,
          sources: [own.client],
          accepts: isMongoDbClient,
          expected: 'a MongoClient or a Db of mongodb',
          remedy: passToken(place, 'client', '{ client: MongoClient }'),
        };
      }

      async check(context: HealthCheckContext): Promise<HealthResult> {
        return checkMongo(context, clientOf(await this.client()), own);
      }
    },
  );
}
