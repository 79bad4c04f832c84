import { Module } from '@nestjs/common';
import { HealthSourcesModule, storeSource } from 'nest-vitals/sources';
import { etcdStore } from 'nest-vitals/stores/etcd';
import { EtcdConnection } from './etcd-connection.js';

@Module({ providers: [EtcdConnection], exports: [EtcdConnection] })
class EtcdModule {}

/** Imported only if `ETCD_URL` is set: operators change options of indicators in etcd, while the service runs. */
@Module({
  imports: [
    HealthSourcesModule.forRootAsync({
      imports: [EtcdModule],
      inject: [EtcdConnection],
      useFactory: ({ client }: EtcdConnection) => ({
        sources: [storeSource({ store: etcdStore({ client }), prefix: 'config/' })],
        ...(process.env['INSTANCE'] && { instance: process.env['INSTANCE'] }),
      }),
    }),
  ],
})
export class DynamicOptionsModule {}
