import { TypeOrmIndicator } from 'nest-vitals/typeorm';

/** For PostgreSQL: runs a query without a table, on a connection of the application's pool. */
export class DatabaseHealth extends TypeOrmIndicator('database', { probes: ['ready', 'startup'] }) {}
