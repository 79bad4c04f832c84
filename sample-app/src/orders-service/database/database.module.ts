import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Configuration } from '../configuration.js';
import { ConnectionSlotsHealth } from './connection-slots.health.js';
import { databaseOptions } from './database-options.js';
import { DatabaseHealth } from './database.health.js';
import { Database } from './database.js';
import { EmbeddedDatabaseHealth } from './embedded-database.health.js';

@Global()
@Module({
  imports: [TypeOrmModule.forRootAsync({ inject: [Configuration], useFactory: databaseOptions })],
  providers: [Database, process.env['DATABASE_URL'] ? DatabaseHealth : EmbeddedDatabaseHealth, ConnectionSlotsHealth],
  exports: [Database],
})
export class DatabaseModule {}
