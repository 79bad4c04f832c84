import { TypeOrmIndicator } from 'nest-vitals/typeorm';

/**
 * For PostgreSQL: runs a query without a table, on a connection of the application's pool. All instances share the database, so
 * its failure takes none of them out of rotation: they still serve the catalogue.
 */
export class DatabaseHealth extends TypeOrmIndicator('database', { probes: ['ready', 'startup'], shared: true }) {}
