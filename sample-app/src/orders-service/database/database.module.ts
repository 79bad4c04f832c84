import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Configuration } from '../configuration.js';
import { ConnectionSlotsHealth } from './connection-slots.health.js';
import { databaseOptions } from './database-options.js';
import { DatabaseHealth } from './database.health.js';
import { Database } from './database.js';

@Global()
@Module({
  imports: [TypeOrmModule.forRootAsync({ inject: [Configuration], useFactory: databaseOptions })],
  providers: [Database, DatabaseHealth, ConnectionSlotsHealth],
  exports: [Database],
})
export class DatabaseModule {}
