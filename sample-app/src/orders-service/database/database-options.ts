import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { Configuration } from '../configuration.js';

/** Small, so that four slow transactions exhaust the pool. */
export const POOL_SIZE = 4;
/** Milliseconds that a query waits for a free connection, and then for the server, before it fails. */
const CONNECTION_TIMEOUT = 2000;
const QUERY_TIMEOUT = 2000;

export function databaseOptions({ databaseUrl }: Configuration): TypeOrmModuleOptions {
  // A sample creates its own tables; a service in production runs migrations.
  const tables = { autoLoadEntities: true, synchronize: true };
  if (databaseUrl === undefined) return { type: 'sqljs', ...tables };
  return {
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'orders',
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECTION_TIMEOUT,
    extra: { query_timeout: QUERY_TIMEOUT },
    // PostgreSQL 13 and later create UUIDs without an extension.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    ...tables,
  };
}
