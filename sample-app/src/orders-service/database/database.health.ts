import { TypeOrmIndicator } from 'nest-vitals/typeorm';

/** For PostgreSQL: runs a query that needs no table, over a connection of the application's own pool. */
export class DatabaseHealth extends TypeOrmIndicator('database', { probes: ['ready', 'startup'] }) {}
