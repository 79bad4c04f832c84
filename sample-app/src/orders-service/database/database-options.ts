import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import type { Configuration } from '../configuration.js';

/** Small on purpose: four slow transactions are enough to see what an exhausted pool looks like. */
export const POOL_SIZE = 4;
/** Milliseconds that a query waits for a free connection before it fails. */
const CONNECTION_PATIENCE = 5000;

export function databaseOptions({ databaseUrl }: Configuration): TypeOrmModuleOptions {
  // A sample creates its own tables; a service in production runs migrations.
  const tables = { autoLoadEntities: true, synchronize: true };
  if (databaseUrl === undefined) return { type: 'sqljs', ...tables };
  return {
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'orders',
    poolSize: POOL_SIZE,
    connectTimeoutMS: CONNECTION_PATIENCE,
    // PostgreSQL creates UUIDs itself since version 13: no extension has to be installed.
    uuidExtension: 'pgcrypto',
    installExtensions: false,
    ...tables,
  };
}
