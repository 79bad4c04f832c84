import type { Type } from '@nestjs/common';
import { ClientIndicator } from '../../clients/client-indicator.js';
import { type ClientRequest, type ClientSource, clientSource, passToken } from '../../clients/injected-client.js';
import { poolData, saturation } from '../../clients/pool-data.js';
import type { HealthCheckContext } from '../../core/check.js';
import type { HealthResult } from '../../core/result.js';
import { configureIndicator } from '../../discovery/configured-indicator.js';
import type { HealthIndicator } from '../../discovery/health-indicator.decorator.js';
import type { HealthIndicatorOptions } from '../../options/indicator-options.js';
import { nonBlank, oneOf, wholeFrom } from '../../options/rules.js';
import { MIGRATIONS_FOLDER } from './migrations-folder.js';
import { optionsFault } from './options-fault.js';
import { unfinishedMigrations } from './pending-migrations.js';
import { countsOf, ping } from './ping.js';
import { type PrismaClientLike, isMongo, isPrismaClient } from './prisma-client.js';
import { resultOf } from './result.js';

/** Options of {@link PrismaIndicator}. */
export interface PrismaIndicatorOptions extends HealthIndicatorOptions {
  /** The application's `PrismaClient`: its injection token, for example the class `PrismaService`, or the client itself. Required. */
  readonly client: ClientSource<PrismaClientLike>;
  /**
   * The status while migrations of the folder are pending, have failed or have not finished. Needs an SQL database.
   * Default: unset, migrations are not checked.
   */
  readonly pendingMigrations?: 'degraded' | 'down';
  /** The folder of the migrations, relative to the working directory. Default: `prisma/migrations`. */
  readonly migrationsFolder?: string;
  /**
   * The schema with the table `_prisma_migrations`. Default: the option `schema` of the driver adapter, otherwise the
   * default schema of the connection.
   */
  readonly migrationsSchema?: string;
  /**
   * DEGRADED when more callers than this wait for a connection of the pool. Needs a pool of `pg` that was passed to the
   * driver adapter. Default: unset, no limit.
   */
  readonly maxWaiting?: number;
}

/** Pings the database of a `PrismaClient` through the connections that the application uses. */
export function PrismaIndicator(name: string, options: PrismaIndicatorOptions): Type<HealthIndicator> {
  const rules = {
    client: clientSource,
    pendingMigrations: oneOf(['degraded', 'down']),
    migrationsFolder: nonBlank,
    migrationsSchema: nonBlank,
    maxWaiting: wholeFrom(0),
  };
  const { own, place, annotate } = configureIndicator('PrismaIndicator', name, options, rules, ['client']);
  const folder = own.migrationsFolder ?? MIGRATIONS_FOLDER;

  return annotate(
    class extends ClientIndicator<PrismaClientLike> {
      protected request(): ClientRequest<PrismaClientLike> {
        return {
          place,
          sources: [own.client],
          accepts: isPrismaClient,
          expected: 'a PrismaClient',
          remedy: passToken(place, 'PrismaClient', '{ client: PrismaService }'),
          optionsFault: (client) => optionsFault(client, place, { ...own, migrationsFolder: folder }),
        };
      }

      async check({ signal, attach }: HealthCheckContext): Promise<HealthResult> {
        const client = await this.client();
        attach(() => {
          const pool = countsOf(client);
          return pool && poolData(pool);
        });
        // Counted before the ping, which may have to wait for a connection itself.
        const saturated = saturation(countsOf(client), own.maxWaiting);
        await ping(client, signal);
        const readsMigrations = own.pendingMigrations !== undefined && !isMongo(client);
        const migrations = readsMigrations
          ? await unfinishedMigrations(client, { folder, schema: own.migrationsSchema }, signal)
          : undefined;
        return resultOf({ saturated, migrations, pool: countsOf(client) }, own.pendingMigrations);
      }
    },
  );
}
