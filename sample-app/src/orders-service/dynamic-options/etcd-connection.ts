import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Etcd3 } from 'etcd3';

/** The client connects when it is used, so a server that is unavailable does not delay the start. */
@Injectable()
export class EtcdConnection implements OnApplicationShutdown {
  readonly client = new Etcd3({ hosts: process.env['ETCD_URL'] ?? '' });

  onApplicationShutdown(): void {
    this.client.close();
  }
}
