import { TypeOrmIndicator } from 'nest-vitals/typeorm';

/** Asks the database for an answer that needs no table, over a connection of the application's own pool. */
export class DatabaseHealth extends TypeOrmIndicator('database', { probes: ['ready', 'startup'] }) {}
